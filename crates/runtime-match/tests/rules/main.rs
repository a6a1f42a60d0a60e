//! Each code on an app that has the fault, and on one that has not.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::pe::{AppHost, Bundled, Machine, Managed};

mod frameworks;
mod programs;
mod questions;
mod server;
mod server_files;

use server::{ASPNETCORE, NETCORE, PATH, SHOP, Server, codes, config, deps, native, only, run};

#[test]
fn a_sound_app_gives_no_finding() {
    for model in ["outofprocess", "inprocess"] {
        let server = Server::new();
        server.iis().app(&config("8.0.0"), model);
        let records = server.run(&PATH);
        assert!(codes(&records).is_empty(), "{records:#?}");
        let frameworks = &records[0]["frameworks"];
        assert_eq!(frameworks[0]["name"], ASPNETCORE);
        assert_eq!(frameworks[1]["resolved"], "8.0.11");
        assert_eq!(records[0]["dotnet_root"], r"C:\Program Files\dotnet");
        assert_eq!(records[0]["arch"], "x64");
    }
}

#[test]
fn a_sound_apphost_gives_no_finding() {
    let server = Server::new();
    server.apphost(Some("Shop.dll"), "outofprocess");
    let records = server.run(&[]);
    assert!(codes(&records).is_empty(), "{records:#?}");
    assert_eq!(records[0]["dotnet_root"], r"C:\Program Files\dotnet");
}

#[test]
fn framework_missing() {
    let server = Server::new();
    server.app(&config("9.0.0"), "inprocess");
    let finding = server.finding("framework/missing", &PATH);
    assert_eq!(finding["evidence"]["predicted_status"], "500.31");
    assert!(
        finding["help"]
            .as_str()
            .unwrap()
            .contains("ASP.NET Core Hosting Bundle 9.0"),
        "{finding:#}"
    );
    assert_eq!(server.codes(&PATH), only("framework/missing"));
}

#[test]
fn framework_there_for_the_other_bitness_only() {
    let server = Server::new();
    server.install("Program Files (x86)/dotnet", Machine::X86, "6.0.36");
    server.app(&config("6.0.0"), "outofprocess");
    let finding = server.finding("framework/missing", &PATH);
    assert_eq!(finding["cause"], "bitness-mismatch");
    assert!(
        finding["message"].as_str().unwrap().contains("x86 only"),
        "{finding:#}"
    );
}

#[test]
fn framework_conflict() {
    let server = Server::new();
    server.install("Program Files/dotnet", Machine::X64, "9.0.1");
    server.remove(&format!("Program Files/dotnet/shared/{ASPNETCORE}/8.0.11"));
    let mut config = config("8.0.0");
    config["runtimeOptions"]["frameworks"][1]["rollForward"] = "Major".into();
    server.app(&config, "outofprocess");
    assert_eq!(server.codes(&PATH), only("framework/conflict"));
}

#[test]
fn framework_never_settles() {
    let server = Server::new();
    let root = "Program Files/dotnet";
    server.remove(&format!("{root}/host/fxr/8.0.11"));
    server.write(
        &format!("{root}/host/fxr/2.2.8/hostfxr.dll"),
        native(Machine::X64),
    );
    let circle =
        json!({"runtimeOptions": {"framework": {"name": ASPNETCORE, "version": "8.0.11"}}});
    server.write(
        &format!("{root}/shared/{ASPNETCORE}/8.0.11/{ASPNETCORE}.runtimeconfig.json"),
        circle.to_string(),
    );
    server.app(&circle, "outofprocess");
    assert_eq!(server.codes(&PATH), only("framework/never-settles"));
}

#[test]
fn framework_config_invalid() {
    let server = Server::new();
    server.write(
        &format!("Program Files/dotnet/shared/{ASPNETCORE}/8.0.11/{ASPNETCORE}.runtimeconfig.json"),
        "{",
    );
    assert_eq!(server.codes(&PATH), only("framework/config-invalid"));
}

#[test]
fn framework_hostpolicy_missing() {
    let server = Server::new();
    server.install("Program Files/dotnet", Machine::X64, "8.0.12");
    server.remove(&format!(
        "Program Files/dotnet/shared/{NETCORE}/8.0.12/hostpolicy.dll"
    ));
    assert_eq!(server.codes(&PATH), only("framework/hostpolicy-missing"));
}

#[test]
fn framework_deps_json_missing() {
    let server = Server::new();
    let root = "Program Files/dotnet";
    server.install(root, Machine::X64, "3.1.32");
    server.remove(&format!("{root}/host/fxr/8.0.11"));
    server.app(&config("3.1.0"), "outofprocess");
    assert_eq!(server.codes(&PATH), only("framework/out-of-support"));
    server.remove(&format!(
        "{root}/shared/{ASPNETCORE}/3.1.32/{ASPNETCORE}.deps.json"
    ));
    assert!(server.codes(&PATH).contains("framework/deps-json-missing"));
}

#[test]
fn framework_out_of_support() {
    let server = Server::new();
    assert!(server.codes(&PATH).is_empty());
    let late = [&PATH[..], &["--as-of", "2026-11-11"]].concat();
    let records = run_as_of(&server, &late);
    assert_eq!(codes(&records), only("framework/out-of-support"));
}

/// `run` without its own day.
fn run_as_of(server: &Server, args: &[&str]) -> Vec<Value> {
    let map = format!("C:={}", server.dir.path().display());
    let output = Command::new(env!("CARGO_BIN_EXE_runtime-match"))
        .args(["--map", &map])
        .args(args)
        .arg(server.path(SHOP))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|r| r["type"] != "done")
        .collect()
}

#[test]
fn host_missing_and_leftover() {
    let server = Server::new();
    server.write("Program Files/dotnet/host/fxr/9.0.0/readme.txt", "");
    let finding = server.finding("host/leftover", &PATH);
    assert_eq!(finding["evidence"]["leftover"], "9.0.0");
    assert_eq!(finding["evidence"]["host_status"], "0x80008083");
    server.remove("Program Files/dotnet/host");
    assert_eq!(server.codes(&PATH), only("host/missing"));
}

#[test]
fn host_options() {
    let server = Server::new();
    for arguments in [
        "--roll-forward Highest .\\Shop.dll",
        "--roll-forward Major --roll-forward-on-no-candidate-fx 1 .\\Shop.dll",
        "--fx-version",
        "exec --depsfile none.json .\\Shop.dll",
        "exec --runtimeconfig none.json .\\Shop.dll",
    ] {
        server.web_config("dotnet", arguments, "outofprocess");
        let finding = server.finding("host/option-invalid", &PATH);
        assert_eq!(finding["line"], 1, "{arguments}");
    }
    server.web_config("dotnet", "--roll-forward Major .\\Shop.dll", "outofprocess");
    assert!(server.codes(&PATH).is_empty());
}

#[test]
fn host_argument_not_runnable() {
    let server = Server::new();
    for arguments in [".\\Other.dll", "Shop", "web.config"] {
        server.web_config("dotnet", arguments, "outofprocess");
        assert!(
            server.codes(&PATH).contains("host/argument-not-runnable"),
            "{arguments}"
        );
    }
    // Windows forgives case
    server.web_config("dotnet", ".\\SHOP.DLL", "outofprocess");
    assert!(server.codes(&PATH).is_empty(), "{:#?}", server.run(&PATH));
}

#[test]
fn runtimeconfig() {
    let server = Server::new();
    let file = "inetpub/shop/Shop.runtimeconfig.json";
    server.write(
        file,
        "{\n  \"runtimeOptions\": {\n    \"framework\": {},\n  }\n}",
    );
    let finding = server.finding("runtimeconfig/invalid", &PATH);
    assert_eq!(
        (&finding["line"], &finding["evidence"]["host_exit_code"]),
        (&json!(4), &json!(-2_147_450_733_i64))
    );
    server.write(file, r#"{"runtimeOptions": {"includedFrameworks": []}}"#);
    assert_eq!(server.codes(&PATH), only("runtimeconfig/no-framework"));
    server.remove(file);
    assert_eq!(server.codes(&PATH), only("runtimeconfig/missing"));
    server
        .write(file, config("8.0.0").to_string())
        .write("inetpub/shop/Shop.runtimeconfig.dev.json", "{");
    assert_eq!(server.codes(&PATH), only("runtimeconfig/dev-ignored"));
}

#[test]
fn trace_and_questions() {
    let server = Server::new();
    let ask = |args: &[&str]| server.codes(&[&PATH[..], args].concat());
    assert_eq!(ask(&["--trace"]), only("resolution/trace"));
    assert_eq!(
        ask(&["--would-break", "8.0.11"]),
        only("question/would-break")
    );
    assert_eq!(
        ask(&["--would-break", "8.0.10"]),
        only("question/not-installed")
    );
    assert_eq!(
        ask(&["--if-installed", "8.0.12"]),
        only("question/would-change")
    );
    assert!(ask(&["--if-installed", "9.0.0"]).is_empty());
    server.install("Program Files/dotnet", Machine::X64, "8.0.12");
    assert_eq!(
        ask(&["--would-break", "8.0.12"]),
        only("question/would-change")
    );
    server.app(&config("9.0.0"), "outofprocess");
    assert!(ask(&["--if-installed", "9.0.1"]).contains("question/would-start"));
    assert!(!ask(&["--if-installed", "10.0.1"]).contains("question/would-start"));
}

#[test]
fn app_kinds() {
    let server = Server::new();
    let core_only = json!({"runtimeOptions": {"framework": {"name": NETCORE, "version": "8.0.0"}}});
    server.app(&core_only, "inprocess");
    assert_eq!(server.codes(&PATH), only("app/no-aspnetcore-reference"));
    server.app(&core_only, "outofprocess");
    assert!(server.codes(&PATH).is_empty());
    server
        .app(&config("8.0.0"), "outofprocess")
        .write("inetpub/shop/Shop.dll", native(Machine::X64));
    assert_eq!(server.codes(&PATH), only("app/not-an-assembly"));
    server
        .remove("inetpub/shop/Shop.runtimeconfig.json")
        .remove("inetpub/shop/Shop.dll");
    let net472 = Managed {
        framework: Some(".NETFramework,Version=v4.7.2"),
        dll: false,
        ..Managed::app("Shop")
    };
    server
        .web_config(r".\Shop.exe", "", "outofprocess")
        .write("inetpub/shop/Shop.exe", net472.build());
    assert_eq!(server.codes(&PATH), only("app/net-framework"));
}

#[test]
fn app_not_found_and_unreadable() {
    let empty = tempfile::tempdir().unwrap();
    let records = run(&[empty.path().to_str().unwrap()], None);
    assert_eq!(records[0]["type"], "failure");
    assert_eq!(codes(&records), only("app/not-found"));
    let site = json!({"schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "S", "app": "/", "path": empty.path().join("gone")});
    let records = run(&[], Some(&format!("{site}\n")));
    assert!(codes(&records).contains("app/unreadable"), "{records:#?}");
}

#[test]
fn dotnet_not_visible() {
    let server = Server::new();
    let records = run(&[server.path(SHOP).to_str().unwrap()], None);
    // on Windows the places can be seen, and nothing is in them
    let codes = codes(&records);
    assert!(
        codes == only("dotnet/not-visible") || codes == only("dotnet/not-found"),
        "{codes:?}"
    );
}

#[test]
fn single_file_in_process() {
    let server = Server::new();
    let config = config("8.0.0").to_string();
    let files = [
        Bundled {
            path: "Shop.dll",
            kind: 1,
            content: b"x",
        },
        Bundled {
            path: "Shop.runtimeconfig.json",
            kind: 4,
            content: config.as_bytes(),
        },
    ];
    let single = AppHost {
        machine: Machine::X64,
        dll: Some("Shop.dll"),
        bundle: Some((6, &files)),
    }
    .build();
    server
        .remove("inetpub/shop/Shop.dll")
        .remove("inetpub/shop/Shop.runtimeconfig.json");
    server
        .web_config(r".\Shop.exe", "", "inprocess")
        .write("inetpub/shop/Shop.exe", single);
    assert!(server.codes(&[]).contains("app/single-file-in-process"));
    server.web_config(r".\Shop.exe", "", "outofprocess");
    let records = server.run(&[]);
    assert!(codes(&records).is_empty(), "{records:#?}");
    assert_eq!(records[0]["deployment"], "single-file");
    assert_eq!(records[0]["frameworks"][1]["resolved"], "8.0.11");
}

#[test]
fn apphost() {
    let server = Server::new();
    server.apphost(None, "outofprocess");
    assert_eq!(
        server.finding("apphost/not-bound", &[])["evidence"]["host_status"],
        "0x80008095"
    );
    server.apphost(Some("Other.dll"), "outofprocess");
    assert_eq!(
        server.finding("apphost/dll-missing", &[])["evidence"]["host_status"],
        "0x8000809a"
    );
    server
        .apphost(Some("Shop.dll"), "outofprocess")
        .write("inetpub/shop/hostfxr.dll", native(Machine::X64));
    assert_eq!(server.codes(&[]), only("apphost/stray-hostfxr"));
    // `dotnet Shop.dll` does not look there
    server.web_config("dotnet", r".\Shop.dll", "outofprocess");
    assert!(server.codes(&PATH).is_empty());
}

#[test]
fn dotnet_root_variable() {
    let server = Server::new();
    server.apphost(Some("Shop.dll"), "outofprocess");
    assert_eq!(
        server.codes(&["--env", r"DOTNET_ROOT=C:\gone"]),
        only("dotnet/root-variable")
    );
    server.install("own", Machine::X64, "8.0.12");
    let records = server.run(&["--env", r"DOTNET_ROOT_X64=C:\own"]);
    assert!(codes(&records).is_empty());
    assert_eq!(records[0]["dotnet_root"], r"C:\own");
    assert_eq!(
        records[0]["other_roots"][0]["dotnet_root"],
        r"C:\Program Files\dotnet"
    );
}

#[test]
fn self_contained() {
    let server = Server::new();
    let own = json!({"runtimeOptions": {"includedFrameworks": [
        {"name": NETCORE, "version": "8.0.11"}, {"name": ASPNETCORE, "version": "8.0.11"}]}});
    server
        .app(&own, "outofprocess")
        .apphost(Some("Shop.dll"), "outofprocess");
    for name in ["hostfxr", "hostpolicy", "coreclr"] {
        server.write(&format!("inetpub/shop/{name}.dll"), native(Machine::X64));
    }
    let records = server.run(&[]);
    assert!(codes(&records).is_empty(), "{records:#?}");
    assert_eq!(records[0]["deployment"], "self-contained");
    assert_eq!(records[0]["frameworks"][0]["resolved"], "8.0.11");
    // the root framework comes last, wherever it stands in the file
    assert_eq!(records[0]["frameworks"][1]["name"], NETCORE);
    let stopped = |code: &str| {
        let records = server.run(&[]);
        assert_eq!(codes(&records), only(code));
        assert_eq!(records.len(), 1, "it runs on nothing: {records:#?}");
    };
    server.write("inetpub/shop/hostfxr.dll", native(Machine::X86));
    stopped("self-contained/wrong-architecture");
    server
        .write("inetpub/shop/hostfxr.dll", native(Machine::X64))
        .remove("inetpub/shop/coreclr.dll");
    stopped("self-contained/file-missing");
    let finding = server.finding("self-contained/file-missing", &[]);
    assert_eq!(finding["evidence"]["host_status"], "0x80008087");
}

#[test]
fn deps_closure() {
    let server = Server::new();
    let file = "inetpub/shop/Shop.deps.json";
    server.write(
        file,
        deps(&[("Cart/1.2.3", "lib/net8.0/Cart.dll", "1.2.0.0")]),
    );
    let finding = server.finding("deps/file-missing", &PATH);
    assert!(
        finding["message"].as_str().unwrap().contains("Cart 1.2.3"),
        "{finding:#}"
    );
    assert!(
        finding["evidence"].get("host_status").is_none(),
        "8.0 does not look for the files"
    );
    let cart = Managed {
        version: [1, 2, 0, 0],
        ..Managed::app("Cart")
    };
    server.write("inetpub/shop/Cart.dll", cart.build());
    assert!(server.codes(&PATH).is_empty(), "{:#?}", server.run(&PATH));
    let old = Managed {
        version: [1, 1, 0, 0],
        ..Managed::app("Cart")
    };
    server.write("inetpub/shop/Cart.dll", old.build());
    assert_eq!(server.codes(&PATH), only("deps/version-mismatch"));
    server.write(file, "{ broken");
    assert_eq!(
        server.finding("deps/invalid", &PATH)["evidence"]["host_status"],
        "0x8000808b"
    );
}

#[test]
fn old_hosts_look_for_the_files() {
    let server = Server::new();
    server
        .install("Program Files/dotnet", Machine::X64, "3.1.32")
        .remove("Program Files/dotnet/host/fxr/8.0.11");
    server.app(&config("3.1.0"), "inprocess");
    server.write(
        "inetpub/shop/Shop.deps.json",
        deps(&[("Cart/1.2.3", "lib/net8.0/Cart.dll", "1.2.0.0")]),
    );
    let finding = server.finding("deps/file-missing", &PATH);
    assert_eq!(finding["evidence"]["host_exit_code"], -2_147_450_740_i64);
    assert_eq!(finding["evidence"]["predicted_status"], "500.31");
}

#[test]
fn which_dotnet() {
    let server = Server::new();
    let nowhere = ["--env", r"PATH=C:\Windows"];
    assert!(server.codes(&nowhere).contains("dotnet/not-found"));
    // in-process the installers' folder is tried as well
    server.app(&config("8.0.0"), "inprocess");
    assert!(
        server.codes(&nowhere).is_empty(),
        "{:#?}",
        server.run(&nowhere)
    );
    server.install("Program Files (x86)/dotnet", Machine::X86, "6.0.36");
    server.app(&config("8.0.0"), "outofprocess");
    let both = [
        "--env",
        r"PATH=C:\Program Files (x86)\dotnet;C:\Program Files\dotnet",
    ];
    let finding = server.finding("dotnet/shadowed", &both);
    assert_eq!(finding["evidence"]["meant"], r"C:\Program Files\dotnet");
    server.web_config(
        r"C:\Program Files (x86)\dotnet\dotnet.exe",
        r".\Shop.dll",
        "inprocess",
    );
    assert!(server.codes(&both).contains("dotnet/wrong-bitness"));
    let narrow = [&both[..], &["--bitness", "32"]].concat();
    assert!(!server.codes(&narrow).contains("dotnet/wrong-bitness"));
}

#[test]
fn module_files() {
    let server = Server::new();
    let module = "Program Files/IIS/Asp.Net Core Module/V2";
    server.iis();
    assert!(server.codes(&PATH).is_empty(), "{:#?}", server.run(&PATH));
    server.remove(&format!("{module}/18.0.1"));
    assert_eq!(server.codes(&PATH), only("ancm/handler-missing"));
    server
        .iis()
        .remove("Windows/System32/inetsrv/config/schema/aspnetcore_schema_v2.xml");
    assert_eq!(server.codes(&PATH), only("ancm/schema-missing"));
    server.iis().remove(&format!("{module}/aspnetcorev2.dll"));
    assert_eq!(server.codes(&PATH), only("ancm/missing"));
    server.iis();
    let narrow = [&PATH[..], &["--bitness", "32"]].concat();
    assert!(
        server.finding("ancm/missing", &narrow)["message"]
            .as_str()
            .unwrap()
            .contains("(x86)")
    );
}

fn registry(server: &Server, build: &str) -> String {
    let text = format!(
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n\
         \"CurrentBuildNumber\"=\"{build}\"\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\WOW6432Node\\dotnet\\Setup\\InstalledVersions\\x64]\r\n\
         \"InstallLocation\"=\"C:\\\\own\\\\\"\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment]\r\n\
         \"Path\"=\"C:\\\\Program Files\\\\dotnet\"\r\n\"SystemRoot\"=\"C:\\\\Windows\"\r\n"
    );
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    server.write("export.reg", bytes);
    server.path("export.reg").to_str().unwrap().to_owned()
}

/// Where the module's files are not in the copy, the registry tells whether it was installed.
#[test]
fn a_module_that_is_not_registered() {
    let server = Server::new();
    let found = |keys: &[&str]| {
        let mut text = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n".to_owned();
        for key in keys {
            text += &format!("[HKEY_LOCAL_MACHINE\\SOFTWARE\\{key}]\r\n");
        }
        server.write("export.reg", text);
        let file = server.path("export.reg");
        let records = server.run(&["--registry", file.to_str().unwrap()]);
        let told = records
            .iter()
            .find(|record| record["code"] == "ancm/missing");
        told.map(|finding| finding["message"].as_str().unwrap().to_owned())
    };
    let iis = r"Microsoft\InetStp";
    assert_eq!(found(&[]), None);
    assert_eq!(
        found(&[iis, r"Microsoft\IIS Extensions\IIS AspNetCore Module V2"]),
        None
    );
    assert!(
        found(&[iis, r"Microsoft\IIS Extensions\URL Rewrite"])
            .unwrap()
            .ends_with("registered with it.")
    );
    let bundle = "Microsoft .NET 8.0.11 - Windows Server Hosting";
    let message = found(&[
        iis,
        &format!(r"WOW6432Node\Microsoft\Updates\.NET\{bundle}"),
    ])
    .unwrap();
    assert!(message.contains(bundle), "{message}");
}

#[test]
fn registry_export() {
    let server = Server::new();
    let file = registry(&server, "20348");
    // PATH of the machine
    assert!(server.codes(&["--registry", &file]).is_empty());
    // install location, before the folder of the installers
    server
        .install("own", Machine::X64, "8.0.12")
        .apphost(Some("Shop.dll"), "outofprocess");
    assert_eq!(
        server.run(&["--registry", &file])[0]["dotnet_root"],
        r"C:\own"
    );
}

#[test]
fn old_windows() {
    let server = Server::new();
    server.iis().write("Windows/System32/kernel32.dll", "");
    let new = registry(&server, "14393");
    assert!(server.codes(&["--registry", &new]).is_empty());
    let old = registry(&server, "9600");
    assert_eq!(
        server.codes(&["--registry", &old]),
        only("ancm/vc-runtime-missing")
    );
    server.write("Windows/System32/vcruntime140.dll", "");
    assert!(server.codes(&["--registry", &old]).is_empty());
    let older = registry(&server, "7601");
    assert_eq!(
        server.codes(&["--registry", &older]),
        only("system/too-old")
    );
}

#[test]
fn worker_stale() {
    let server = Server::new();
    let map = format!("C:={}", server.dir.path().display());
    let site = |started: &str| {
        let record = json!({"schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop", "app": "/",
            "path": server.path(SHOP), "physical_path": r"C:\inetpub\shop", "bitness": 64, "map": [map],
            "pool_environment": {"PATH": r"C:\Program Files\dotnet"}, "worker_started": started});
        codes(&run(&[], Some(&format!("{record}\n"))))
    };
    assert_eq!(site("2020-01-01T00:00:00Z"), only("worker/stale"));
    assert!(site("2099-01-01T00:00:00Z").is_empty());
}

/// The codes and the records of a site whose server has the registry of [`registry`].
fn site_with(server: &Server, fields: &[(&str, Value)]) -> (BTreeSet<String>, Vec<Value>) {
    let file = registry(server, "20348");
    let mut record = json!({"schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop", "app": "/",
        "path": server.path(SHOP), "physical_path": r"C:\inetpub\shop", "bitness": 64, "site_id": 1,
        "map": [format!("C:={}", server.dir.path().display())]});
    for (name, value) in fields {
        record[*name] = value.clone();
    }
    let records = run(&["--registry", &file], Some(&format!("{record}\n")));
    (codes(&records), records)
}

#[test]
fn a_worker_is_stale_by_its_path_before_its_time() {
    let server = Server::new();
    let old = ("worker_started", json!("2020-01-01T00:00:00Z"));
    let stale = |fields: &[(&str, Value)]| site_with(&server, fields).0;
    let path = |text: &str| ("worker_path", json!(text));
    assert_eq!(stale(&[path(r"C:\Windows")]), only("worker/stale"));
    // a patch came after it started, but its PATH has the folder
    assert!(stale(&[path(r"C:\Windows;c:\program files\dotnet\"), old.clone()]).is_empty());
    assert_eq!(stale(&[old]), only("worker/stale"));
    // the pool was recycled, WAS was not
    let recycled = ("worker_started", json!("2099-01-01T00:00:00Z"));
    let was = |text: &str| ("was_started", json!(text));
    assert_eq!(
        stale(&[recycled.clone(), was("2020-01-01T00:00:00Z")]),
        only("worker/stale")
    );
    assert!(stale(&[recycled, was("2099-01-01T00:00:00Z")]).is_empty());
}

#[test]
fn agents_of_the_server() {
    let server = Server::new();
    let told = |variables: Value| {
        let (_, records) = site_with(&server, &[("pool_environment", variables)]);
        let found = records
            .into_iter()
            .filter(|record| record["code"] == "worker/agent-variable");
        found
            .map(|finding| {
                format!(
                    "{} {}",
                    finding["severity"].as_str().unwrap(),
                    finding["evidence"]["variable"].as_str().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
    assert!(told(json!({"CORECLR_PROFILER_PATH_64": r"C:\agent\profiler.dll"})).is_empty());
    let on = json!({"CORECLR_ENABLE_PROFILING": "1", "CORECLR_PROFILER_PATH_64": r"C:\agent\profiler.dll"});
    assert_eq!(told(on.clone()), ["warning CORECLR_PROFILER_PATH_64"]);
    assert_eq!(
        told(json!({"DOTNET_STARTUP_HOOKS": r"Hook;C:\agent\hook.dll"})),
        ["error DOTNET_STARTUP_HOOKS"]
    );
    server
        .write("agent/profiler.dll", "")
        .write("agent/hook.dll", "");
    assert_eq!(told(on), ["info CORECLR_PROFILER_PATH_64"]);
    assert_eq!(
        told(json!({"DOTNET_STARTUP_HOOKS": r"Hook;C:\agent\hook.dll"})),
        ["info DOTNET_STARTUP_HOOKS"]
    );
    assert_eq!(
        told(json!({"ASPNETCORE_HOSTINGSTARTUPASSEMBLIES": "Agent"})),
        ["info ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"]
    );
}

#[test]
fn listing_in_place_of_a_root() {
    let server = Server::new();
    let text = format!(
        "{NETCORE} 8.0.4 [C:\\Program Files\\dotnet\\shared\\{NETCORE}]\r\n{ASPNETCORE} 8.0.4 [C:\\Program Files\\dotnet\\shared\\{ASPNETCORE}]\r\n"
    );
    server.write("runtimes.txt", &text);
    let args = [
        "--list-runtimes",
        server.path("runtimes.txt").to_str().unwrap(),
    ]
    .map(str::to_owned);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let records = server.run(&args);
    assert_eq!(records[0]["frameworks"][1]["resolved"], "8.0.4");
    server.app(&config("8.0.5"), "outofprocess");
    assert_eq!(server.codes(&args), only("framework/missing"));
    let folder = server.path(SHOP);
    let records = run(
        &["--list-runtimes", "-", folder.to_str().unwrap()],
        Some(&text),
    );
    assert_eq!(codes(&records), only("framework/missing"));
}

#[test]
fn an_option_that_is_wrong_ends_with_2() {
    for args in [
        vec!["--dotnet-root", "/nowhere", "."],
        vec!["--list-runtimes", "Cargo.toml", "."],
        vec!["--registry", "Cargo.toml", "."],
        vec!["--env", "novalue", "."],
        vec!["--as-of", "2025-13-01", "."],
        vec!["--list-runtimes", "-"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_runtime-match"))
            .args(&args)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(
            String::from_utf8_lossy(&output.stderr).lines().count(),
            1,
            "{args:?}"
        );
    }
}
