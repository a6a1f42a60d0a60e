//! All that was seen of one start.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::exit_code::{self, Exit};
use crate::outcome::{self, Model, Outcome, Stage};
use crate::plan::Plan;
use crate::request::Answer;

/// How the app went when it was no longer needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shutdown {
    /// After the module's shutdown request.
    Request,
    /// After Ctrl-Break or SIGTERM.
    Signal,
    /// Killed when the time limit was over.
    Killed,
    /// Killed because the signal could not be sent.
    NotAsked,
    /// By itself, before it was asked.
    ByItself,
}

impl Shutdown {
    /// The word in the evidence.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Signal => "signal",
            Self::Killed | Self::NotAsked => "killed",
            Self::ByItself => "by-itself",
        }
    }
}

/// Answer of the app to the first request, or the kind of error.
pub(crate) type FirstAnswer = Result<Answer, io::ErrorKind>;

/// A start with its end.
#[derive(Debug)]
pub(crate) struct Observation<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) outcome: Outcome,
    pub(crate) stage: Option<Stage>,
    pub(crate) hresult: Option<u32>,
    pub(crate) exit: Option<Exit>,
    pub(crate) port: Option<u16>,
    /// web.config asks for this port, which something else has.
    pub(crate) configured_port_in_use: Option<u16>,
    pub(crate) listened_on: Vec<SocketAddr>,
    /// Until the outcome of the last try was known, from the start of that try.
    pub(crate) elapsed: Duration,
    pub(crate) attempts: u32,
    pub(crate) pid: u32,
    pub(crate) listening_pid: u32,
    pub(crate) output: String,
    pub(crate) output_bytes: u64,
    pub(crate) answer: Option<FirstAnswer>,
    pub(crate) shutdown: Option<Shutdown>,
    /// Processes that were there when the started one had ended.
    pub(crate) left_behind: usize,
    /// What the system said when it refused the start.
    pub(crate) start_error: Option<String>,
    pub(crate) account: String,
}

impl Observation<'_> {
    /// What IIS would answer with.
    pub(crate) fn predicted_status(&self) -> Option<String> {
        outcome::predicted_status(
            self.outcome,
            self.stage,
            self.exit,
            self.answer
                .map(|answer| answer.ok().map(|answer| answer.status)),
            self.plan.model,
            self.plan.error_page_off,
        )
    }

    /// Type and message of the exception in the output, where there is one.
    pub(crate) fn exception(&self) -> Option<&str> {
        exit_code::exception(&self.output)
    }

    /// The port for messages.
    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(0)
    }

    pub(crate) fn is_in_process(&self) -> bool {
        self.plan.model == Model::InProcess
    }
}
