//! Configurations and what they ask for: where a finding points, and what it says besides the host's own words.

use serde_json::json;
use support::pe::Machine;

use crate::server::{ASPNETCORE, NETCORE, PATH, Server, codes, config, only};

const ROOT: &str = "Program Files/dotnet";

#[test]
fn a_framework_that_only_an_installed_one_asks_for() {
    let server = Server::new();
    server
        .install(ROOT, Machine::X64, "8.0.12")
        .remove(&format!("{ROOT}/shared/{NETCORE}/8.0.12"));
    let finding = server.finding("framework/missing", &PATH);
    let message = finding["message"].as_str().unwrap();
    assert!(
        message.contains(&format!("the installed {ASPNETCORE} 8.0.12 asks for it")),
        "{message}"
    );
    assert_eq!(
        finding["evidence"]["requested_by"],
        format!("{ASPNETCORE} 8.0.12")
    );
    // no line of the app's file asks for that version
    assert!(finding["line"].is_null() && finding["evidence"].get("file").is_none());
}

#[test]
fn a_leftover_that_the_host_passes_over_is_told() {
    let server = Server::new();
    server
        .install(ROOT, Machine::X64, "8.0.12")
        .remove(&format!(
            "{ROOT}/shared/{NETCORE}/8.0.12/{NETCORE}.deps.json"
        ));
    let finding = server.finding("framework/missing", &PATH);
    assert_eq!(finding["evidence"]["ignored"], json!(["8.0.12"]));
    assert_eq!(finding["evidence"]["found"], json!(["8.0.11"]));
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains("passes over 8.0.12"), "{message}");
    assert!(
        finding["help"]
            .as_str()
            .unwrap()
            .contains("repair or remove")
    );
}

#[test]
fn a_pool_of_the_other_bitness_can_be_switched() {
    let server = Server::new();
    server.install("Program Files (x86)/dotnet", Machine::X86, "6.0.36");
    server.app(&config("6.0.0"), "inprocess");
    let finding = server.finding("framework/missing", &PATH);
    assert_eq!(finding["cause"], "bitness-mismatch");
    let help = finding["help"].as_str().unwrap();
    assert!(
        help.contains("enable32BitAppOnWin64 of the pool to true"),
        "{help}"
    );
}

#[test]
fn values_of_a_wrong_type_are_told_where_the_host_goes_on() {
    let server = Server::new();
    let mut wrong = config("8.0.0");
    wrong["runtimeOptions"]["applyPatches"] = "true".into();
    server.app(&wrong, "outofprocess");
    let finding = server.finding("runtimeconfig/wrong-type", &PATH);
    assert_eq!(finding["line"], 1);
    assert_eq!(server.run(&PATH)[0]["type"], "resolution");
    // short texts of a Windows host are UTF-16: '2' is 50, and that is no setting
    wrong = config("8.0.0");
    wrong["runtimeOptions"]["rollForwardOnNoCandidateFx"] = "2".into();
    server.app(&wrong, "outofprocess");
    assert_eq!(
        server.codes(&PATH),
        ["framework/missing", "runtimeconfig/wrong-type"]
            .map(str::to_owned)
            .into()
    );
}

// Windows calls a name that is too long one that is not there.
#[test]
#[cfg_attr(windows, ignore = "needs POSIX names")]
fn a_file_that_the_tool_cannot_read_is_no_verdict() {
    let server = Server::new();
    // one letter more than any system takes for the name of the configuration, and a good name for the dll
    let stem = "s".repeat(240);
    server
        .web_config("dotnet", &format!(r".\{stem}.dll"), "outofprocess")
        .write(&format!("inetpub/shop/{stem}.dll"), "");
    let records = server.run(&PATH);
    assert_eq!(codes(&records), only("app/unreadable"), "{records:#?}");
    assert_eq!(records[0]["type"], "failure");
    assert!(records[0]["os_error"].is_number(), "{records:#?}");
}

#[test]
fn commands_of_the_sdk() {
    let server = Server::new();
    server.web_config("dotnet", "run", "outofprocess");
    let finding = server.finding("host/argument-not-runnable", &PATH);
    assert_eq!(finding["evidence"]["host_status"], "0x80008091");
    assert!(finding["help"].as_str().unwrap().contains(".NET SDK"));
    server.web_config("dotnet", r"exec .\None.dll", "outofprocess");
    let finding = server.finding("host/argument-not-runnable", &PATH);
    assert_eq!(finding["evidence"]["host_status"], "0x80008081");
}

#[test]
fn a_release_that_never_was() {
    let server = Server::new();
    server.app(&config("5.9.0"), "outofprocess");
    let finding = server.finding("framework/missing", &PATH);
    let help = finding["help"].as_str().unwrap();
    assert!(help.contains("there is no .NET 5.9"), "{help}");
}
