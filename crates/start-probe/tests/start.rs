//! What the probe says where nothing has to be started.

mod probing;

use probing::{Scene, tell};

#[test]
fn a_program_that_is_not_there() {
    let scene = Scene::new(r#"<aspNetCore processPath=".\nothing-like-this.exe" />"#);
    let told = scene.probe(&[], &[]);
    assert_eq!(told.code, Some(1), "{}", told.stderr);
    let probe = told.probe();
    assert_eq!(probe["outcome"], "not-found");
    assert_eq!(probe["attempts"], 2);
    assert_eq!(probe["predicted_status"], "502.5");
    assert_eq!(probe["evidence"]["hresult"], "0x80070002");
    assert_eq!(probe["evidence"]["event_id"], 1020);
    assert_eq!(told.codes(), ["start/program-not-found"]);
    assert_eq!(told.cause("start/program-not-found"), "processpath-wrong");
}

#[test]
fn without_its_error_page_the_module_answers_502_3() {
    let scene =
        Scene::new(r#"<aspNetCore processPath=".\none.exe" disableStartUpErrorPage="true" />"#);
    let told = scene.probe(&[], &[]);
    assert_eq!(told.probe()["predicted_status"], "502.3");
}

#[test]
fn what_only_the_server_can_have_is_not_missing() {
    for (element, arguments) in [
        (
            r#"processPath="dotnet" arguments=".\a.dll""#,
            ["--dotnet", "no-such-folder"],
        ),
        (r#"processPath="Q:\Elsewhere\x.exe""#, ["--map", "Q:=."]),
    ] {
        let scene = Scene::new(&format!("<aspNetCore {element} />"));
        let told = scene.probe(&arguments, &[]);
        assert_eq!(told.code, Some(1), "{}", told.stderr);
        assert_eq!(told.records[0]["type"], "failure", "{:?}", told.records);
        assert_eq!(told.records[0]["code"], "start/cannot-run-here");
        assert!(told.codes().is_empty(), "{:?}", told.records);
    }
}

#[test]
fn in_process_rules_are_applied_without_a_start() {
    for (element, status, message, cause) in [
        (
            r#"processPath="dotnet""#,
            "500.0",
            "Application arguments are empty.",
            "arguments-wrong",
        ),
        (
            r#"processPath=".\none.exe""#,
            "500.0",
            "Executable was not found at",
            "processpath-wrong",
        ),
        (
            r#"processPath=".\web.config""#,
            "500.0",
            "doesn't have '.exe' extension.",
            "processpath-wrong",
        ),
        (
            r#"processPath=".\one.exe""#,
            "500.38",
            "Application .dll was not found at",
            "processpath-wrong",
        ),
        (
            r#"processPath="%LAUNCHER_PATH%""#,
            "500.0",
            "Executable was not found at",
            "launcher-placeholder",
        ),
    ] {
        let scene = Scene::new(&format!(
            r#"<aspNetCore {element} hostingModel="inprocess" />"#
        ));
        scene.write("one.exe", "#!/bin/sh\n");
        let told = scene.probe(&[], &[]);
        let probe = told.probe();
        assert_eq!(probe["predicted_status"], status, "{element}: {probe}");
        assert_eq!(probe["attempts"], 0);
        assert_eq!(probe["evidence"]["event_id"], 1031);
        let text = probe["evidence"]["event_text"].as_str().unwrap();
        assert!(text.contains(message), "{element}: {text}");
        assert_eq!(told.codes(), ["start/in-process-refused"], "{element}");
        assert_eq!(told.cause("start/in-process-refused"), cause, "{element}");
    }
}

#[test]
fn what_iis_does_not_take_never_reaches_the_module() {
    for (text, cause) in [
        ("<configuration", "webconfig-malformed"),
        (
            "<configuration><system.webServer><aspNetCore processPath='dotnet' startupTimeLimit='99999' /></system.webServer></configuration>",
            "webconfig-malformed",
        ),
    ] {
        let scene = Scene::new("");
        scene.write("web.config", text);
        let told = scene.probe(&[], &[]);
        let probe = told.probe();
        assert_eq!(probe["predicted_status"], "500.19", "{text}");
        assert_eq!(probe["attempts"], 0);
        assert_eq!(probe["evidence"]["event_id"], serde_json::Value::Null);
        assert_eq!(told.codes(), ["start/configuration-refused"]);
        assert_eq!(told.cause("start/configuration-refused"), cause);
    }
}

#[test]
fn app_offline_is_served_in_place_of_an_app_that_fails() {
    let scene = Scene::new(r#"<aspNetCore processPath=".\none.exe" />"#);
    scene.write("app_offline.htm", "");
    let told = scene.probe(&[], &[]);
    assert_eq!(told.probe()["predicted_status"], "503.0");
    let codes = ["start/app-offline", "start/program-not-found"];
    assert_eq!(told.codes(), codes);
}

#[test]
fn a_port_out_of_range_is_not_tried_twice() {
    let port = r#"<environmentVariables><environmentVariable name="aspnetcore_port" value="80" /></environmentVariables>"#;
    let scene = Scene::new(&format!(
        r#"<aspNetCore processPath=".\x.exe">{port}</aspNetCore>"#
    ));
    let told = scene.probe(&[], &[]);
    let probe = told.probe();
    assert_eq!(probe["attempts"], 1);
    assert_eq!(probe["evidence"]["stage"], "SetupListenPort");
    let evidence = &probe["evidence"];
    assert_eq!(evidence["event_id"], 1020);
    for (name, part) in [
        ("event_text", "Failed to bind to port '80'."),
        ("port_event_text", "failed to choose listen port '80'"),
        ("port_event_text", "ErrorCode = '0x80070057'"),
        ("try_event_text", "assigned port 80, retryCounter '0'."),
    ] {
        let text = evidence[name].as_str().unwrap();
        assert!(text.contains(part), "{name}: {text}");
    }
    assert_eq!(told.codes(), ["start/port-setting"]);
}

#[test]
fn a_configuration_that_the_module_refuses_is_not_started() {
    let scene = Scene::new(r#"<aspNetCore processPath="dotnet" hostingModel="sideways" />"#);
    let told = scene.probe(&[], &[]);
    assert_eq!(told.probe()["attempts"], 0);
    assert_eq!(told.probe()["predicted_status"], "500.0");
    assert_eq!(told.probe()["evidence"]["event_id"], 1034);
    assert_eq!(
        told.cause("start/configuration-refused"),
        "hosting-model-wrong"
    );
}

#[test]
fn a_folder_without_configuration_is_a_failure_and_the_rest_goes_on() {
    let (without, with) = (
        Scene::new(""),
        Scene::new(r#"<aspNetCore processPath=".\x" />"#),
    );
    let mut command = without.command(&[]);
    command.arg(with.app());
    let told = tell(&mut command);
    assert_eq!(told.code, Some(1));
    assert_eq!(told.records[0]["code"], "start/no-configuration");
    assert_eq!(told.probe()["outcome"], "not-found");
}

#[test]
fn keep_running_is_for_one_app() {
    let scene = Scene::new("");
    let mut command = scene.command(&["--keep-running"]);
    command.arg(scene.app());
    let told = tell(&mut command);
    assert_eq!((told.code, told.records.len()), (Some(2), 0));
    assert_eq!(told.stderr.lines().count(), 1);
}

#[test]
fn as_pool_needs_a_pool() {
    let scene = Scene::new(r#"<aspNetCore processPath="x" />"#);
    let told = scene.probe(&["--as-pool"], &[]);
    assert_eq!(told.code, Some(1));
    assert_eq!(told.records[0]["type"], "failure");
    assert_eq!(told.records[0]["code"], "start/not-as-pool");
}

#[test]
fn an_app_of_a_task_is_not_kept_running() {
    let scene = Scene::new(r#"<aspNetCore processPath="x" />"#);
    let told = scene.probe(&["--as-pool", "--keep-running"], &[]);
    assert_eq!((told.code, told.records.len()), (Some(2), 0));
    assert!(told.stderr.contains("--keep-running"), "{}", told.stderr);
}

#[test]
fn a_pool_with_a_user_of_its_own_is_refused_with_the_reason() {
    let scene = Scene::new(r#"<aspNetCore processPath="x" />"#);
    let record = serde_json::json!({
        "schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop", "app": "/",
        "path": scene.app(), "pool": "shop", "pool_identity": "HOME\\svc", "source": "folder",
    });
    let file = scene.temporary().join("site");
    std::fs::write(&file, format!("{record}\n")).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_start-probe"));
    command.arg("--as-pool");
    scene.prepare(&mut command);
    let told = tell(command.stdin(std::fs::File::open(file).unwrap()));
    let failure = &told.records[1];
    assert_eq!(failure["code"], "start/not-as-pool", "{failure}");
    assert_eq!(failure["needs_elevation"], false);
    let message = failure["message"].as_str().unwrap();
    assert!(message.contains("password"), "{message}");
}

#[test]
fn the_probe_inside_a_task_knows_the_site() {
    let scene = Scene::new(r#"<aspNetCore processPath=".\none.exe" />"#);
    let record = serde_json::json!({
        "schema": "ancm-tools/1", "type": "site", "tool": "start-probe", "site": "Shop", "app": "/api",
        "path": scene.app(), "site_id": 7, "source": "folder",
    });
    let file = scene.temporary().join("site");
    std::fs::write(&file, record.to_string()).unwrap();
    let told = scene.probe(&["--site-record", file.to_str().unwrap()], &[]);
    assert_eq!(told.probe()["site"], "Shop");
    let text = told.probe()["evidence"]["event_text"].as_str().unwrap();
    assert!(
        text.starts_with("Application '/LM/W3SVC/7/ROOT/api'"),
        "{text}"
    );
}
