//! The table, and every rule with a case that it finds and ones that it does not.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use published_app::pe::Machine;

use super::*;
use crate::exit_code::Exit;
use crate::observation::Shutdown;
use crate::outcome::{Model, Outcome, Stage, hresult};
use crate::plan::Plan;
use crate::request::Answer;

fn plan() -> Plan {
    Plan {
        folder: PathBuf::from("/app"),
        program: Some(PathBuf::from("/usr/bin/dotnet")),
        machine: None,
        missing_dll: None,
        refused: None,
        process_path: "dotnet".into(),
        is_dotnet: true,
        command_line: "\"dotnet\" .\\App.dll".into(),
        arguments: vec!["/app/App.dll".into()],
        configured: Vec::new(),
        worker: Vec::new(),
        model: Model::OutOfProcess,
        startup_limit: Duration::from_secs(120),
        shutdown_limit: Duration::from_secs(10),
        request_limit: Duration::from_secs(120),
        error_page_off: false,
        application_id: "/LM/W3SVC/1/ROOT".into(),
        virtual_path: "/".into(),
        physical_root: "/app/".into(),
        authentication: "anonymous;".into(),
        web_sockets: true,
        https_port: None,
        pool: None,
    }
}

fn seen(plan: &Plan, outcome: Outcome) -> Observation<'_> {
    Observation {
        plan,
        outcome,
        stage: (outcome != Outcome::Listening).then_some(Stage::PostStartCheck),
        hresult: None,
        exit: None,
        port: Some(12345),
        configured_port_in_use: None,
        listened_on: Vec::new(),
        elapsed: Duration::ZERO,
        attempts: 2,
        pid: 7,
        listening_pid: 0,
        output: String::new(),
        output_bytes: 0,
        answer: None,
        shutdown: None,
        left_behind: 0,
        start_error: None,
        account: "IIS APPPOOL\\shop".into(),
    }
}

/// Code and cause of everything that is found.
fn found(seen: &Observation<'_>) -> Vec<(String, Option<String>)> {
    check(seen)
        .into_iter()
        .map(|finding| (finding.code, finding.cause))
        .collect()
}

fn one(code: &str, cause: Option<&str>) -> Vec<(String, Option<String>)> {
    vec![(code.to_owned(), cause.map(str::to_owned))]
}

#[test]
fn codes_are_sorted_and_explained() {
    assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
    for code in &CODES {
        assert!(code.summary().ends_with('.'), "{}", code.code);
        assert!(code.docs.lines().count() > 2, "{}", code.code);
    }
}

#[test]
fn a_healthy_start_has_nothing_to_say() {
    let plan = plan();
    let mut seen = seen(&plan, Outcome::Listening);
    assert_eq!(found(&seen), []);
    let elapsed = Duration::from_millis(3);
    for status in [200, 302, 401, 404] {
        seen.answer = Some(Ok(Answer { status, elapsed }));
        seen.shutdown = Some(Shutdown::Request);
        assert_eq!(found(&seen), [], "{status}");
    }
}

#[test]
fn the_end_of_the_process_is_explained_by_its_code() {
    let plan = plan();
    for (exit, cause) in [
        (Exit::Code(0), None),
        (Exit::Byte(3), None),
        (Exit::Byte(150), Some("framework-missing")),
        (Exit::Code(0x8000_8096), Some("framework-missing")),
        (Exit::Code(0x8000_808c), Some("missing-assembly")),
        (Exit::Code(0x8000_8091), Some("arguments-wrong")),
        (Exit::Code(0x8000_8093), Some("runtimeconfig-invalid")),
        (Exit::Code(0xe043_4352), Some("unhandled-exception")),
        (Exit::Signal(6), Some("unhandled-exception")),
        (Exit::Signal(9), None),
    ] {
        let mut seen = seen(&plan, Outcome::Exited);
        seen.exit = Some(exit);
        assert_eq!(found(&seen), one("start/exited", cause), "{exit:?}");
    }
}

#[test]
fn a_32_bit_dotnet_without_the_framework_is_the_wrong_one() {
    let other = Plan {
        machine: Some(Machine::X86),
        ..plan()
    };
    let mut seen = seen(&other, Outcome::Exited);
    seen.exit = Some(Exit::Code(0x8000_8096));
    assert_eq!(
        found(&seen),
        one("start/exited", Some("wrong-dotnet-on-path"))
    );
    seen.exit = Some(Exit::Code(0x8000_808c));
    assert_eq!(found(&seen), one("start/exited", Some("missing-assembly")));
}

#[test]
fn a_dll_that_is_not_there_is_the_cause_whatever_dotnet_says() {
    let gone = Plan {
        missing_dll: Some(".\\App.dll".into()),
        ..plan()
    };
    let mut seen = seen(&gone, Outcome::Exited);
    seen.exit = Some(Exit::Code(1));
    assert_eq!(found(&seen), one("start/exited", Some("arguments-wrong")));
    assert!(check(&seen)[0].message.contains(".\\App.dll"));
}

#[test]
fn processes_left_behind_are_told_beside_the_end() {
    let plan = plan();
    let mut seen = seen(&plan, Outcome::Exited);
    seen.exit = Some(Exit::Code(0));
    seen.left_behind = 1;
    let codes: Vec<String> = found(&seen).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["start/exited", "start/left-behind"]);
}

#[test]
fn in_process_the_address_does_not_matter() {
    let inside = Plan {
        model: Model::InProcess,
        ..plan()
    };
    let mut seen = seen(&inside, Outcome::WrongPort);
    seen.listened_on = vec!["127.0.0.1:5000".parse().unwrap()];
    let findings = check(&seen);
    assert_eq!(findings[0].code, "start/listens-elsewhere");
    assert_eq!(
        (findings[0].severity, &findings[0].cause),
        (Severity::Info, &None)
    );
    assert_eq!(seen.predicted_status(), None);
}

#[test]
fn a_listener_elsewhere_is_told_with_its_address() {
    let plan = plan();
    let mut seen = seen(&plan, Outcome::WrongPort);
    seen.hresult = Some(hresult::TIMED_OUT);
    for (address, says) in [
        ("127.0.0.1:5000", "not on port 12345"),
        ("[::1]:12345", "[::1]:12345 only"),
    ] {
        seen.listened_on = vec![address.parse().unwrap()];
        let findings = check(&seen);
        assert_eq!(findings[0].cause.as_deref(), Some("listens-elsewhere"));
        assert!(
            findings[0].message.contains(says),
            "{}",
            findings[0].message
        );
    }
    seen.hresult = Some(hresult::FOREIGN_LISTENER);
    assert_eq!(
        found(&seen),
        one("start/listens-elsewhere", Some("port-in-use"))
    );
}

#[test]
fn a_start_that_the_system_refuses_names_the_program() {
    let plan = plan();
    let of = |outcome| {
        let mut seen = seen(&plan, outcome);
        seen.stage = Some(Stage::CreateProcess);
        found(&seen)
    };
    assert_eq!(
        of(Outcome::NotFound),
        one("start/program-not-found", Some("dotnet-not-found"))
    );
    assert_eq!(
        of(Outcome::AccessDenied),
        one("start/access-denied", Some("access-denied"))
    );
    assert_eq!(
        of(Outcome::BadImage),
        one("start/bad-image", Some("bitness-mismatch"))
    );
    let own = Plan {
        is_dotnet: false,
        ..self::plan()
    };
    let mut seen = seen(&own, Outcome::NotFound);
    seen.stage = Some(Stage::CreateProcess);
    assert_eq!(
        found(&seen),
        one("start/program-not-found", Some("processpath-wrong"))
    );
}

#[test]
fn ports_of_web_config() {
    let configured = Plan {
        configured: vec![("ASPNETCORE_PORT".into(), "80".into())],
        ..plan()
    };
    let mut seen = seen(&configured, Outcome::WrongPort);
    seen.stage = Some(Stage::SetupListenPort);
    seen.hresult = Some(hresult::BAD_PORT);
    assert_eq!(
        found(&seen),
        one("start/port-setting", Some("port-setting"))
    );
    assert!(check(&seen)[0].message.contains("'80'"));
    let mut seen = self::seen(&configured, Outcome::Listening);
    seen.configured_port_in_use = Some(5000);
    assert_eq!(found(&seen), one("start/port-in-use", Some("port-setting")));
}

#[test]
fn a_configuration_that_the_module_refuses() {
    for (message, cause) in [
        (
            "Attribute 'processPath' is required.",
            Some("processpath-missing"),
        ),
        (
            "Unknown hosting model 'x'. Please specify",
            Some("hosting-model-wrong"),
        ),
        ("Attribute 'stdoutLogFile' is required.", None),
    ] {
        let plan = Plan {
            refused: Some(message.into()),
            ..plan()
        };
        let mut seen = seen(&plan, Outcome::NotFound);
        seen.stage = Some(Stage::Configuration);
        assert_eq!(found(&seen), one("start/configuration-refused", cause));
        assert_eq!(seen.predicted_status().as_deref(), Some("500.0"));
    }
}

#[test]
fn the_first_request() {
    let plan = plan();
    let mut seen = seen(&plan, Outcome::Listening);
    let elapsed = Duration::ZERO;
    seen.answer = Some(Ok(Answer {
        status: 500,
        elapsed,
    }));
    assert_eq!(found(&seen), one("start/first-request-failed", None));
    seen.output = "Application startup exception: System.X".into();
    assert_eq!(
        found(&seen),
        one("start/first-request-failed", Some("unhandled-exception"))
    );
    seen.output.clear();
    seen.answer = Some(Err(ErrorKind::TimedOut));
    assert_eq!(found(&seen), one("start/first-request-failed", None));
    assert_eq!(seen.predicted_status().as_deref(), Some("502.3"));
    seen.answer = Some(Ok(Answer {
        status: 400,
        elapsed,
    }));
    assert_eq!(check(&seen)[0].severity, Severity::Warning);
}

#[test]
fn only_an_app_that_was_asked_ignores_it() {
    let plan = plan();
    let mut seen = seen(&plan, Outcome::Listening);
    seen.shutdown = Some(Shutdown::Killed);
    assert_eq!(found(&seen), one("start/shutdown-ignored", None));
    for how in [
        Shutdown::Request,
        Shutdown::Signal,
        Shutdown::ByItself,
        Shutdown::NotAsked,
    ] {
        seen.shutdown = Some(how);
        assert_eq!(found(&seen), [], "{how:?}");
    }
}

#[test]
fn time_account_and_model() {
    let in_process = Plan {
        model: Model::InProcess,
        ..plan()
    };
    let mut seen = seen(&in_process, Outcome::TimedOut);
    seen.account = "HOME\\anna".into();
    let codes: Vec<String> = found(&seen).into_iter().map(|(code, _)| code).collect();
    assert_eq!(
        codes,
        [
            "start/timed-out",
            "start/in-process-limits",
            "start/other-account"
        ]
    );
}
