//! Programs of processPath: which of them look for a runtime, and where.

use serde_json::json;
use support::pe::{AppHost, Machine, Native};

use crate::server::{ASPNETCORE, PATH, SHOP, Server, codes, config, native, only, run};

fn exe(machine: Machine) -> AppHost<'static> {
    AppHost {
        machine,
        dll: Some("Shop.dll"),
        bundle: None,
    }
}

/// A native program of its own.
fn program() -> Vec<u8> {
    Native {
        machine: Machine::X64,
        dll: false,
        version: None,
    }
    .build()
}

#[test]
fn native_programs_need_no_runtime() {
    for installed in [true, false] {
        let server = Server::new();
        server
            .remove("inetpub/shop/Shop.dll")
            .remove("inetpub/shop/Shop.runtimeconfig.json");
        if !installed {
            server.remove("Program Files/dotnet");
        }
        server
            .write("inetpub/shop/Native.exe", program())
            .write("nodejs/node.exe", program())
            .write("inetpub/shop/start.cmd", "dotnet Shop.dll");
        for (path, arguments) in [
            (r".\Native.exe", ""),
            (r"C:\nodejs\node.exe", "app.js"),
            (r".\start.cmd", ""),
        ] {
            server.web_config(path, arguments, "outofprocess");
            let records = server.run(&[]);
            assert_eq!(codes(&records), only("app/native"), "{path}");
            assert_eq!(records.len(), 1, "{records:#?}");
        }
    }
}

#[test]
fn a_program_without_marks_beside_files_of_an_app_is_taken_for_its_exe() {
    let server = Server::new();
    server
        .web_config(r".\Shop.exe", "", "outofprocess")
        .write("inetpub/shop/Shop.exe", program());
    assert!(server.codes(&[]).is_empty());
}

#[test]
fn an_exe_without_any_runtime() {
    let server = Server::new();
    server
        .apphost(Some("Shop.dll"), "outofprocess")
        .remove("Program Files/dotnet");
    let finding = server.finding("apphost/no-runtime", &["--env", r"DOTNET_ROOT=C:\gone"]);
    assert_eq!(finding["cause"], "framework-missing");
    let evidence = &finding["evidence"];
    assert_eq!(evidence["host_status"], "0x80008083");
    assert_eq!(evidence["host_exit_code"], -2_147_450_749_i64);
    assert_eq!(evidence["predicted_status"], "502.5");
    assert_eq!(
        evidence["tried"],
        json!([r"DOTNET_ROOT=C:\gone", r"C:\Program Files\dotnet"])
    );
    assert_eq!(
        (&evidence["framework"], &evidence["version"]),
        (&json!(ASPNETCORE), &json!("8.0.0"))
    );
    assert_eq!(evidence["install"], "the ASP.NET Core Hosting Bundle 8.0");
    // nothing but this, and no record of what it would run on
    let records = server.run(&[]);
    assert_eq!(codes(&records), only("apphost/no-runtime"));
    assert_eq!(records.len(), 1, "{records:#?}");
}

#[test]
fn an_exe_whose_runtime_is_there_for_the_other_bitness_only() {
    let server = Server::new();
    server
        .apphost(Some("Shop.dll"), "outofprocess")
        .remove("Program Files/dotnet")
        .install("Program Files (x86)/dotnet", Machine::X86, "8.0.11");
    let finding = server.finding("apphost/no-runtime", &[]);
    assert_eq!(finding["cause"], "bitness-mismatch");
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains("x86 only"), "{message}");
    // one that could not start it either is no such case
    server.remove("Program Files (x86)/dotnet").install(
        "Program Files (x86)/dotnet",
        Machine::X86,
        "6.0.36",
    );
    let finding = server.finding("apphost/no-runtime", &[]);
    assert_eq!(finding["cause"], "framework-missing");
}

#[test]
fn a_worker_whose_section_is_not_in_its_own_folder() {
    let server = Server::new();
    server.remove("inetpub/shop/web.config");
    let map = format!("C:={}", server.dir.path().display());
    let site = |bitness: u8, model: &str| {
        let record = json!({"schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop", "app": "/",
            "path": server.path(SHOP), "physical_path": r"C:\inetpub\shop", "bitness": bitness, "map": [map],
            "hosting_model": model, "source": "applicationHost.config"});
        run(&[], Some(&format!("{record}\n")))
    };
    let records = site(32, "inprocess");
    let finding = records.iter().find(|r| r["code"] == "dotnet/not-found");
    let finding = finding.unwrap_or_else(|| panic!("{records:#?}"));
    assert_eq!(finding["cause"], "bitness-mismatch");
    assert_eq!(finding["evidence"]["predicted_status"], "500.0");
    // the record's hosting model is that of a refusal
    server
        .app(&config("9.0.0"), "inprocess")
        .remove("inetpub/shop/web.config");
    for (model, page) in [("inprocess", "500.31"), ("outofprocess", "502.5")] {
        let records = site(64, model);
        let finding = records.iter().find(|r| r["code"] == "framework/missing");
        assert_eq!(finding.unwrap()["evidence"]["predicted_status"], page);
    }
}

#[test]
fn a_self_contained_app_asks_for_no_root() {
    let own = json!({"runtimeOptions": {"includedFrameworks": [
        {"name": "Microsoft.NETCore.App", "version": "8.0.11"}, {"name": ASPNETCORE, "version": "8.0.11"}]}});
    for model in ["outofprocess", "inprocess"] {
        let server = Server::new();
        server.install("Program Files (x86)/dotnet", Machine::X86, "8.0.11");
        server.app(&own, model).apphost(Some("Shop.dll"), model);
        for name in ["hostfxr", "hostpolicy", "coreclr"] {
            server.write(&format!("inetpub/shop/{name}.dll"), native(Machine::X64));
        }
        let narrow = server.path("Program Files (x86)/dotnet");
        for args in [
            ["--env", r"DOTNET_ROOT=C:\Program Files (x86)\dotnet"],
            ["--env", r"DOTNET_ROOT=C:\gone"],
            ["--dotnet-root", narrow.to_str().unwrap()],
        ] {
            let records = server.run(&args);
            assert!(codes(&records).is_empty(), "{args:?} {records:#?}");
            assert_eq!(records[0]["deployment"], "self-contained");
        }
    }
}

#[test]
fn variables_that_an_older_exe_does_not_know() {
    let server = Server::new();
    server
        .install("own", Machine::X64, "8.0.12")
        .apphost(Some("Shop.dll"), "outofprocess")
        .write("inetpub/shop/Shop.exe", exe(Machine::X64).build_before_6());
    let root = |args: &[&str]| server.run(args)[0]["dotnet_root"].clone();
    let installed = r"C:\Program Files\dotnet";
    assert_eq!(root(&["--env", r"DOTNET_ROOT_X64=C:\own"]), installed);
    assert_eq!(root(&["--env", r"DOTNET_ROOT=C:\own"]), r"C:\own");
    // 32-bit on 64-bit Windows: one name of its own and no other
    server
        .install("own32", Machine::X86, "8.0.12")
        .install("Program Files (x86)/dotnet", Machine::X86, "8.0.11")
        .write("inetpub/shop/Shop.exe", exe(Machine::X86).build_before_6());
    assert_eq!(
        root(&["--env", r"DOTNET_ROOT=C:\own32"]),
        r"C:\Program Files (x86)\dotnet"
    );
    assert_eq!(root(&["--env", r"DOTNET_ROOT(x86)=C:\own32"]), r"C:\own32");
}

#[test]
fn places_told_to_the_exe_on_publish() {
    let server = Server::new();
    server
        .install("own", Machine::X64, "8.0.12")
        .install("inetpub/shop/net", Machine::X64, "8.0.13")
        .apphost(Some("Shop.dll"), "outofprocess");
    let resolved = |search: Option<(u8, &str)>, args: &[&str]| {
        server.write(
            "inetpub/shop/Shop.exe",
            exe(Machine::X64).build_searching(search),
        );
        server.run(args)[0]["frameworks"][1]["resolved"].clone()
    };
    let variable = ["--env", r"DOTNET_ROOT=C:\own"];
    assert_eq!(resolved(None, &variable), "8.0.12");
    // beside the program, and in no other place
    assert_eq!(resolved(Some((2, r".\net")), &variable), "8.0.13");
    assert_eq!(resolved(Some((2 | 4, r".\gone")), &variable), "8.0.12");
    assert_eq!(resolved(Some((4, "")), &variable), "8.0.12");
    assert_eq!(resolved(Some((8, "")), &variable), "8.0.11");
    server.write(
        "inetpub/shop/Shop.exe",
        exe(Machine::X64).build_searching(Some((2, "gone"))),
    );
    let finding = server.finding("apphost/no-runtime", &variable);
    assert_eq!(finding["evidence"]["tried"], json!(["gone"]));
    // a host in its own folder counts only where it was told to look there
    server.write("inetpub/shop/hostfxr.dll", native(Machine::X64));
    server.write(
        "inetpub/shop/Shop.exe",
        exe(Machine::X64).build_searching(Some((8, ""))),
    );
    assert!(server.codes(&[]).is_empty(), "{:#?}", server.run(&[]));
}

#[test]
fn a_dotnet_on_a_drive_that_cannot_be_seen() {
    let server = Server::new();
    for model in ["outofprocess", "inprocess"] {
        server.web_config(r"D:\dotnet\dotnet.exe", r".\Shop.dll", model);
        let records = server.run(&PATH);
        assert_eq!(codes(&records), only("dotnet/not-visible"), "{records:#?}");
        assert!(
            records[0]["message"]
                .as_str()
                .unwrap()
                .contains(r"D:\dotnet"),
            "{records:#?}"
        );
    }
}

#[test]
fn in_process_the_exe_is_never_run() {
    let server = Server::new();
    server.apphost(Some("Other.dll"), "inprocess").install(
        "Program Files/dotnet",
        Machine::X64,
        "8.0.11",
    );
    assert!(server.codes(&PATH).is_empty(), "{:#?}", server.run(&PATH));
    server.remove("inetpub/shop/Shop.dll");
    let records = server.run(&PATH);
    assert_eq!(codes(&records), only("app/single-file-in-process"));
    assert_eq!(records.len(), 1, "{records:#?}");
}

#[test]
fn in_process_a_root_without_host_is_the_modules_own_failure() {
    let server = Server::new();
    server.app(&config("8.0.0"), "inprocess");
    server.remove("Program Files/dotnet/host");
    let finding = server.finding("host/missing", &PATH);
    assert_eq!(finding["evidence"]["predicted_status"], "500.0");
    assert!(finding["evidence"].get("host_exit_code").is_none());
    assert!(
        finding["help"]
            .as_str()
            .unwrap()
            .contains("Hosting Bundle 8.0")
    );
    server.write("Program Files/dotnet/host/fxr/9.0.0/readme.txt", "");
    server.write(
        "Program Files/dotnet/host/fxr/8.0.11/hostfxr.dll",
        native(Machine::X64),
    );
    let finding = server.finding("host/leftover", &PATH);
    assert_eq!(finding["evidence"]["predicted_status"], "500.0");
}

#[test]
fn a_program_that_is_not_there_runs_on_nothing() {
    let server = Server::new();
    server.web_config(r".\Shop", "", "outofprocess");
    let records = server.run(&[]);
    assert!(
        records.iter().all(|r| r["type"] != "resolution"),
        "{records:#?}"
    );
}

#[test]
fn sites_of_other_kinds_are_no_failures() {
    let server = Server::new();
    server
        .write("inetpub/wwwroot/iisstart.htm", "<html>")
        .write("inetpub/classic/web.config", "<configuration><system.web /></configuration>")
        .write("inetpub/classic/bin/Classic.dll", "")
        .write("inetpub/classic/Default.aspx", "")
        .write("inetpub/php/index.php", "<?php")
        .write("inetpub/php/web.config", r#"<configuration><system.webServer><handlers><add name="php" path="*.php" verb="*" modules="FastCgiModule" /></handlers></system.webServer></configuration>"#);
    let lines: String = ["wwwroot", "classic", "php"]
        .map(|name| {
            let record = json!({"schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": name, "app": "/",
                "path": server.path(&format!("inetpub/{name}")), "site_id": 1, "bitness": 64, "source": "/etc/applicationHost.config"});
            format!("{record}\n")
        })
        .concat();
    let records = run(&[], Some(&lines));
    assert!(
        records.iter().all(|r| r["type"] != "failure"),
        "{records:#?}"
    );
    assert_eq!(codes(&records), only("app/not-aspnetcore"));
    // a folder that someone names is another thing
    let folder = server.path("inetpub/php");
    let records = run(&[folder.to_str().unwrap()], None);
    assert_eq!(codes(&records), only("app/not-found"));
}

#[test]
fn a_section_of_the_servers_own_configuration() {
    let server = Server::new();
    server.remove("inetpub/shop/web.config");
    let host = server.path("Windows/System32/inetsrv/config/applicationHost.config");
    let write = |handlers: &str| {
        server.write(
            "Windows/System32/inetsrv/config/applicationHost.config",
            format!(
                r#"<configuration><configSections><sectionGroup name="system.applicationHost"><section name="sites" /></sectionGroup><sectionGroup name="system.webServer"><section name="handlers" overrideModeDefault="Allow" /><section name="aspNetCore" overrideModeDefault="Allow" /></sectionGroup></configSections><system.applicationHost><sites><site name="Shop" id="1"><application path="/"><virtualDirectory path="/" physicalPath="C:\inetpub\shop" /></application></site></sites></system.applicationHost><location path="Shop"><system.webServer><handlers>{handlers}</handlers><aspNetCore processPath="dotnet" arguments="--roll-forward Highest .\Shop.dll" hostingModel="OutOfProcess" /></system.webServer></location></configuration>"#
            ),
        );
    };
    let map = format!("C:={}", server.dir.path().display());
    let site = || {
        let record = json!({"schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop", "app": "/", "site_id": 1,
            "path": server.path(SHOP), "physical_path": r"C:\inetpub\shop", "bitness": 64, "map": [map], "source": host,
            "pool_environment": {"PATH": r"C:\Program Files\dotnet"}});
        run(&[], Some(&format!("{record}\n")))
    };
    write(
        r#"<add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" />"#,
    );
    let records = site();
    let finding = records.iter().find(|r| r["code"] == "host/option-invalid");
    let finding = finding.unwrap_or_else(|| panic!("{records:#?}"));
    assert_eq!(finding["evidence"]["predicted_status"], "502.5");
    assert!(
        finding["line"].is_null(),
        "it is no line of the app's own file"
    );
    // a section that no handler uses starts nothing
    write("");
    assert!(!codes(&site()).contains("host/option-invalid"));
}
