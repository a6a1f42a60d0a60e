//! What an exit code says: the .NET host's statuses, NTSTATUS values, .NET's own exceptions, signals.

mod host_status;

use record::cause;

use host_status::HOST;

/// How a process ended, as the system tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All 32 bits of it, as Windows keeps them.
    #[allow(dead_code, reason = "made on Windows only")]
    Code(u32),
    /// The low byte of it, as other systems do.
    #[allow(dead_code, reason = "never made on Windows")]
    Byte(u8),
    /// Ended by a signal.
    #[allow(dead_code, reason = "never made on Windows")]
    Signal(i32),
}

/// What is known of an exit code beside its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// Name in the source that defines it.
    pub(crate) name: &'static str,
    /// Half a sentence for the reader.
    pub(crate) text: &'static str,
    /// Id of the cause vocabulary, where the code alone settles it.
    pub(crate) cause: Option<&'static str>,
}

/// NTSTATUS values and HRESULTs that end processes; ntstatus.h and dotnet/runtime's corerror.xml.
const WINDOWS: &[(u32, Meaning)] = &[
    (
        0xe043_4352,
        host(
            "CLR exception",
            "an unhandled .NET exception",
            Some(cause::UNHANDLED_EXCEPTION),
        ),
    ),
    (
        0xe043_4f4d,
        host(
            "CLR exception",
            "an unhandled .NET exception",
            Some(cause::UNHANDLED_EXCEPTION),
        ),
    ),
    (
        0xc000_0005,
        host(
            "STATUS_ACCESS_VIOLATION",
            "an access violation in native code",
            None,
        ),
    ),
    (
        0xc000_0006,
        host(
            "STATUS_IN_PAGE_ERROR",
            "a file could not be read back into memory",
            None,
        ),
    ),
    (0xc000_0017, host("STATUS_NO_MEMORY", "out of memory", None)),
    (
        0xc000_001d,
        host(
            "STATUS_ILLEGAL_INSTRUCTION",
            "an instruction that this processor does not have",
            None,
        ),
    ),
    (
        0xc000_007b,
        host(
            "STATUS_INVALID_IMAGE_FORMAT",
            "a file of the other bitness was loaded",
            Some(cause::BITNESS_MISMATCH),
        ),
    ),
    (
        0xc000_00fd,
        host(
            "STATUS_STACK_OVERFLOW",
            "a stack overflow: recursion without an end",
            Some(cause::UNHANDLED_EXCEPTION),
        ),
    ),
    (
        0xc000_0135,
        host(
            "STATUS_DLL_NOT_FOUND",
            "a dll that the program needs is missing",
            Some(cause::MISSING_ASSEMBLY),
        ),
    ),
    (
        0xc000_0139,
        host(
            "STATUS_ENTRYPOINT_NOT_FOUND",
            "a dll is of another version than the program needs",
            Some(cause::MIXED_DEPLOYMENT),
        ),
    ),
    (
        0xc000_013a,
        host("STATUS_CONTROL_C_EXIT", "ended by Ctrl-C", None),
    ),
    (
        0xc000_0142,
        host(
            "STATUS_DLL_INIT_FAILED",
            "a dll failed to start (session out of resources)",
            None,
        ),
    ),
    (
        0xc000_0374,
        host(
            "STATUS_HEAP_CORRUPTION",
            "native code damaged the heap",
            None,
        ),
    ),
    (
        0xc000_0409,
        host(
            "STATUS_STACK_BUFFER_OVERRUN",
            "native code ended the process at once (fail fast)",
            None,
        ),
    ),
    (
        0xc000_0417,
        host(
            "STATUS_INVALID_CRUNTIME_PARAMETER",
            "native code got a wrong parameter",
            None,
        ),
    ),
    (
        0xc000_0602,
        host(
            "STATUS_FAIL_FAST_EXCEPTION",
            "the program ended itself at once (Environment.FailFast)",
            Some(cause::UNHANDLED_EXCEPTION),
        ),
    ),
    (
        0x8013_1506,
        host(
            "COR_E_EXECUTIONENGINE",
            "an internal error of the runtime",
            None,
        ),
    ),
    (
        0x8013_1623,
        host(
            "COR_E_FAILFAST",
            "the program called Environment.FailFast",
            Some(cause::UNHANDLED_EXCEPTION),
        ),
    ),
    (
        0x8013_1509,
        host(
            "COR_E_INVALIDOPERATION",
            "an unhandled .NET exception",
            Some(cause::UNHANDLED_EXCEPTION),
        ),
    ),
];

const fn host(name: &'static str, text: &'static str, cause: Option<&'static str>) -> Meaning {
    Meaning { name, text, cause }
}

/// Signals under which .NET programs end on Linux. The numbers are those of x86 and ARM alike.
const SIGNALS: &[(i32, Meaning)] = &[
    (2, host("SIGINT", "interrupted", None)),
    (
        4,
        host(
            "SIGILL",
            "an instruction that this processor does not have",
            None,
        ),
    ),
    (
        6,
        host(
            "SIGABRT",
            "aborted: an unhandled .NET exception, a stack overflow or Environment.FailFast",
            Some(cause::UNHANDLED_EXCEPTION),
        ),
    ),
    (7, host("SIGBUS", "a file shrank while it was mapped", None)),
    (
        9,
        host("SIGKILL", "killed, perhaps for want of memory", None),
    ),
    (
        11,
        host("SIGSEGV", "an access violation in native code", None),
    ),
    (15, host("SIGTERM", "asked to end", None)),
];

impl Exit {
    /// The number for the record: signed 32 bits as `processStatus` in the module's events; a signal as shells count it.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Code(code) => i64::from(code.cast_signed()),
            Self::Byte(code) => i64::from(code),
            Self::Signal(signal) => 128 + i64::from(signal),
        }
    }

    /// The .NET host's status in full: all statuses have the same upper bytes.
    pub(crate) fn host_status(self) -> Option<u32> {
        let full = match self {
            Self::Code(code) => code,
            Self::Byte(code) => 0x8000_8000 | u32::from(code),
            Self::Signal(_) => return None,
        };
        find(HOST, full).map(|_| full)
    }

    /// What the code says, where it says anything.
    pub(crate) fn meaning(self) -> Option<Meaning> {
        match (self, self.host_status()) {
            (_, Some(status)) => find(HOST, status),
            (Self::Signal(signal), _) => find(SIGNALS, signal),
            (Self::Code(code), _) => find(WINDOWS, code),
            (Self::Byte(_), _) => None,
        }
    }

    /// What it says where no .NET host has ended: a script's number is its own, 128 + n a signal as shells tell it.
    pub(crate) fn of_script(self) -> Self {
        match self {
            Self::Byte(code) => match code.checked_sub(128).map(i32::from) {
                Some(signal) if find(SIGNALS, signal).is_some() => Self::Signal(signal),
                _ => Self::Code(code.into()),
            },
            other => other,
        }
    }

    /// The program did not end by returning from Main or with a number of its own.
    pub(crate) fn is_crash(self) -> bool {
        match self {
            Self::Signal(_) => true,
            Self::Code(code) => code >= 0x8000_0000,
            Self::Byte(_) => false,
        }
    }

    /// For a sentence: `0x80008096 (FrameworkMissingFailure)`, `3`, `signal 6 (SIGABRT)`.
    pub(crate) fn describe(self) -> String {
        let number = match (self, self.host_status()) {
            (_, Some(status)) => format!("0x{status:08x}"),
            (Self::Code(code), _) if code > 0xffff => format!("0x{code:08x}"),
            (Self::Code(code), _) => code.to_string(),
            (Self::Byte(code), _) => code.to_string(),
            (Self::Signal(signal), _) => format!("signal {signal}"),
        };
        match self.meaning() {
            Some(meaning) => format!("{number} ({})", meaning.name),
            None => number,
        }
    }
}

fn find<K: PartialEq + Copy>(table: &[(K, Meaning)], key: K) -> Option<Meaning> {
    table
        .iter()
        .find(|(known, _)| *known == key)
        .map(|(_, meaning)| *meaning)
}

/// Whether the .NET host has printed its own errors.
pub(crate) fn is_of_host(output: &str) -> bool {
    [
        "hostfxr",
        "hostpolicy",
        "runtimeconfig.json",
        ".deps.json",
        "You must install",
        "The command could not be loaded",
        "The application to execute does not exist",
        "Failed to create CoreCLR",
    ]
    .iter()
    .any(|text| output.contains(text))
}

/// Type and message of the exception that ended the program, out of its output: the last one, as the output
/// spans both tries and the first may have had another reason.
///
/// .NET Core 3.0 and later print `Unhandled exception. T: m`, earlier ones `Unhandled Exception: T: m`.
pub(crate) fn exception(output: &str) -> Option<&str> {
    output.lines().rev().find_map(|line| {
        ["Unhandled exception. ", "Unhandled Exception: "]
            .iter()
            .find_map(|marker| line.trim_start().strip_prefix(marker))
            .map(str::trim_end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_status_is_known_in_full_and_by_its_low_byte() {
        assert_eq!(Exit::Code(0x8000_8096).host_status(), Some(0x8000_8096));
        assert_eq!(Exit::Byte(150).host_status(), Some(0x8000_8096));
        assert_eq!(
            Exit::Code(150).host_status(),
            None,
            "Windows keeps all bits"
        );
        assert_eq!(Exit::Byte(3).host_status(), None);
        assert_eq!(
            Exit::Code(0x8000_8086).host_status(),
            None,
            "unused by the host"
        );
        assert_eq!(
            Exit::Signal(22).host_status(),
            None,
            "128 + 22 is no host status"
        );
    }

    #[test]
    fn numbers_are_those_of_the_events() {
        assert_eq!(Exit::Code(0xe043_4352).number(), -532_462_766);
        assert_eq!(Exit::Code(0x8000_8096).number(), -2_147_450_730);
        assert_eq!(Exit::Code(3).number(), 3);
        assert_eq!(Exit::Signal(6).number(), 134);
    }

    #[test]
    fn an_unknown_code_is_only_a_number() {
        assert_eq!(Exit::Code(3).describe(), "3");
        assert_eq!(
            Exit::Byte(150).describe(),
            "0x80008096 (FrameworkMissingFailure)"
        );
        assert_eq!(Exit::Code(0xdead_beef).describe(), "0xdeadbeef");
        assert_eq!(
            Exit::Code(0xc000_00fd).describe(),
            "0xc00000fd (STATUS_STACK_OVERFLOW)"
        );
        assert_eq!(Exit::Signal(6).describe(), "signal 6 (SIGABRT)");
    }

    #[test]
    fn the_number_of_a_script_is_its_own() {
        for (byte, described) in [
            (130, "signal 2 (SIGINT)"),
            (137, "signal 9 (SIGKILL)"),
            (139, "signal 11 (SIGSEGV)"),
            (150, "150"),
            (3, "3"),
        ] {
            let exit = Exit::Byte(byte).of_script();
            assert_eq!(exit.describe(), described);
            assert_eq!((exit.number(), exit.host_status()), (byte.into(), None));
        }
        assert_eq!(Exit::Signal(6).of_script(), Exit::Signal(6));
        assert!(is_of_host(
            "You must install or update .NET to run this application."
        ));
        assert!(!is_of_host("Killed"));
    }

    #[test]
    fn the_last_exception_of_the_output_counts() {
        let output = "x\nUnhandled exception. System.A: one\n   at M()\n\nUnhandled Exception: System.B: two\r\n at N()";
        assert_eq!(exception(output), Some("System.B: two"));
        assert_eq!(exception("an Unhandled exception. in a sentence"), None);
    }
}
