//! "What if" a runtime were removed or installed.

use std::process::Command;

use support::pe::Machine;

use crate::server::{NETCORE, PATH, Server, config, only};

const ROOT: &str = "Program Files/dotnet";

#[test]
fn nonsense_ends_with_2() {
    for option in ["--would-break", "--if-installed"] {
        for value in [
            "8.0",
            "8",
            "Microsoft.NETCore.App@8.0.11",
            "Microsoft.NETCore.App/8.0",
        ] {
            let output = Command::new(env!("CARGO_BIN_EXE_runtime-match"))
                .args([option, value, "."])
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(2), "{option} {value}");
        }
    }
}

#[test]
fn what_is_not_there_cannot_be_missed() {
    let server = Server::new();
    let ask = |runtime: &str| server.codes(&[&PATH[..], &["--would-break", runtime]].concat());
    assert_eq!(ask("8.0.99"), only("question/not-installed"));
    assert_eq!(ask("Contoso.App/8.0.11"), only("question/not-installed"));
    // names ignore case
    assert_eq!(
        ask("microsoft.netcore.app/8.0.11"),
        only("question/would-break")
    );
}

#[test]
fn the_host_comes_with_the_runtime() {
    let server = Server::new();
    let ask = || server.codes(&[&PATH[..], &["--if-installed", "8.0.12"]].concat());
    server.remove(&format!("{ROOT}/host"));
    assert!(ask().contains("question/would-start"), "no host at all");
    // a host of another time refuses what the new one ignores
    server
        .install(ROOT, Machine::X64, "3.1.32")
        .remove(&format!("{ROOT}/shared/{NETCORE}/8.0.11"))
        .write(
            "inetpub/shop/Shop.runtimeconfig.json",
            format!("{} trailing", config("8.0.0")),
        );
    assert!(server.codes(&PATH).contains("runtimeconfig/invalid"));
    assert!(
        ask().contains("question/would-start"),
        "the old host decides"
    );
    // a leftover above it stays in the way
    server.write(&format!("{ROOT}/host/fxr/9.0.0/readme.txt"), "");
    assert!(!ask().contains("question/would-start"));
}

#[test]
fn a_server_without_dotnet() {
    let server = Server::new();
    server.remove(ROOT);
    let ask =
        |args: &[&str]| server.codes(&[&PATH[..], &["--if-installed", "8.0.12"], args].concat());
    assert!(ask(&[]).contains("question/would-start"));
    server.app(&config("8.0.0"), "inprocess");
    assert!(ask(&[]).contains("question/would-start"));
    server.apphost(Some("Shop.dll"), "outofprocess");
    assert!(ask(&[]).contains("question/would-start"));
    server.app(&config("9.0.0"), "outofprocess");
    assert!(!ask(&[]).contains("question/would-start"));
    // a path of its own is not where an installer puts it
    server.app(&config("8.0.0"), "outofprocess").web_config(
        r"C:\tools\dotnet.exe",
        r".\Shop.dll",
        "outofprocess",
    );
    assert!(!ask(&[]).contains("question/would-start"));
}

#[test]
fn a_narrow_pool_without_its_runtime() {
    let server = Server::new();
    server.app(&config("8.0.0"), "inprocess");
    let narrow = [&PATH[..], &["--bitness", "32"]].concat();
    assert!(server.codes(&narrow).contains("dotnet/not-found"));
    let asked = [&narrow[..], &["--if-installed", "8.0.12"]].concat();
    assert!(server.codes(&asked).contains("question/would-start"));
}

#[test]
fn both_options_are_one_question() {
    let server = Server::new();
    let both = [
        &PATH[..],
        &["--would-break", "8.0.11", "--if-installed", "8.0.12"],
    ]
    .concat();
    assert_eq!(server.codes(&both), only("question/would-change"));
    let finding = server.finding("question/would-change", &both);
    let message = finding["message"].as_str().unwrap();
    assert!(
        message.contains("8.0.11 is removed and 8.0.12 installed"),
        "{message}"
    );
    let both = [
        &PATH[..],
        &["--would-break", "8.0.11", "--if-installed", "9.0.1"],
    ]
    .concat();
    assert_eq!(server.codes(&both), only("question/would-break"));
}
