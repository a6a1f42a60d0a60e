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
    let scene = Scene::new(
        r#"<aspNetCore processPath="dotnet" arguments=".\a.dll" disableStartUpErrorPage="true" />"#,
    );
    let told = scene.probe(&["--dotnet", "no-such-folder"], &[]);
    assert_eq!(told.probe()["predicted_status"], "502.3");
    assert_eq!(told.cause("start/program-not-found"), "dotnet-not-found");
}

#[test]
fn a_port_out_of_range_is_not_tried_twice() {
    let port = r#"<environmentVariables><environmentVariable name="aspnetcore_port" value="80" /></environmentVariables>"#;
    let scene = Scene::new(&format!(
        r#"<aspNetCore processPath="dotnet">{port}</aspNetCore>"#
    ));
    let told = scene.probe(&[], &[]);
    let probe = told.probe();
    assert_eq!(probe["attempts"], 1);
    assert_eq!(probe["evidence"]["stage"], "SetupListenPort");
    assert_eq!(probe["evidence"]["event_id"], 1001);
    assert_eq!(probe["evidence"]["event_level"], "error");
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
        Scene::new(r#"<aspNetCore processPath="x" />"#),
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
