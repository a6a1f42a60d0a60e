//! The table, and every rule with a case that it finds and ones that it does not.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use published_app::pe::Machine;

use super::*;
use crate::exit_code::Exit;
use crate::observation::{Shutdown, Taken};
use crate::outcome::{Model, Outcome, Stage, hresult};
use crate::plan::Plan;
use crate::plan::refusal::{By, Refusal};
use crate::request::Answer;
use crate::sys::Owner;

fn plan() -> Plan {
    Plan {
        folder: PathBuf::from("/app"),
        program: Some(PathBuf::from("/usr/bin/dotnet")),
        machine: None,
        missing_dll: None,
        is_script: false,
        refusal: None,
        not_here: None,
        copied: false,
        unexpanded: Vec::new(),
        app_offline: false,
        process_path: "dotnet".into(),
        is_dotnet: true,
        command_line: "\"dotnet\" .\\App.dll".into(),
        arguments: vec!["/app/App.dll".into()],
        configured: Vec::new(),
        worker: Vec::new(),
        model: Model::OutOfProcess,
        startup_limit: Duration::from_secs(120),
        shutdown_limit: Duration::from_secs(10),
        request_timeout: Duration::from_secs(120),
        error_page_off: false,
        application_id: "/LM/W3SVC/1/ROOT".into(),
        virtual_path: "/".into(),
        physical_root: "/app/".into(),
        authentication: "anonymous;".into(),
        web_sockets: true,
        https_port: None,
        host: "localhost".into(),
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
        refused_port: None,
        taken: None,
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
        processes: 1,
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
        one("start/bad-image", Some("processpath-wrong"))
    );
    let foreign = Plan {
        machine: Some(Machine::Arm64),
        ..self::plan()
    };
    assert_eq!(
        found(&self::seen(&foreign, Outcome::BadImage)),
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
    seen.refused_port = Some(80);
    assert_eq!(seen.event_port(), 80);
    assert_eq!(
        found(&seen),
        one("start/port-setting", Some("port-setting"))
    );
    assert!(check(&seen)[0].message.contains("'80'"));
}

#[test]
fn what_is_refused_before_a_start() {
    let refusal = |by, cause, status| Refusal {
        by,
        message: "why".into(),
        cause,
        status,
    };
    for (refusal, code) in [
        (
            refusal(By::Server, Some("webconfig-malformed"), "500.19"),
            "start/configuration-refused",
        ),
        (
            refusal(By::Module, Some("processpath-missing"), "500.0"),
            "start/configuration-refused",
        ),
        (
            refusal(By::Module, None, "500.0"),
            "start/configuration-refused",
        ),
        (
            refusal(By::InProcess, Some("arguments-wrong"), "500.0"),
            "start/in-process-refused",
        ),
    ] {
        let (cause, status) = (refusal.cause, refusal.status);
        let offline = refusal.by != By::Server;
        let mut plan = Plan {
            refusal: Some(refusal),
            ..plan()
        };
        let told = {
            let mut seen = seen(&plan, Outcome::NotFound);
            seen.stage = Some(Stage::Configuration);
            assert_eq!(seen.predicted_status().as_deref(), Some(status));
            found(&seen)
        };
        assert_eq!(told, one(code, cause));
        // IIS reads its files before the module looks for app_offline.htm.
        plan.app_offline = true;
        let seen = seen(&plan, Outcome::NotFound);
        let status = if offline { "503.0" } else { status };
        assert_eq!(seen.predicted_status().as_deref(), Some(status));
    }
}

#[test]
fn app_offline_is_served_whatever_the_app_does() {
    let offline = Plan {
        app_offline: true,
        ..plan()
    };
    let seen = seen(&offline, Outcome::Listening);
    assert_eq!(found(&seen), one("start/app-offline", Some("app-offline")));
    assert_eq!(seen.predicted_status().as_deref(), Some("503.0"));
    assert!(check_unstarted(&offline).is_some());
    assert!(check_unstarted(&plan()).is_none());
}

#[test]
fn placeholders_of_visual_studio_are_the_cause() {
    let left = Plan {
        unexpanded: vec!["LAUNCHER_ARGS".into()],
        ..plan()
    };
    let mut exited = seen(&left, Outcome::Exited);
    exited.exit = Some(Exit::Code(1));
    assert_eq!(
        found(&exited),
        one("start/exited", Some("launcher-placeholder"))
    );
    let mut missing = seen(&left, Outcome::NotFound);
    missing.stage = Some(Stage::CreateProcess);
    assert_eq!(
        found(&missing),
        one("start/program-not-found", Some("launcher-placeholder"))
    );
}

#[test]
fn what_windows_refuses_has_its_code() {
    let plan = plan();
    let mut seen = seen(&plan, Outcome::NotStarted);
    seen.stage = Some(Stage::CreateProcess);
    seen.hresult = Some(0x8007_01b1);
    assert_eq!(found(&seen), one("start/not-started", None));
    let help = check(&seen)[0].help.clone().unwrap();
    assert!(help.contains("sc start null"), "{help}");
    seen.hresult = Some(0x8007_00ce);
    assert!(check(&seen)[0].message.contains("0x800700ce"));
    assert!(!check(&seen)[0].help.clone().unwrap().contains("null"));
}

#[test]
fn a_missing_dll_in_process_is_500_31_whatever_dotnet_says() {
    let gone = Plan {
        model: Model::InProcess,
        missing_dll: Some(".\\App.dll".into()),
        ..plan()
    };
    let mut seen = seen(&gone, Outcome::Exited);
    seen.exit = Some(Exit::Code(1));
    assert_eq!(seen.predicted_status().as_deref(), Some("500.31"));
}

#[test]
fn a_child_among_too_many_processes_is_not_seen_by_the_module() {
    let plan = plan();
    let mut seen = seen(&plan, Outcome::WrongPort);
    seen.hresult = Some(hresult::FOREIGN_LISTENER);
    seen.processes = 17;
    assert_eq!(
        found(&seen),
        one("start/listens-elsewhere", Some("listens-elsewhere"))
    );
    assert!(check(&seen)[0].message.contains("17 processes"));
}

#[test]
fn a_side_port_is_told_with_the_time() {
    let plan = plan();
    let mut seen = seen(&plan, Outcome::TimedOut);
    seen.listened_on = vec!["127.0.0.1:9100".parse().unwrap()];
    assert_eq!(
        found(&seen),
        one("start/timed-out", Some("startup-timeout"))
    );
    let message = &check(&seen)[0].message;
    assert!(
        message.contains("twice; it has opened 127.0.0.1:9100"),
        "{message}"
    );
}

#[test]
fn a_port_of_web_config_that_is_in_use_stops_the_app_where_it_is_another_programs() {
    let plan = plan();
    let mut seen = seen(&plan, Outcome::Listening);
    let owner = |program: &str| {
        Some(Owner {
            pid: 9,
            program: program.into(),
        })
    };
    for (owner, severity, status) in [
        (None, Severity::Warning, None),
        (owner(""), Severity::Warning, None),
        (owner("/opt/dotnet"), Severity::Warning, None),
        (owner("/app/Shop"), Severity::Warning, None),
        (owner("/usr/sbin/nginx"), Severity::Error, Some("502.5")),
    ] {
        seen.taken = Some(Taken { port: 5000, owner });
        assert_eq!(found(&seen), one("start/port-in-use", Some("port-setting")));
        assert_eq!(check(&seen)[0].severity, severity, "{:?}", seen.taken);
        assert_eq!(seen.predicted_status().as_deref(), status);
    }
    let finding = &check(&seen)[0];
    assert!(
        finding.message.contains("by nginx (9)"),
        "{}",
        finding.message
    );
    assert_eq!(finding.evidence["owner_pid"], 9);
    // The listener of this machine is none of the copied server's.
    let copied = Plan {
        copied: true,
        ..self::plan()
    };
    seen.plan = &copied;
    assert_eq!(check(&seen)[0].severity, Severity::Warning);
    assert_eq!(seen.predicted_status(), None);
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
    let message = |seen: &Observation<'_>| check(seen)[0].message.clone();
    assert!(message(&seen).contains("AllowedHosts may lack 'localhost'"));
    seen.output =
        "'MS-ASPNETCORE-TOKEN' does not match the expected pairing token 'x', request rejected."
            .into();
    assert!(message(&seen).contains("pairing token"));
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
        Shutdown::Interrupted,
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
