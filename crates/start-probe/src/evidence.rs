//! An observation as a `probe` record.

use record::wire::Probe;
use serde_json::{Map, Value};

use crate::event::{self, Names};
use crate::observation::Observation;
use crate::outcome::{Model, Outcome, Stage, hresult};
use crate::plan::refusal::By;
use crate::request::Answer;

/// The record of a start.
pub(crate) fn probe(seen: &Observation<'_>) -> Probe {
    let predicted_status = seen.predicted_status();
    Probe {
        outcome: seen.outcome.as_str().into(),
        exit_code: seen.exit.map(|exit| exit.number()),
        host_status: seen
            .exit
            .and_then(|exit| exit.host_status())
            .map(|status| format!("0x{status:08x}")),
        port: seen.port,
        listened_on: seen.listened_on.iter().map(ToString::to_string).collect(),
        elapsed_ms: u64::try_from(seen.elapsed.as_millis()).unwrap_or(u64::MAX),
        attempts: seen.attempts,
        stdout_tail: seen.output.clone(),
        evidence: evidence(seen, predicted_status.as_deref()),
        predicted_status,
    }
}

fn evidence(seen: &Observation<'_>, status: Option<&str>) -> Map<String, Value> {
    let plan = seen.plan;
    let mut facts = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            facts.insert(name.to_owned(), value);
        }
    };
    set("command_line", Some(plan.command_line.clone().into()));
    set(
        "program",
        plan.program
            .as_ref()
            .map(|path| path.to_string_lossy().into()),
    );
    set(
        "program_machine",
        plan.machine.map(|machine| machine.name().into()),
    );
    set(
        "working_directory",
        Some(plan.folder.to_string_lossy().into()),
    );
    set("hosting_model", Some(event::model_name(plan.model).into()));
    set("account", Some(seen.account.clone().into()));
    set(
        "startup_time_limit_ms",
        u64::try_from(plan.startup_limit.as_millis())
            .ok()
            .map(Value::from),
    );
    set("pid", (seen.pid != 0).then(|| seen.pid.into()));
    set(
        "listening_pid",
        (seen.listening_pid != 0).then(|| seen.listening_pid.into()),
    );
    set("stage", seen.stage.map(|stage| stage.as_str().into()));
    set(
        "hresult",
        seen.hresult.map(|code| format!("0x{code:08x}").into()),
    );
    set("start_error", seen.start_error.clone().map(Value::from));
    set(
        "exit_name",
        seen.exit
            .and_then(|exit| exit.meaning())
            .map(|meaning| meaning.name.into()),
    );
    set(
        "exit_meaning",
        seen.exit
            .and_then(|exit| exit.meaning())
            .map(|meaning| meaning.text.into()),
    );
    set("exception", seen.exception().map(Value::from));
    set("output_bytes", Some(seen.output_bytes.into()));
    set(
        "left_behind",
        (seen.left_behind > 0).then(|| seen.left_behind.into()),
    );
    match seen.answer {
        Some(Ok(Answer { status, elapsed })) => {
            set("http_status", Some(status.into()));
            set(
                "http_ms",
                u64::try_from(elapsed.as_millis()).ok().map(Value::from),
            );
        }
        Some(Err(kind)) => set("http_error", Some(kind.to_string().into())),
        None => {}
    }
    set("shutdown", seen.shutdown.map(|how| how.as_str().into()));

    set(
        "placeholders",
        (!plan.unexpanded.is_empty()).then(|| plan.unexpanded.clone().into()),
    );
    set(
        "processes",
        (seen.processes > 0).then(|| seen.processes.into()),
    );
    events(seen, status, &mut set);
    facts
}

/// What the module would write into the event log; nothing where IIS does not ask it.
fn events(seen: &Observation<'_>, status: Option<&str>, set: &mut impl FnMut(&str, Option<Value>)) {
    let plan = seen.plan;
    let names = Names {
        application_id: &plan.application_id,
        physical_root: &plan.physical_root,
        command_line: &plan.command_line,
        port: seen.event_port(),
    };
    let last = match (&plan.refusal, plan.model) {
        (Some(refusal), _) => match refusal.by {
            By::Server => return,
            By::Module => event::configuration(&refusal.message),
            By::InProcess => names.in_process_refused(&refusal.message),
        },
        (None, Model::OutOfProcess) => {
            names.out_of_process(seen.stage, seen.pid, seen.listening_pid)
        }
        (None, Model::InProcess) => names.in_process(
            seen.outcome,
            status,
            seen.exit,
            plan.startup_limit.as_millis(),
            seen.start_error.as_deref(),
        ),
    };
    set("event_source", Some("IIS AspNetCore Module V2".into()));
    set("event_id", Some(last.id.into()));
    set("event_level", Some(last.level.into()));
    set("event_text", Some(last.text.into()));
    let failed = plan.refusal.is_none()
        && plan.model == Model::OutOfProcess
        && seen.outcome != Outcome::Listening;
    let (true, Some(stage), Some(code)) = (failed, seen.stage, seen.hresult) else {
        return;
    };
    // A number of web.config is as bad the next time: the module does not try again.
    let tries_left = match code {
        hresult::BAD_PORT if stage == Stage::SetupListenPort => 0,
        _ => plan.tries().saturating_sub(seen.attempts),
    };
    if stage == Stage::SetupListenPort {
        set("port_event_text", Some(names.port_failed(code).text.into()));
    }
    let tried = names.try_failed(stage, code, tries_left);
    set("try_event_text", Some(tried.text.into()));
}
