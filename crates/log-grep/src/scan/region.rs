//! The surroundings of a hit: its line, the log entry that it belongs to, and what kind of entry
//! that is.

use memchr::{memchr, memmem, memrchr};

/// Furthest that an entry is followed back or ahead of a hit, in bytes.
pub(crate) const BEFORE: usize = 8 * 1024;
/// See [`BEFORE`].
pub(crate) const AFTER: usize = 32 * 1024;

/// Longest stretch around an anchor that is taken for its line, in bytes: one "line" may be all of
/// a file.
const LINE: usize = 16 * 1024;

/// What the surroundings say about a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Context {
    /// The process was going down anyway.
    Shutdown,
    /// While a request was served: the app runs.
    Request,
    /// An entry of a logger that does not say that the process ends.
    Logged,
    /// Nothing around it says what it belongs to.
    Bare,
    /// The entry says that the process, or the start of it, ended.
    Fatal,
}

/// The line around `at`, bounded, without its line end.
pub(crate) fn line_around(bytes: &[u8], at: usize) -> (usize, usize) {
    let floor = at.saturating_sub(LINE);
    let ceiling = bytes.len().min(at + LINE);
    let start = memrchr(b'\n', &bytes[floor..at]).map_or(floor, |found| floor + found + 1);
    let mut end = memchr(b'\n', &bytes[at..ceiling]).map_or(ceiling, |found| at + found);
    if end > start && bytes[end - 1] == b'\r' {
        end -= 1;
    }
    (start, end)
}

/// The entry around the line `start..end`: from its heading to its last continuation line.
pub(crate) fn entry_around(bytes: &[u8], start: usize, end: usize) -> (usize, usize) {
    let floor = start.saturating_sub(BEFORE);
    let mut head = start;
    while head > floor {
        let line = &bytes[head..line_end(bytes, head)];
        let above_end = head - 1;
        let above_start =
            memrchr(b'\n', &bytes[floor..above_end]).map_or(floor, |at| floor + at + 1);
        let above = trim(&bytes[above_start..above_end]);
        let goes_on = is_continuation(line)
            || (begins_with_type(trim(line)) && !above.is_empty() && !is_frame(above));
        if !goes_on {
            break;
        }
        head = above_start;
    }
    let ceiling = bytes.len().min(end + AFTER);
    let mut tail = end;
    while tail < ceiling {
        let next = match memchr(b'\n', &bytes[tail..ceiling]) {
            Some(at) => tail + at + 1,
            None => break,
        };
        let next_end = line_end(bytes, next).min(ceiling);
        let line = &bytes[next..next_end];
        if line.is_empty() || !(is_continuation(line) || begins_with_type(trim(line))) {
            break;
        }
        tail = next_end;
    }
    (head, tail.max(end))
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let ceiling = bytes.len().min(from + LINE);
    memchr(b'\n', &bytes[from..ceiling]).map_or(ceiling, |at| from + at)
}

/// Lines that belong to the one above: indented ones, inner exceptions and what .NET prints flush
/// left under an exception.
fn is_continuation(line: &[u8]) -> bool {
    let Some(&first) = line.first() else {
        return false;
    };
    first == b' '
        || first == b'\t'
        || line.starts_with(b"--->")
        || line.starts_with(b"--- ")
        || is_frame(line)
        || [
            &b"File name:"[..],
            b"Parameter name:",
            b"Object name:",
            b"Actual value was",
            b"WRN: Assembly binding",
            b"ClientConnectionId",
            b"Error Number:",
            b"Exception Info:",
            b"Application:",
            b"CoreCLR Version:",
            b".NET Version:",
            b".NET Core Version:",
            b"Framework Version:",
            b"Description:",
            b"Message:",
            b"Path:",
        ]
        .iter()
        .any(|prefix| line.starts_with(prefix))
}

fn is_frame(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"at ")
}

/// `Some.Namespace.SomeException...`: the first line of what a logger prints below its message.
fn begins_with_type(line: &[u8]) -> bool {
    let name = line
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"._+`".contains(byte)))
        .unwrap_or(line.len());
    let name = &line[..name];
    name.len() > 9
        && name.first().is_some_and(u8::is_ascii_alphabetic)
        && memmem::find(name, b"Exception").is_some()
}

fn trim(line: &[u8]) -> &[u8] {
    line.trim_ascii()
}

/// Says that the process, or its start, ended here.
const FATAL: &[&str] = &[
    "nhandled exception.",
    "nhandled Exception:",
    "Application startup exception",
    "Hosting failed to start",
    "Host terminated unexpectedly",
    "terminated unexpectedly",
    "Exception Info:",
    "terminated due to an unhandled exception",
    "Unable to start Kestrel",
    "captured stdout and stderr logs",
    "failed to start process",
    "failed to load coreclr",
    "failed to load clr",
    "Startup Error",
    "Startup exception",
    "startup failed",
    "failed to start up",
    "failed during startup",
    "failed at startup",
    "Stopped program because of exception",
    "An error occurred while starting the application",
    "[FTL]",
    "[Fatal]",
    "|FATAL|",
    "no controlada:",
    "Unbehandelte Ausnahme",
    "Exception non gérée",
    "未经处理的异常",
    "Необработанное исключение",
];

/// Says that a request was served, or a component drawn, when it happened.
const REQUEST: &[&str] = &[
    "while executing the request",
    "processing the request",
    "processing your request",
    "hosting/request",
    "nhandled exception in circuit",
    "nhandled exception rendering component",
    "Invoke(HttpContext",
    "InvokeAsync(HttpContext",
    "ControllerActionInvoker",
    "ProcessRequestAsync",
    "HttpProtocol.ProcessRequests",
    "Components.RenderTree",
    "Components.Rendering",
    "HubConnectionHandler",
    "RequestPath",
    "RequestId",
    "Request finished",
    "System.Web.",
];

/// Says that the app was stopping.
const SHUTDOWN: &[&str] = &[
    "Host.StopAsync(",
    "hosted services failed to stop",
    "ApplicationLifetime.StopApplication",
    "ApplicationLifetime.NotifyStopped",
    "ExecuteCallbackHandlers",
    "SendShutdownRequest",
    "AppDomain.OnProcessExit",
    "An error occurred while writing to logger(s). (Cannot access a disposed object",
    "HostAbortedException",
    "StopTheHostException",
];

/// Judges an entry. `own` is where the hit's line begins inside it.
pub(crate) fn judge(entry: &[u8], own: usize) -> Context {
    let has = |list: &[&str]| {
        list.iter()
            .any(|text| memmem::find(entry, text.as_bytes()).is_some())
    };
    if has(SHUTDOWN) {
        return Context::Shutdown;
    }
    if has(FATAL) || is_critical(entry) {
        return Context::Fatal;
    }
    if has(REQUEST) {
        return Context::Request;
    }
    let head_end = memchr(b'\n', entry).unwrap_or(entry.len());
    if is_logger_head(&entry[..head_end]) || (own > 0 && head_end < own && begins_with_time(entry))
    {
        Context::Logged
    } else {
        Context::Bare
    }
}

/// `crit: Category[id]`, the console logger's highest level.
fn is_critical(entry: &[u8]) -> bool {
    let head = &entry[..memchr(b'\n', entry).unwrap_or(entry.len())];
    memmem::find(head, b"crit: ").is_some() || memmem::find(head, b"[Critical]").is_some()
}

/// The first line of an entry that some logger wrote.
fn is_logger_head(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    let low = &head[..head.len().min(96)];
    begins_with_time(low)
        || [&b"fail: "[..], b"warn: ", b"info: ", b"dbug: ", b"trce: "]
            .iter()
            .any(|level| low.starts_with(level))
        || [
            &b"[ERR]"[..],
            b" ERR]",
            b"[WRN]",
            b" WRN]",
            b"[INF]",
            b"[Error]",
            b"[Warning]",
            b"[Information]",
            b"|ERROR|",
            b"|WARN|",
            b" ERROR ",
            b"ERROR:",
            b" WARN ",
        ]
        .iter()
        .any(|level| memmem::find(low, level).is_some())
}

/// `2025-08-26 18:20`, `[18:20:50 ERR]`, `18:20:50`.
fn begins_with_time(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"[").unwrap_or(line);
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits == 2 || digits == 4) && line.get(digits).is_some_and(|byte| b"-:/.".contains(byte))
}
