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
    /// A program that is no ASP.NET Core app.
    Foreign,
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

/// Bytes that a collector of logs put in front of a line: the name of a container (`web-1  | `), time, host and
/// process as syslog has them (`Feb  3 10:11:12 host web[5]: `), or the time of a line that goes on.
pub(crate) fn prefix(line: &[u8]) -> usize {
    let name = |text: &[u8]| {
        text.iter()
            .take(100)
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
            .count()
    };
    let length = name(line);
    let rest = &line[length..];
    let gap = rest.iter().take_while(|&&byte| byte == b' ').count();
    // loggers put levels before such a bar, mostly without a space
    if gap > 0 && rest[gap..].starts_with(b"|") && line.iter().any(u8::is_ascii_lowercase) {
        let word = &line[..length];
        if length > 0 && !FATAL_LEVEL.contains(&word) && !OTHER_LEVEL.contains(&word) {
            let bar = length + gap + 1;
            return bar + usize::from(line.get(bar) == Some(&b' '));
        }
    }
    syslog(line).or_else(|| stamp(line)).unwrap_or(0)
}

/// The time that containers' logs put before every line (`2026-02-03T10:11:12.123456789Z `), where the rest is plainly more
/// of the lines above: a logger's own time begins an entry.
fn stamp(line: &[u8]) -> Option<usize> {
    let head = &line[..line.len().min(40)];
    if head.get(10) != Some(&b'T') || !begins_with_time(head) {
        return None;
    }
    let end = memchr(b' ', head)?;
    if end < 20 {
        return None;
    }
    let mut length = end + 1;
    for stream in [&b"stdout F "[..], b"stderr F "] {
        if line[length..].starts_with(stream) {
            length += stream.len();
        }
    }
    let rest = &line[length..];
    let goes_on = rest.starts_with(b"  ")
        || rest.starts_with(b" -")
        || rest.starts_with(b"--->")
        || is_frame(rest)
        || begins_with_type(rest);
    goes_on.then_some(length)
}

/// `Feb  3 10:11:12 host web[5]: `: its length.
fn syslog(line: &[u8]) -> Option<usize> {
    let time = line.get(..16)?;
    let is_time = time[..3].iter().all(u8::is_ascii_alphabetic)
        && time[3] == b' '
        && time[6] == b' '
        && time[9] == b':'
        && time[12] == b':'
        && time[15] == b' ';
    if !is_time {
        return None;
    }
    let head = &line[16..line.len().min(16 + 160)];
    let end = memmem::find(head, b"]: ")?;
    let is_process = memchr(b'[', &head[..end])
        .is_some_and(|at| head[at + 1..end].iter().all(u8::is_ascii_digit));
    is_process.then_some(16 + end + 3)
}

/// The line as its writer wrote it.
pub(crate) fn bare(line: &[u8]) -> &[u8] {
    &line[prefix(line)..]
}

/// The entry around the line `start..end`: from its heading to its last continuation line.
pub(crate) fn entry_around(bytes: &[u8], start: usize, end: usize) -> (usize, usize) {
    let floor = start.saturating_sub(BEFORE);
    let mut head = start;
    while head > floor {
        let line = bare(&bytes[head..line_end(bytes, head)]);
        let above_end = head - 1;
        let above_start =
            memrchr(b'\n', &bytes[floor..above_end]).map_or(floor, |at| floor + at + 1);
        let above = trim(bare(&bytes[above_start..above_end]));
        let goes_on = is_continuation(line)
            || (begins_with_type(trim(line))
                && !above.is_empty()
                && (!is_frame(above) || is_said_again(line, &bytes[floor..above_start])))
            || is_more_of_message(bytes, floor, head);
        if !goes_on {
            break;
        }
        head = above_start;
    }
    // the event log of .NET's loggers: category, request and message stand above, with blank lines
    if trim(&bytes[head..line_end(bytes, head)]) == b"Exception:"
        && let Some(at) = memmem::rfind(&bytes[floor..head], b"Category: ")
    {
        head = floor + at;
    }
    let ceiling = bytes.len().min(end + AFTER);
    let mut tail = end;
    // Azure's exceptions give the whole answer of the server, with blank lines in it
    let is_answer = memmem::find(&bytes[head..end], b"RequestFailedException: ").is_some();
    let most = if is_answer { ANSWER } else { MESSAGE };
    while tail < ceiling {
        let next = match memchr(b'\n', &bytes[tail..ceiling]) {
            Some(at) => tail + at + 1,
            None => break,
        };
        let next_end = line_end(bytes, next).min(ceiling);
        let line = bare(&bytes[next..next_end]);
        let goes_on = is_continuation(line)
            || begins_with_type(trim(line))
            || frames_follow(bytes, next, ceiling, most);
        if (line.is_empty() && !is_answer) || !goes_on {
            break;
        }
        tail = next_end;
    }
    (head, tail.max(end))
}

/// True where the same exception stands above already: EF Core gives it in its message and once more
/// behind it.
fn is_said_again(line: &[u8], above: &[u8]) -> bool {
    memmem::rfind(above, line).is_some_and(|at| at == 0 || above[at - 1] == b'\n')
}

/// Lines that a message of several lines may have behind the first.
const MESSAGE: usize = 4;

/// The same where it is the answer of a server: status, content and headers.
const ANSWER: usize = 40;

/// True where the line at `start` is more of a message whose exception stands some lines above it.
fn is_more_of_message(bytes: &[u8], floor: usize, start: usize) -> bool {
    let mut at = start;
    for _ in 0..=MESSAGE {
        let line = bare(&bytes[at..line_end(bytes, at)]);
        if at < start && announces(line) {
            return true;
        }
        // frames end the message
        if trim(line).is_empty() || is_head(line) || (at < start && is_frame(line)) || at <= floor {
            return false;
        }
        at = memrchr(b'\n', &bytes[floor..at - 1]).map_or(floor, |found| floor + found + 1);
    }
    false
}

/// True where the frames of an exception follow the line at `start` closely, as behind a message of
/// several lines.
fn frames_follow(bytes: &[u8], start: usize, ceiling: usize, most: usize) -> bool {
    let mut at = start;
    for _ in 0..=most {
        if at >= ceiling {
            return false;
        }
        let end = line_end(bytes, at);
        let line = bare(&bytes[at..end]);
        if at > start
            && (is_frame(line) && line.starts_with(b" ") || trim(line).starts_with(b"--->"))
        {
            return true;
        }
        if (trim(line).is_empty() && most == MESSAGE) || is_head(line) {
            return false;
        }
        at = end + 1;
    }
    false
}

/// The first line of an exception.
fn announces(line: &[u8]) -> bool {
    memmem::find(line, b"Exception: ").is_some() || memmem::find(line, b"Exception (").is_some()
}

/// The first line of an entry of its own.
fn is_head(line: &[u8]) -> bool {
    begins_with_time(line)
        || level(line).is_some()
        || line.starts_with(b"Unhandled ")
        || line.starts_with(b"Application ")
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
    "nhandled exception. ",
    "nhandled exception: ",
    "Unhandled Exception: ",
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
    if is_other_program(entry) {
        return Context::Foreign;
    }
    if has(SHUTDOWN) {
        return Context::Shutdown;
    }
    let head = bare(&entry[..memchr(b'\n', entry).unwrap_or(entry.len())]).trim_ascii_start();
    let level = level(head);
    if has(FATAL) || level == Some(Level::Fatal) {
        return Context::Fatal;
    }
    if has(REQUEST) {
        return Context::Request;
    }
    if level.is_some() || begins_with_time(head) || (own > head.len() && begins_with_time(entry)) {
        Context::Logged
    } else {
        Context::Bare
    }
}

/// .NET Runtime 1026 of a program of the .NET Framework that serves no requests.
fn is_other_program(entry: &[u8]) -> bool {
    let has = |text: &[u8]| memmem::find(entry, text).is_some();
    has(b"Framework Version: v")
        && has(b"Application: ")
        && ![
            &b"Application: w3wp.exe"[..],
            b"Application: dotnet.exe",
            b"Application: iisexpress.exe",
            b"AspNetCore",
        ]
        .iter()
        .any(|text| has(text))
}

/// True where the entry has names that only the module and the .NET host use.
pub(crate) fn names_module(entry: &[u8]) -> bool {
    [
        &b"AspNetCore"[..],
        b"aspnetcore",
        b"LM/W3SVC",
        b"MACHINE/WEBROOT",
        b"ANCM ",
        b"hostfxr",
        b"HTTP Error 50",
        b"Kestrel",
    ]
    .iter()
    .any(|name| memmem::find(entry, name).is_some())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Fatal,
    Other,
}

/// Words for the highest level.
const FATAL_LEVEL: &[&[u8]] = &[
    b"FTL",
    b"FATAL",
    b"Fatal",
    b"fatal",
    b"CRIT",
    b"CRT",
    b"CRITICAL",
    b"Critical",
    b"critical",
    b"crit",
];

/// Words for the others.
const OTHER_LEVEL: &[&[u8]] = &[
    b"ERR",
    b"ERROR",
    b"Error",
    b"error",
    b"EROR",
    b"fail",
    b"FAIL",
    b"WRN",
    b"WARN",
    b"WARNING",
    b"Warning",
    b"warn",
    b"warning",
    b"INF",
    b"INFO",
    b"Information",
    b"info",
    b"information",
    b"DBG",
    b"DEBUG",
    b"Debug",
    b"debug",
    b"dbug",
    b"VRB",
    b"VERBOSE",
    b"Verbose",
    b"TRC",
    b"TRACE",
    b"Trace",
    b"trce",
    b"trace",
];

/// Names under which loggers put the level into lines of JSON.
const LEVEL_KEYS: &[&[u8]] = &[
    b"\"@l\"",
    b"\"Level\"",
    b"\"level\"",
    b"\"LogLevel\"",
    b"\"log.level\"",
    b"\"severity\"",
];

/// The level that the first line of an entry gives; `None` where no logger wrote it.
fn level(head: &[u8]) -> Option<Level> {
    if head.starts_with(b"{\"") {
        return json_level(head);
    }
    let low = &head[..head.len().min(120)];
    let stamped = begins_with_time(low) || low.starts_with(b"[") || low.starts_with(b"|");
    let mut at = 0;
    // time zone, thread and category may stand before it
    for _ in 0..12 {
        let from = at + low[at..].iter().position(u8::is_ascii_alphabetic)?;
        let to = low[from..]
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric())
            .map_or(low.len(), |length| from + length);
        at = to;
        let word = &low[from..to];
        let fatal = FATAL_LEVEL.contains(&word);
        if !fatal && !OTHER_LEVEL.contains(&word) {
            if stamped {
                continue;
            }
            return None;
        }
        let after = &low[to..];
        let before = from.checked_sub(1).map(|index| low[index]);
        let fenced = match after.first() {
            Some(b']' | b'|' | b')') => true,
            // `Fatal error` and `Error: x` are the words of a sentence
            Some(b':') => after.starts_with(b": ") && (from > 0 || word.len() == 4),
            Some(b' ' | b'\t') => {
                word.iter().all(u8::is_ascii_uppercase)
                    || (stamped && !after.starts_with(b" error"))
            }
            _ => false,
        };
        let opened = before.is_none_or(|byte| b" [|(\t".contains(&byte));
        if fenced && opened {
            return Some(if fatal { Level::Fatal } else { Level::Other });
        }
        if !stamped {
            return None;
        }
    }
    None
}

/// The level of a line of JSON; one that has a time is an entry in any case.
fn json_level(line: &[u8]) -> Option<Level> {
    for key in LEVEL_KEYS {
        let Some(at) = memmem::find(line, key) else {
            continue;
        };
        let value = line[at + key.len()..].trim_ascii_start();
        let Some(value) = value.strip_prefix(b":") else {
            continue;
        };
        let value = value.trim_ascii_start().strip_prefix(b"\"").unwrap_or(b"");
        let end = value
            .iter()
            .position(|byte| !byte.is_ascii_alphabetic())
            .unwrap_or(value.len());
        return Some(if FATAL_LEVEL.contains(&&value[..end]) {
            Level::Fatal
        } else {
            Level::Other
        });
    }
    [&b"\"@t\""[..], b"\"Timestamp\"", b"\"timestamp\""]
        .iter()
        .any(|key| memmem::find(line, key).is_some())
        .then_some(Level::Other)
}

/// `2025-08-26 18:20`, `[18:20:50 ERR]`, `18:20:50`.
fn begins_with_time(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"[").unwrap_or(line);
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits == 2 || digits == 4) && line.get(digits).is_some_and(|byte| b"-:/.".contains(byte))
}
