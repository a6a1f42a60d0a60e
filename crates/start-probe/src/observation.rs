//! All that was seen of one start.

use std::ffi::OsStr;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::exit_code::{self, Exit};
use crate::outcome::{self, Model, Outcome, Stage};
use crate::plan::Plan;
use crate::plan::refusal::By;
use crate::request::Answer;
use crate::sys::Owner;

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
    /// Killed because the user did not want to wait.
    Interrupted,
}

impl Shutdown {
    /// The word in the evidence.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Signal => "signal",
            Self::Killed | Self::NotAsked => "killed",
            Self::ByItself => "by-itself",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Answer of the app to the first request, or the kind of error.
pub(crate) type FirstAnswer = Result<Answer, io::ErrorKind>;

/// A port of web.config that is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) port: u16,
    /// Who listens on it, where the system tells.
    pub(crate) owner: Option<Owner>,
}

impl Taken {
    /// The listener cannot be a process of the app that the module has started: it is neither in the app's folder nor
    /// of the program's name. The server has to be this machine.
    pub(crate) fn is_foreign(&self, plan: &Plan) -> bool {
        let Some(owner) = self.owner.as_ref().filter(|_| !plan.copied) else {
            return false;
        };
        let stem = |path: &Path| path.file_stem().map(OsStr::to_ascii_lowercase);
        let own = plan.program.as_deref().and_then(stem);
        let is_own = owner.program.starts_with(&plan.folder)
            || [own, Some("dotnet".into())].contains(&stem(&owner.program));
        !owner.program.as_os_str().is_empty() && !is_own
    }
}

/// A start with its end.
#[derive(Debug)]
pub(crate) struct Observation<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) outcome: Outcome,
    pub(crate) stage: Option<Stage>,
    pub(crate) hresult: Option<u32>,
    pub(crate) exit: Option<Exit>,
    pub(crate) port: Option<u16>,
    /// The number that web.config gives and the module does not take.
    pub(crate) refused_port: Option<i64>,
    /// web.config asks for a port that something listens on.
    pub(crate) taken: Option<Taken>,
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
    /// Processes of the app when it was seen to listen.
    pub(crate) processes: usize,
    /// What the system said when it refused the start.
    pub(crate) start_error: Option<String>,
    pub(crate) account: String,
}

impl Observation<'_> {
    /// What IIS would answer with.
    pub(crate) fn predicted_status(&self) -> Option<String> {
        let refusal = self.plan.refusal.as_ref();
        let answers = |by| refusal.filter(|refusal| (refusal.by == By::Server) == by);
        // IIS reads first, then the module looks for app_offline.htm, then for all else.
        if let Some(refusal) = answers(true) {
            return Some(refusal.status.into());
        }
        if self.plan.app_offline {
            return Some("503.0".into());
        }
        if let Some(refusal) = answers(false) {
            return Some(refusal.status.into());
        }
        let outcome = match &self.taken {
            // On the configured port the module finds a listener that is none of its own, in both tries.
            Some(taken) if !self.is_in_process() && taken.is_foreign(self.plan) => {
                Outcome::WrongPort
            }
            _ => self.outcome,
        };
        if self.is_in_process() && outcome == Outcome::Exited && self.plan.missing_dll.is_some() {
            // hostfxr fails before the module asks it for anything; whether an SDK is there does not matter to it.
            return Some("500.31".into());
        }
        outcome::predicted_status(
            outcome,
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

    /// The port that the module's events name.
    pub(crate) fn event_port(&self) -> i64 {
        self.refused_port.unwrap_or_else(|| self.port().into())
    }

    pub(crate) fn is_in_process(&self) -> bool {
        self.plan.model == Model::InProcess
    }
}
