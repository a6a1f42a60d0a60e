//! The module's files on the server, and files of the app that the runtime has to load.

use serde_json::json;
use support::hive::{hive, text};
use support::pe::{Machine, Managed, Native};

use crate::server::{ASPNETCORE, PATH, SHOP, Server, codes, config, deps, native, only, run};

const MODULE: &str = "Program Files/IIS/Asp.Net Core Module/V2";

fn handlers(server: &Server, module: &str, settings: &str) {
    server.write(
        "inetpub/shop/web.config",
        format!(
            r#"<configuration><system.webServer><handlers><add name="aspNetCore" path="*" verb="*" modules="{module}" /></handlers><aspNetCore processPath="dotnet" arguments=".\Shop.dll" hostingModel="outofprocess">{settings}</aspNetCore></system.webServer></configuration>"#
        ),
    );
}

#[test]
fn the_first_module() {
    let server = Server::new();
    server.iis();
    handlers(&server, "AspNetCoreModule", "");
    server
        .remove(MODULE)
        .remove("Windows/System32/inetsrv/config/schema/aspnetcore_schema_v2.xml")
        .write("Windows/System32/inetsrv/aspnetcore.dll", "")
        .write(
            "Windows/System32/inetsrv/config/schema/aspnetcore_schema.xml",
            "",
        );
    assert!(server.codes(&PATH).is_empty(), "{:#?}", server.run(&PATH));
    // the 32-bit one is another file
    let narrow = [&PATH[..], &["--bitness", "32"]].concat();
    let finding = server.finding("ancm/missing", &narrow);
    assert_eq!(
        finding["evidence"]["file"],
        r"C:\Windows\SysWOW64\inetsrv\aspnetcore.dll"
    );
    server.remove("Windows/System32/inetsrv/config/schema/aspnetcore_schema.xml");
    assert_eq!(server.codes(&PATH), only("ancm/schema-missing"));
    // gone with a newer bundle, while the site still names it
    server
        .iis()
        .remove("Windows/System32/inetsrv/aspnetcore.dll");
    let finding = server.finding("ancm/missing", &PATH);
    assert_eq!(finding["cause"], "module-name-mismatch");
}

#[test]
fn the_highest_folder_of_the_handler_counts() {
    let server = Server::new();
    server
        .iis()
        .write(&format!("{MODULE}/19.0.2/readme.txt"), "");
    let finding = server.finding("ancm/handler-missing", &PATH);
    assert_eq!(finding["evidence"]["version"], "19.0.2");
    assert_eq!(finding["evidence"]["predicted_status"], "500.36");
    assert!(
        finding["message"]
            .as_str()
            .unwrap()
            .contains("18.0.1 beside it")
    );
    // numbers, not text
    server
        .remove(&format!("{MODULE}/19.0.2"))
        .write(&format!("{MODULE}/9.0.0/readme.txt"), "");
    assert!(server.codes(&PATH).is_empty());
    let set = |version: &str| {
        format!(
            r#"<handlerSettings><handlerSetting name="handlerVersion" value="{version}" /></handlerSettings>"#
        )
    };
    handlers(&server, "AspNetCoreModuleV2", &set("17.0.1"));
    let finding = server.finding("ancm/handler-missing", &PATH);
    assert!(
        finding["message"]
            .as_str()
            .unwrap()
            .contains("handlerVersion")
    );
    handlers(&server, "AspNetCoreModuleV2", &set("18.0.1"));
    assert!(server.codes(&PATH).is_empty());
}

#[test]
fn an_older_module() {
    let server = Server::new();
    let module = |major: u16| {
        let dll = Native {
            machine: Machine::X64,
            dll: true,
            version: Some([major, 0, 24_000, 1]),
        };
        server
            .iis()
            .write(&format!("{MODULE}/aspnetcorev2.dll"), dll.build());
    };
    module(16);
    let finding = server.finding("ancm/older", &PATH);
    assert_eq!(finding["severity"], "info");
    assert_eq!(finding["evidence"]["module_version"], "16.0.24000.1");
    module(18);
    assert!(server.codes(&PATH).is_empty());
}

#[test]
fn in_process_on_a_framework_without_the_handler() {
    let server = Server::new();
    server.app(&config("8.0.0"), "inprocess");
    let folder = format!("Program Files/dotnet/shared/{ASPNETCORE}/8.0.11");
    server.write(&format!("{folder}/Microsoft.AspNetCore.dll"), "");
    let finding = server.finding("app/no-aspnetcore-reference", &PATH);
    assert_eq!(finding["evidence"]["predicted_status"], "500.33");
    server.write(&format!("{folder}/aspnetcorev2_inprocess.dll"), "");
    assert!(server.codes(&PATH).is_empty());
    server
        .install("Program Files/dotnet", Machine::X64, "2.1.30")
        .app(
            &json!({"runtimeOptions": {"framework": {"name": ASPNETCORE, "version": "2.1.0"}}}),
            "inprocess",
        );
    let finding = server.finding("app/no-aspnetcore-reference", &PATH);
    assert!(
        finding["message"]
            .as_str()
            .unwrap()
            .contains("begins with 2.2")
    );
}

#[test]
fn an_app_for_another_architecture() {
    let server = Server::new();
    let narrow = Managed {
        only_32_bit: true,
        ..Managed::app("Shop")
    };
    server.write("inetpub/shop/Shop.dll", narrow.build());
    let finding = server.finding("app/wrong-architecture", &PATH);
    assert_eq!(finding["evidence"]["arch"], "x86");
    assert_eq!(finding["cause"], "bitness-mismatch");
    let wide = Managed {
        machine: Machine::X64,
        ..Managed::app("Shop")
    };
    server.write("inetpub/shop/Shop.dll", wide.build());
    assert!(server.codes(&PATH).is_empty());
    server
        .install("Program Files (x86)/dotnet", Machine::X86, "8.0.11")
        .web_config(
            r"C:\Program Files (x86)\dotnet\dotnet.exe",
            r".\Shop.dll",
            "outofprocess",
        );
    assert_eq!(server.codes(&PATH), only("app/wrong-architecture"));
}

#[test]
fn a_native_library_for_another_architecture() {
    let server = Server::new();
    let name = ".NETCoreApp,Version=v8.0/win-x64";
    let document = json!({"runtimeTarget": {"name": name}, "targets": {name: {
        "Sql/5.0.0": {"native": {"runtimes/win-x64/native/sni.dll": {"fileVersion": "5.0.0.0"}}}}},
        "libraries": {"Sql/5.0.0": {"type": "package", "serviceable": true, "sha512": ""}}});
    server
        .write("inetpub/shop/Shop.deps.json", document.to_string())
        .write("inetpub/shop/sni.dll", native(Machine::X86));
    let finding = server.finding("app/wrong-architecture", &PATH);
    assert_eq!(finding["severity"], "warning");
    assert_eq!(finding["evidence"]["package"], "Sql");
    server.write("inetpub/shop/sni.dll", native(Machine::X64));
    assert!(server.codes(&PATH).is_empty());
}

#[test]
fn packages_of_two_generations() {
    let server = Server::new();
    let list = |package: &str| {
        let (name, _) = package.split_once('/').unwrap();
        server
            .write(
                "inetpub/shop/Shop.deps.json",
                deps(&[(
                    package,
                    &format!("lib/netstandard2.0/{name}.dll"),
                    "1.0.0.0",
                )]),
            )
            .write(
                &format!("inetpub/shop/{name}.dll"),
                Managed::app(name).build(),
            );
    };
    list("Microsoft.AspNetCore.Mvc.Core/2.2.0");
    let finding = server.finding("deps/old-aspnetcore-packages", &PATH);
    assert_eq!(
        finding["evidence"]["packages"],
        json!(["Microsoft.AspNetCore.Mvc.Core 2.2.0"])
    );
    assert_eq!(finding["cause"], "mixed-deployment");
    for sound in [
        "Microsoft.AspNetCore.Http.Abstractions/2.2.0",
        "Microsoft.AspNetCore.Hosting.Abstractions/2.2.0",
        "Microsoft.AspNetCore.Mvc.NewtonsoftJson/8.0.0",
    ] {
        list(sound);
        assert!(server.codes(&PATH).is_empty(), "{sound}");
    }
}

#[test]
fn case_of_the_apps_files_on_a_copied_server() {
    let server = Server::new();
    server.remove("inetpub/shop/Shop.runtimeconfig.json").write(
        "inetpub/shop/shop.RuntimeConfig.json",
        config("8.0.0").to_string(),
    );
    assert!(server.codes(&PATH).is_empty(), "{:#?}", server.run(&PATH));
}

/// Hives as they lie in the server's own folder: an install location, and a PATH with the folder of the installers.
fn hives(server: &Server) {
    let location = [("InstallLocation", 1, text(r"C:\own\"))];
    let software = hive(&[
        (r"WOW6432Node\dotnet\Setup\InstalledVersions\x64", &location),
        (
            r"Microsoft\Windows NT\CurrentVersion",
            &[("CurrentBuildNumber", 1, text("20348"))],
        ),
    ]);
    let system = hive(&[
        ("Select", &[("Current", 4, vec![1, 0, 0, 0])]),
        (
            r"ControlSet001\Control\Session Manager\Environment",
            &[("Path", 1, text(r"C:\Program Files\dotnet"))],
        ),
    ]);
    server
        .write("Windows/System32/config/SOFTWARE", software)
        .write("Windows/System32/config/SYSTEM", system);
}

#[test]
fn hives_of_a_copied_server() {
    let server = Server::new();
    hives(&server);
    server.install("own", Machine::X64, "8.0.12");
    // the machine's PATH
    assert!(server.codes(&[]).is_empty(), "{:#?}", server.run(&[]));
    server.apphost(Some("Shop.dll"), "outofprocess");
    assert_eq!(server.run(&[])[0]["dotnet_root"], r"C:\own");
    // a record that says where the drives are leads to them as well
    let map = format!("C:={}", server.dir.path().display());
    let record = json!({"schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop", "app": "/", "site_id": 1,
        "path": server.path(SHOP), "physical_path": r"C:\inetpub\shop", "bitness": 64, "map": [map], "source": "applicationHost.config"});
    let records = run(&[], Some(&format!("{record}\n")));
    let resolution = records.iter().find(|r| r["type"] == "resolution");
    assert_eq!(resolution.unwrap()["dotnet_root"], r"C:\own");
}

#[test]
fn hives_and_exports_named_together() {
    let server = Server::new();
    hives(&server);
    server
        .install("own", Machine::X64, "8.0.12")
        .apphost(Some("Shop.dll"), "outofprocess");
    let software = server.path("Windows/System32/config/SOFTWARE");
    let export = "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment]\r\n\"Path\"=\"C:\\\\gone\"\r\n";
    server.write("system.reg", export);
    let export = server.path("system.reg");
    let args = [
        "--registry",
        software.to_str().unwrap(),
        "--registry",
        export.to_str().unwrap(),
    ];
    assert_eq!(server.run(&args)[0]["dotnet_root"], r"C:\own");
    server.web_config("dotnet", r".\Shop.dll", "outofprocess");
    assert!(server.codes(&args).contains("dotnet/not-found"));
}

#[test]
fn a_damaged_hive_is_told() {
    let server = Server::new();
    hives(&server);
    server.write("Windows/System32/config/SOFTWARE", "regf");
    let records = server.run(&PATH);
    assert_eq!(codes(&records), only("registry/unreadable"));
    let failure = records.iter().find(|r| r["type"] == "failure").unwrap();
    assert!(
        failure["message"]
            .as_str()
            .unwrap()
            .contains(r"config\SOFTWARE"),
        "{failure:#}"
    );
}
