//! What the module would write into the event log. Texts of dotnet/aspnetcore's `resources.h` and
//! `aspnetcore_msg.mc`; they are English on every system.

use crate::exit_code::Exit;
use crate::outcome::{Model, Outcome, Stage};

/// An event of the source `IIS AspNetCore Module V2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) id: u16,
    pub(crate) level: &'static str,
    pub(crate) text: String,
}

/// What the texts name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names<'a> {
    /// `/LM/W3SVC/1/ROOT`.
    pub(crate) application_id: &'a str,
    /// Physical root with the separator at its end.
    pub(crate) physical_root: &'a str,
    pub(crate) command_line: &'a str,
    pub(crate) port: i64,
}

impl Names<'_> {
    /// The warning after each try: 1000.
    pub(crate) fn try_failed(&self, stage: Stage, code: u32, tries_left: u32) -> Event {
        let Self {
            application_id,
            physical_root,
            command_line,
            port,
        } = self;
        event(
            1000,
            "warning",
            format!(
                "Application '{application_id}' with physical root '{physical_root}' failed to start process with commandline '{command_line}' at stage '{}', ErrorCode = '0x{code:x}', assigned port {port}, retryCounter '{tries_left}'.",
                stage.as_str()
            ),
        )
    }

    /// The last event of a start in the out-of-process model that failed at `stage`, or came up. The captured output that follows the text in the log is
    /// left out: the record has it.
    pub(crate) fn out_of_process(&self, stage: Option<Stage>, pid: u32, listening: u32) -> Event {
        let Self {
            application_id,
            physical_root,
            command_line,
            port,
        } = self;
        if stage.is_none() {
            return event(
                1001,
                "information",
                format!(
                    "Application '{application_id}' started process '{pid}' successfully and process '{listening}' is listening on port '{port}'."
                ),
            );
        }
        event(
            1020,
            "error",
            format!(
                "Application '{application_id}' with physical root '{physical_root}' failed to start process with commandline '{command_line}' with multiple retries. Failed to bind to port '{port}'. First 30KB characters of captured stdout and stderr logs from multiple retries:"
            ),
        )
    }

    /// Without a port the module logs this before the others, as an error under the id of success: 1001.
    pub(crate) fn port_failed(&self, code: u32) -> Event {
        let Self {
            application_id,
            physical_root,
            port,
            ..
        } = self;
        event(
            1001,
            "error",
            format!(
                "Application '{application_id}' with physical root '{physical_root}' failed to choose listen port '{port}' given port range '10000 - 48000', ErrorCode = '0x{code:x}'. If environment variable 'ASPNETCORE_PORT' was set, try removing it such that a random port is selected instead."
            ),
        )
    }

    /// An in-process start that does not come as far as the app: 1031 with the reason.
    pub(crate) fn in_process_refused(&self, message: &str) -> Event {
        let physical_root = self.physical_root;
        event(
            1031,
            "error",
            format!(
                "Application '{physical_root}' failed to start. Exception message:\r\n{message}"
            ),
        )
    }

    /// The event with which a start in the in-process model ends. `error` is what the system said where it refused.
    pub(crate) fn in_process(
        &self,
        outcome: Outcome,
        status: Option<&str>,
        exit: Option<Exit>,
        limit_ms: u128,
        error: Option<&str>,
    ) -> Event {
        let Self {
            application_id,
            physical_root,
            ..
        } = self;
        let application =
            format!("Application '{application_id}' with physical root '{physical_root}'");
        match outcome {
            Outcome::Listening | Outcome::WrongPort => event(
                1032,
                "information",
                format!("Application '{physical_root}' started successfully."),
            ),
            Outcome::TimedOut => event(
                1007,
                "error",
                format!(
                    "{application} failed to load coreclr. Exception message:\r\nManaged server didn't initialize after {limit_ms} ms."
                ),
            ),
            Outcome::Exited if status != Some("500.30") => event(
                1027,
                "error",
                "Could not find 'aspnetcorev2_inprocess.dll'. Exception message:".into(),
            ),
            Outcome::Exited if !exit.is_some_and(Exit::is_crash) => event(
                1011,
                "error",
                format!(
                    "{application} has exited from Program.Main with exit code = '{}'. Please check the stderr logs for more information.",
                    exit.map_or(0, Exit::number)
                ),
            ),
            Outcome::Exited => event(
                1018,
                "error",
                format!(
                    "{application} hit unexpected managed exception, exception code = '0xe0434352'. First 30KB characters of captured stdout and stderr logs:"
                ),
            ),
            Outcome::NotFound | Outcome::AccessDenied | Outcome::BadImage | Outcome::NotStarted => {
                self.in_process_refused(error.unwrap_or("The program was not found."))
            }
        }
    }
}

/// The event of a configuration that the module refuses: 1034.
pub(crate) fn configuration(message: &str) -> Event {
    event(
        1034,
        "error",
        format!("Could not load configuration. Exception message:\r\n{message}"),
    )
}

/// For the record: how a model is written in web.config.
pub(crate) fn model_name(model: Model) -> &'static str {
    match model {
        Model::OutOfProcess => "outofprocess",
        Model::InProcess => "inprocess",
    }
}

fn event(id: u16, level: &'static str, text: String) -> Event {
    Event { id, level, text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::hresult;

    const NAMES: Names<'_> = Names {
        application_id: "/LM/W3SVC/1/ROOT",
        physical_root: "C:\\app\\",
        command_line: "\"dotnet\" .\\App.dll",
        port: 12345,
    };

    #[test]
    fn the_texts_are_the_modules() {
        assert_eq!(
            NAMES
                .try_failed(Stage::PostStartCheck, hresult::ENDED, 1)
                .text,
            "Application '/LM/W3SVC/1/ROOT' with physical root 'C:\\app\\' failed to start process with commandline '\"dotnet\" .\\App.dll' at stage 'PostStartCheck', ErrorCode = '0x8027025b', assigned port 12345, retryCounter '1'."
        );
        let last = NAMES.out_of_process(Some(Stage::PostStartCheck), 1, 1);
        assert_eq!((last.id, last.level), (1020, "error"));
        assert!(
            last.text
                .contains("with multiple retries. Failed to bind to port '12345'.")
        );
        let up = NAMES.out_of_process(None, 7, 8);
        assert_eq!((up.id, up.level), (1001, "information"));
    }

    #[test]
    fn a_bad_port_is_an_error_under_the_id_of_success_and_the_last_word_is_1020() {
        let names = Names { port: 80, ..NAMES };
        let event = names.port_failed(hresult::NO_PORT);
        assert_eq!((event.id, event.level), (1001, "error"));
        assert!(event.text.contains("listen port '80'"), "{}", event.text);
        assert!(
            event.text.contains("ErrorCode = '0x80070282'"),
            "{}",
            event.text
        );
        assert_eq!(
            names.out_of_process(Some(Stage::SetupListenPort), 0, 0).id,
            1020
        );
    }

    #[test]
    fn an_in_process_refusal_has_its_reason() {
        assert_eq!(
            NAMES
                .in_process_refused("Application arguments are empty.")
                .text,
            "Application 'C:\\app\\' failed to start. Exception message:\r\nApplication arguments are empty."
        );
        let event = NAMES.in_process(Outcome::BadImage, Some("500.32"), None, 0, Some("bad"));
        assert!(
            event.text.ends_with("Exception message:\r\nbad"),
            "{}",
            event.text
        );
    }

    #[test]
    fn an_app_that_ends_in_process_has_exited_or_thrown() {
        let id = |exit| {
            NAMES
                .in_process(Outcome::Exited, Some("500.30"), Some(exit), 0, None)
                .id
        };
        assert_eq!((id(Exit::Code(0)), id(Exit::Byte(3))), (1011, 1011));
        assert_eq!(
            (id(Exit::Signal(6)), id(Exit::Code(0xe043_4352))),
            (1018, 1018)
        );
    }
}
