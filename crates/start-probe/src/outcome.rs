//! What came of a start, and what the module makes of it: stage, error code, event and status.

use crate::exit_code::Exit;

/// The `outcome` of a `probe` record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A process of the tree listens on the port.
    Listening,
    /// The started process ended before anything listened.
    Exited,
    /// Nothing listened within the time limit.
    TimedOut,
    /// Something listens, but not where the module looks.
    WrongPort,
    /// There is no such program.
    NotFound,
    /// The program may not be run.
    AccessDenied,
    /// The file is no program for this machine.
    BadImage,
    /// The system refuses to start any program like this, for a reason of its own.
    NotStarted,
}

impl Outcome {
    /// The word on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Listening => "listening",
            Self::Exited => "exited",
            Self::TimedOut => "timed-out",
            Self::WrongPort => "wrong-port",
            Self::NotFound => "not-found",
            Self::AccessDenied => "access-denied",
            Self::BadImage => "bad-image",
            Self::NotStarted => "not-started",
        }
    }
}

/// Where in `SERVER_PROCESS::StartProcess` a start fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Before the start procedure: the module's own checks of its configuration.
    Configuration,
    SetupListenPort,
    CreateProcess,
    PostStartCheck,
}

impl Stage {
    /// The name in event 1000.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "Configuration",
            Self::SetupListenPort => "SetupListenPort",
            Self::CreateProcess => "CreateProcessW",
            Self::PostStartCheck => "PostStartCheck",
        }
    }
}

/// Error codes of the module at those stages.
pub(crate) mod hresult {
    /// E_APPLICATION_ACTIVATION_EXEC_FAILURE: the process ended.
    pub(crate) const ENDED: u32 = 0x8027_025b;
    /// E_APPLICATION_ACTIVATION_TIMED_OUT.
    pub(crate) const TIMED_OUT: u32 = 0x8027_025a;
    /// HRESULT_FROM_WIN32(ERROR_CREATE_FAILED): a process that is not the app's listens on the port.
    pub(crate) const FOREIGN_LISTENER: u32 = 0x8007_065f;
    /// E_INVALIDARG: `ASPNETCORE_PORT` out of range.
    pub(crate) const BAD_PORT: u32 = 0x8007_0057;
    /// HRESULT_FROM_WIN32(ERROR_PORT_NOT_SET): no free port.
    pub(crate) const NO_PORT: u32 = 0x8007_0282;
    /// HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND).
    pub(crate) const NOT_FOUND: u32 = 0x8007_0002;
    /// HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED).
    pub(crate) const ACCESS_DENIED: u32 = 0x8007_0005;
    /// HRESULT_FROM_WIN32(ERROR_BAD_EXE_FORMAT).
    pub(crate) const BAD_IMAGE: u32 = 0x8007_00c1;
}

/// What an error of `CreateProcessW` (or of `exec`) means, as outcome and HRESULT. The kinds of std cover both
/// systems for the common ones; the numbers below have no kind. Any other of Windows is the module's as well. `None`:
/// an error that tells nothing of the server.
pub(crate) fn of_start_error(error: &std::io::Error, windows: bool) -> Option<(Outcome, u32)> {
    use std::io::ErrorKind;
    let code = error.raw_os_error().unwrap_or(0).cast_unsigned();
    let from_win32 = 0x8007_0000 | (code & 0xffff);
    let outcome = match (error.kind(), code) {
        // BAD_EXE_FORMAT, EXE_MACHINE_TYPE_MISMATCH, the 16-bit ones, the side-by-side ones
        (_, 129 | 191..=193 | 216 | 14_001) if windows => Outcome::BadImage,
        // ELEVATION_REQUIRED, VIRUS_INFECTED, ACCESS_DISABLED_BY_POLICY, SYSTEM_INTEGRITY_POLICY_VIOLATION
        (_, 740 | 225 | 1260 | 4551) if windows => Outcome::AccessDenied,
        // DIRECTORY (the working folder), MOD_NOT_FOUND, BAD_PATHNAME, INVALID_NAME
        (_, 267 | 126 | 161 | 123) if windows => Outcome::NotFound,
        // ENOEXEC, ELIBBAD
        (_, 8 | 80) if !windows => Outcome::BadImage,
        (ErrorKind::NotFound | ErrorKind::NotADirectory, _) => Outcome::NotFound,
        (ErrorKind::PermissionDenied, _) => Outcome::AccessDenied,
        (ErrorKind::IsADirectory, _) => Outcome::AccessDenied,
        _ if windows && code != 0 => Outcome::NotStarted,
        _ => return None,
    };
    let hresult = match outcome {
        _ if windows => from_win32,
        Outcome::NotFound => hresult::NOT_FOUND,
        Outcome::AccessDenied => hresult::ACCESS_DENIED,
        _ => hresult::BAD_IMAGE,
    };
    Some((outcome, hresult))
}

/// The hosting model whose failure pages are foretold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    OutOfProcess,
    InProcess,
}

/// What `status.substatus` IIS answers with; none where the app's own answer goes out.
///
/// `answer` is the status of the first request, `Some(None)` where there was no answer to it.
pub(crate) fn predicted_status(
    outcome: Outcome,
    stage: Option<Stage>,
    exit: Option<Exit>,
    answer: Option<Option<u16>>,
    model: Model,
    error_page_off: bool,
) -> Option<String> {
    if outcome == Outcome::Listening {
        return match (answer, model) {
            (Some(Some(status)), _) if status >= 500 => Some(format!("{status}.0")),
            // The module could not forward the request.
            (Some(None), Model::OutOfProcess) => Some("502.3".into()),
            _ => None,
        };
    }
    if stage.is_none() && outcome == Outcome::Exited {
        // It was ready and ended with the first request.
        return (model == Model::OutOfProcess).then(|| "502.3".into());
    }
    let status = match model {
        // disableStartUpErrorPage turns the page off and with it the sub-status.
        Model::OutOfProcess if error_page_off => "502.3",
        Model::OutOfProcess => "502.5",
        Model::InProcess => match outcome {
            Outcome::Exited => match exit.and_then(Exit::host_status) {
                // hostfxr is there but cannot be loaded
                Some(0x8000_8082) => "500.32",
                // found by hostfxr before the app is loaded
                Some(
                    0x8000_8081
                    | 0x8000_8083..=0x8000_8085
                    | 0x8000_808b
                    | 0x8000_808c
                    | 0x8000_8091..=0x8000_8094
                    | 0x8000_8096
                    | 0x8000_809a..=0x8000_809d,
                ) => "500.31",
                _ => "500.30",
            },
            Outcome::TimedOut => "500.37",
            Outcome::BadImage => "500.32",
            // In the worker the app has no port of its own.
            Outcome::WrongPort => return None,
            _ => "500.0",
        },
    };
    Some(status.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    const STAGE: Option<Stage> = Some(Stage::PostStartCheck);

    fn out(outcome: Outcome, answer: Option<Option<u16>>, off: bool) -> Option<String> {
        predicted_status(outcome, STAGE, None, answer, Model::OutOfProcess, off)
    }

    #[test]
    fn a_failed_start_is_502_5_or_without_page_502_3() {
        for outcome in [
            Outcome::Exited,
            Outcome::TimedOut,
            Outcome::WrongPort,
            Outcome::NotFound,
            Outcome::AccessDenied,
            Outcome::BadImage,
        ] {
            assert_eq!(out(outcome, None, false).as_deref(), Some("502.5"));
            assert_eq!(out(outcome, None, true).as_deref(), Some("502.3"));
        }
    }

    #[test]
    fn a_listening_app_answers_itself() {
        assert_eq!(out(Outcome::Listening, Some(Some(200)), false), None);
        assert_eq!(out(Outcome::Listening, Some(Some(404)), false), None);
        assert_eq!(
            out(Outcome::Listening, Some(Some(500)), false).as_deref(),
            Some("500.0")
        );
        assert_eq!(
            out(Outcome::Listening, Some(None), false).as_deref(),
            Some("502.3")
        );
        assert_eq!(out(Outcome::Listening, None, false), None);
    }

    #[test]
    fn an_app_that_ends_with_its_first_request_was_started() {
        let ended = |model| {
            predicted_status(
                Outcome::Exited,
                None,
                Some(Exit::Code(1)),
                Some(None),
                model,
                false,
            )
        };
        assert_eq!(ended(Model::OutOfProcess).as_deref(), Some("502.3"));
        assert_eq!(ended(Model::InProcess), None);
    }

    #[test]
    fn in_process_has_sub_statuses_of_its_own() {
        let inside =
            |outcome, exit| predicted_status(outcome, STAGE, exit, None, Model::InProcess, false);
        assert_eq!(
            inside(Outcome::Exited, Some(Exit::Byte(150))).as_deref(),
            Some("500.31")
        );
        assert_eq!(
            inside(Outcome::Exited, Some(Exit::Code(0x8000_8082))).as_deref(),
            Some("500.32")
        );
        assert_eq!(
            inside(Outcome::Exited, Some(Exit::Signal(6))).as_deref(),
            Some("500.30")
        );
        assert_eq!(inside(Outcome::TimedOut, None).as_deref(), Some("500.37"));
        assert_eq!(inside(Outcome::WrongPort, None), None);
        assert_eq!(inside(Outcome::NotFound, None).as_deref(), Some("500.0"));
    }

    #[test]
    fn errors_of_create_process_keep_their_number() {
        let of = |code| {
            of_start_error(&io::Error::from_raw_os_error(code), true).map(|(o, h)| (o.as_str(), h))
        };
        assert_eq!(of(193), Some(("bad-image", 0x8007_00c1)));
        assert_eq!(of(740), Some(("access-denied", 0x8007_02e4)));
        assert_eq!(of(267), Some(("not-found", 0x8007_010b)));
        for code in [433_i32, 206, 1455, 1314, 32] {
            let hresult = 0x8007_0000 | code.cast_unsigned();
            assert_eq!(of(code), Some(("not-started", hresult)), "{code}");
        }
    }

    #[test]
    fn errors_of_exec_become_those_of_windows() {
        let of = |code| {
            of_start_error(&io::Error::from_raw_os_error(code), false).map(|(o, h)| (o.as_str(), h))
        };
        assert_eq!(of(8), Some(("bad-image", 0x8007_00c1)));
        assert_eq!(of(7), None, "E2BIG is of this system only");
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(
            of_start_error(&denied, false),
            Some((Outcome::AccessDenied, 0x8007_0005))
        );
    }
}
