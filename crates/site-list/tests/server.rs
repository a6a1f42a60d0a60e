//! Sites of a copied server: one record an application, and what is wrong on the server's level.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

#[path = "server/mod.rs"]
mod copy;

use copy::{Server, codes, web_config};
use serde_json::{Value, json};
use support::pe::{Machine, Managed, Native};

/// A further application of the site Shop.
fn application(path: &str, pool: &str, folder: &str) -> String {
    format!(
        "<application path=\"{path}\" applicationPool=\"{pool}\"><virtualDirectory path=\"/\" physicalPath=\"C:\\inetpub\\{folder}\" /></application>\n        <bindings>"
    )
}

#[test]
fn a_healthy_site_gives_its_record_and_nothing_else() {
    let server = Server::new();
    let ran = server.run(&[]);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    let records = ran.records();
    assert_eq!(records.len(), 2, "{}", ran.text());
    // A file system without case answers in the spelling that it is asked in.
    for (field, expected) in [
        ("path", "inetpub/Shop"),
        (
            "source",
            "Windows/System32/inetsrv/config/applicationHost.config",
        ),
    ] {
        let path = records[0][field].as_str().unwrap();
        assert!(
            path.eq_ignore_ascii_case(server.path(expected).to_str().unwrap()),
            "{path}"
        );
    }
    assert_eq!(
        records[0],
        json!({
            "schema": "ancm-tools/1", "type": "site", "tool": "site-list",
            "site": "Shop", "app": "/", "path": records[0]["path"],
            "site_id": 7, "pool": "Shop", "pool_identity": "ApplicationPoolIdentity",
            "pool_sid": "S-1-5-82-634253208-2346237047-1867043872-2360698316-99401469",
            "bitness": 64, "managed_runtime": "", "physical_path": "C:\\Inetpub\\shop",
            "bindings": ["http/*:80:shop.example"], "hosting_model": "inprocess",
            "config_path": "MACHINE/WEBROOT/APPHOST/Shop",
            "map": [format!("C:={}", server.root().display())],
            "source": records[0]["source"],
            "pool_environment": {"REGION": "EU"}, "load_user_profile": true,
            "log_directory": "C:\\logs", "worker_started": null, "worker_path": null, "was_started": null,
            "live": false,
        })
    );
    assert_eq!(records[1]["targets"], 1);
}

#[test]
fn filters_choose_by_name_without_case() {
    let server = Server::new()
        .with("<bindings>", &application("/api", "DefaultAppPool", "api"))
        .file("inetpub/api/x.txt", "")
        .site("Other", "", "<application path=\"/\"><virtualDirectory path=\"/\" physicalPath=\"C:\\inetpub\" /></application>");
    let apps = |arguments: &[&str]| -> Vec<String> {
        let sites = server.run(arguments).records_of("site");
        sites
            .iter()
            .map(|s| {
                format!(
                    "{}{}",
                    s["site"].as_str().unwrap(),
                    s["app"].as_str().unwrap()
                )
            })
            .collect()
    };
    assert_eq!(apps(&[]), ["Shop/", "Shop/api", "Other/"]);
    assert_eq!(apps(&["--site", "sh*"]), ["Shop/", "Shop/api"]);
    assert_eq!(apps(&["--pool", "default*"]), ["Shop/api", "Other/"]);
    assert_eq!(apps(&["--app", "/API"]), ["Shop/api"]);
    assert_eq!(
        apps(&["--site", "shop", "--site", "OTHER", "--app", "/"]),
        ["Shop/", "Other/"]
    );
    for nothing in ["nothing", "[so]*"] {
        let none = server.try_run(&["--site", nothing]);
        assert_eq!(codes(&none.records()), ["folder/no-app"]);
        assert_eq!(none.code(), Some(2));
    }
}

#[test]
fn redirection_and_a_registry_export_are_followed() {
    let server = Server::new()
        .file(
            "Windows/System32/inetsrv/config/redirection.config",
            "<configuration><configSections><section name=\"configurationRedirection\" /></configSections><configurationRedirection enabled=\"true\" path=\"%SHARED%\\iis\" /></configuration>",
        )
        .file("other/iis/applicationHost.config", "<configuration><system.applicationHost><sites><site name=\"Elsewhere\" id=\"1\"><application path=\"/\"><virtualDirectory path=\"/\" physicalPath=\"C:\\inetpub\\shop\" /></application></site></sites></system.applicationHost></configuration>");
    let export = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment]\r\n\"SHARED\"=\"C:\\\\other\"\r\n";
    let bytes: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(export.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let server = server.file("export.reg", bytes);
    let export = server.path("export.reg");
    let ran = server.run(&["--registry", export.to_str().unwrap()]);
    let sites = ran.records_of("site");
    assert_eq!(sites.len(), 1, "{}", ran.text());
    assert_eq!(
        (sites[0]["site"].as_str(), sites[0]["pool"].as_str()),
        (Some("Elsewhere"), Some("DefaultAppPool"))
    );
}

#[test]
#[cfg_attr(windows, ignore = "needs mkfifo")]
fn a_registry_export_that_never_ends_is_refused() {
    let server = Server::new();
    let pipe = server.path("pipe.reg");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    for file in [pipe.to_str().unwrap(), "/dev/zero"] {
        let ran = server.try_run(&["--registry", file]);
        assert_eq!(ran.code(), Some(2));
        assert!(ran.stderr.contains("no regular file"), "{}", ran.stderr);
    }
}

#[test]
fn sites_in_a_file_of_their_own_are_read() {
    let sites = "<sites><site name=\"Apart\" id=\"1\"><application path=\"/\"><virtualDirectory path=\"/\" physicalPath=\"C:\\inetpub\\shop\" /></application></site></sites>";
    let section = |server: Server| {
        server.with(
            "</system.applicationHost>",
            "<sites configSource=\"Parts\\sites.config\" /></system.applicationHost>",
        )
    };
    let server =
        section(Server::new()).file("Windows/System32/inetsrv/config/parts/Sites.config", sites);
    assert_eq!(server.run(&[]).records_of("site").len(), 2);
    let failure = section(Server::new()).told("server/config-source");
    assert_eq!(failure["type"], "failure");
    assert!(
        failure["message"].as_str().unwrap().contains("line 33"),
        "{failure}"
    );
}

#[test]
fn a_malformed_server_file_is_one_finding_with_its_line() {
    let finding = Server::new()
        .with("</applicationPools>", "</applicationPool>")
        .told("server/config-malformed");
    assert_eq!(
        (finding["line"].as_u64(), finding["cause"].as_str()),
        (Some(23), Some("webconfig-malformed"))
    );
}

/// One case a rule: the change that makes it speak, its code, line and column, and a word of its message.
fn cases() -> Vec<(Server, &'static str, Option<&'static str>, &'static str)> {
    let core = || web_config("inprocess");
    let two = |model: &str, pool: &str| {
        Server::new()
            .with("<bindings>", &application("/api", pool, "api"))
            .file("inetpub/api/web.config", web_config(model))
    };
    vec![
        (Server::new().without("Program Files/IIS/Asp.Net Core Module/V2/aspnetcorev2.dll"), "module/dll-missing", Some("image="), "Program Files\\IIS"),
        (
            Server::new()
                .with("name=\"Shop\" managed", "name=\"Shop\" enable32BitAppOnWin64=\"true\" managed")
                .without("Program Files (x86)/IIS"),
            "module/dll-missing-32-bit",
            Some("image="),
            "Program Files (x86)",
        ),
        (Server::new().with("<modules><add name=\"AspNetCoreModuleV2\" /></modules>", "<modules><add name=\"X\" /></modules>"), "module/not-enabled", Some("name=\"aspNetCore\" path"), "AspNetCoreModuleV2"),
        (
            Server::new()
                .with("<add name=\"AspNetCoreModuleV2\" image", "<add name=\"AspNetCoreModule\" image")
                .with("<modules><add name=\"AspNetCoreModuleV2\" /></modules>", ""),
            "module/not-registered",
            Some("name=\"aspNetCore\" path"),
            "AspNetCoreModuleV2",
        ),
        (Server::new().without("Windows/System32/inetsrv/config/schema/aspnetcore_schema_v2.xml"), "module/schema-missing", Some("section name=\"aspNetCore\""), "schema"),
        (Server::new().with("<section name=\"aspNetCore\" overrideModeDefault=\"Allow\" />", ""), "module/section-not-declared", Some("<aspNetCore"), "aspNetCore"),
        (Server::new().without("Windows/System32/vcruntime140.dll"), "module/vc-runtime-missing", None, "x64"),
        (
            Server::new()
                .with("name=\"Shop\" managed", "name=\"Shop\" enable32BitAppOnWin64=\"true\" managed")
                .file("inetpub/Shop/web.config", core().replace("dotnet", ".\\App.exe").replace(" arguments=\".\\App.dll\"", ""))
                .file("inetpub/Shop/App.exe", Native { machine: Machine::X64, dll: false, version: None }.build())
                .file("inetpub/Shop/hostfxr.dll", Native { machine: Machine::X64, dll: true, version: None }.build())
                .file("inetpub/Shop/App.dll", Managed::app("App").build()),
            "pool/bitness",
            Some("enable32BitAppOnWin64"),
            "64-bit",
        ),
        (Server::new().with("applicationPool=\"Shop\"", "applicationPool=\"Gone\""), "pool/missing", Some("applicationPool=\"Gone\""), "Gone"),
        (Server::new().with("name=\"Shop\" managed", "name=\"Shop\" autoStart=\"false\" managed"), "pool/not-started", Some("autoStart"), "autoStart"),
        (Server::new().with("loadUserProfile=\"true\"", "loadUserProfile=\"false\""), "pool/user-profile-off", Some("loadUserProfile"), "loadUserProfile"),
        (Server::new().with("id=\"7\"", "id=\"7\" serverAutoStart=\"false\""), "site/not-started", Some("serverAutoStart"), "Shop"),
        (Server::new().with("Inetpub\\shop", "Inetpub\\shopp"), "site/path-missing", Some("shopp"), "C:\\Inetpub\\shopp"),
        (Server::new().with("%SystemDrive%\\Inetpub\\shop", "E:\\shop"), "site/path-not-mapped", None, "--map 'E:=DIR'"),
        (
            Server::new()
                .with("physicalPath=\"%SystemDrive%\\Inetpub\\shop\" />", "physicalPath=\"%SystemDrive%\\Inetpub\\shop\" />\n<virtualDirectory path=\"/Api\" physicalPath=\"C:\\inetpub\\api\" />")
                .file("inetpub/api/web.config", core()),
            "site/virtual-directory",
            Some("<virtualDirectory path=\"/Api\""),
            "/Api",
        ),
        (
            Server::new()
                .without("inetpub/Shop/web.config")
                .file("inetpub/Shop/App.runtimeconfig.json", "{}")
                .file("inetpub/Shop/web.config.bak", ""),
            "site/web-config-missing",
            None,
            "App.runtimeconfig.json",
        ),
        (
            Server::new().site("Second", "", "<bindings><binding protocol=\"http\" bindingInformation=\"*:80:SHOP.example\" /></bindings><application path=\"/\"><virtualDirectory path=\"/\" physicalPath=\"C:\\inetpub\" /></application>"),
            "site/binding-taken",
            Some("SHOP.example"),
            "Shop",
        ),
        (two("outofprocess", "DefaultAppPool").with("applicationPool=\"DefaultAppPool\"", "applicationPool=\"none\""), "pool/missing", Some("applicationPool=\"none\""), "none"),
    ]
}

#[test]
fn a_variable_that_nobody_set_is_named() {
    let server = Server::new().with("%SystemDrive%\\Inetpub", "%IIS_SITES_HOME%");
    let failure = server.told("site/path-not-mapped");
    assert!(
        failure["message"]
            .as_str()
            .unwrap()
            .contains("names %IIS_SITES_HOME%"),
        "{failure}"
    );
}

#[test]
fn each_rule_speaks_once_and_alone() {
    for (server, code, place, word) in cases() {
        assert_eq!(server.codes(), [code]);
        let record = server.told(code);
        let line = record["line"].as_u64().map(|line| {
            let text = std::fs::read_to_string(record["path"].as_str().unwrap()).unwrap();
            text.lines()
                .nth(usize::try_from(line).unwrap() - 1)
                .unwrap()
                .to_owned()
        });
        match (&line, place) {
            (Some(line), Some(place)) => {
                assert!(line.contains(place), "{place} in {line}, {record}")
            }
            (line, place) => assert_eq!(line.as_deref(), place, "{record}"),
        }
        assert!(
            record["message"].as_str().unwrap().contains(word),
            "{record}"
        );
        assert_eq!(
            record["site"].as_str(),
            Some(if code == "site/binding-taken" {
                "Second"
            } else {
                "Shop"
            })
        );
    }
}

#[test]
fn apps_that_share_a_pool_are_told_to_part() {
    let pool = |model: &str| {
        let server = Server::new()
            .with("<bindings>", &application("/api", "SHOP", "api"))
            .file("inetpub/api/web.config", web_config(model));
        let mut records = server.run(&[]).records();
        records.retain(|record| record["code"].is_string());
        records
    };
    let named = |records: &[Value]| -> Vec<(String, String)> {
        let text = |record: &Value, field: &str| record[field].as_str().unwrap().to_owned();
        records
            .iter()
            .map(|r| (text(r, "app"), text(r, "code")))
            .collect()
    };
    let pairs = |code: &str| {
        vec![
            ("/".to_owned(), code.to_owned()),
            ("/api".to_owned(), code.to_owned()),
        ]
    };
    let records = pool("inprocess");
    assert_eq!(named(&records), pairs("pool/multiple-in-process"));
    assert_eq!(records[0]["cause"], "multiple-inprocess-apps");
    assert_eq!(records[0]["evidence"]["others"], json!(["Shop/api"]));
    assert_eq!(named(&pool("outofprocess")), pairs("pool/mixed-models"));
    // A folder of plain files may share a pool with an app.
    let plain = Server::new()
        .with("<bindings>", &application("/files", "Shop", "files"))
        .file("inetpub/files/x.txt", "");
    assert_eq!(plain.codes(), [""; 0]);
}

/// Publishing makes an AnyCPU dll and, by default, an x64 program beside it; neither is bound to the pool.
#[test]
fn a_program_that_the_worker_does_not_load_is_of_any_bitness() {
    for core in [
        web_config("inprocess"),
        web_config("inprocess")
            .replace("dotnet", ".\\App.exe")
            .replace(" arguments=\".\\App.dll\"", ""),
    ] {
        let server = Server::new()
            .with("name=\"Shop\" managed", "name=\"Shop\" enable32BitAppOnWin64=\"true\" managed")
            .file("inetpub/Shop/web.config", &core)
            .file("inetpub/Shop/App.exe", Native { machine: Machine::X64, dll: false, version: None }.build())
            .file("inetpub/Shop/App.dll", Managed::app("App").build())
            .file("inetpub/Shop/App.runtimeconfig.json", r#"{"runtimeOptions":{"framework":{"name":"Microsoft.AspNetCore.App","version":"8.0.0"}}}"#);
        assert_eq!(server.codes(), [""; 0], "{core}");
    }
}

/// The staging copy that shares the pool and is switched off does the live site no harm.
#[test]
fn a_site_that_does_not_start_shares_no_pool() {
    for model in ["inprocess", "outofprocess"] {
        let server = Server::new()
            .site("Stage", "serverAutoStart=\"false\"", "<application path=\"/\" applicationPool=\"Shop\"><virtualDirectory path=\"/\" physicalPath=\"C:\\inetpub\\stage\" /></application>")
            .file("inetpub/stage/web.config", web_config(model));
        assert_eq!(server.codes(), ["site/not-started"]);
    }
}

/// What the visitor gets, for those rules that know.
#[test]
fn findings_tell_the_page_of_the_first_request() {
    let statuses = |server: &Server| -> Vec<(String, String)> {
        let found = server.run(&[]).records_of("finding");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        found
            .iter()
            .map(|f| (text(&f["code"]), text(&f["evidence"]["predicted_status"])))
            .collect()
    };
    let pair = |code: &str, status: &str| (code.to_owned(), status.to_owned());
    // The bundle is missing altogether: IIS refuses the section before it looks for the module.
    let bare = Server::new()
        .with("<section name=\"aspNetCore\" overrideModeDefault=\"Allow\" />", "")
        .with("AspNetCoreModuleV2\" image=\"%ProgramFiles%\\IIS\\Asp.Net Core Module\\V2\\aspnetcorev2.dll", "StaticFileModule\" image=\"%windir%\\System32\\inetsrv\\static.dll")
        .with("<modules><add name=\"AspNetCoreModuleV2\" /></modules>", "<modules />");
    assert_eq!(
        statuses(&bare),
        [
            pair("module/not-registered", "500.19"),
            pair("module/section-not-declared", "500.19")
        ]
    );
    let unloadable =
        Server::new().without("Program Files/IIS/Asp.Net Core Module/V2/aspnetcorev2.dll");
    assert_eq!(statuses(&unloadable), [pair("module/dll-missing", "503")]);
    let renamed = Server::new().with("AspNetCoreModuleV2\" image", "AspNetCoreModule\" image");
    assert_eq!(
        statuses(&renamed),
        [pair("module/not-registered", "500.21")]
    );
    let unpublished = Server::new()
        .without("inetpub/Shop/web.config")
        .file("inetpub/Shop/App.runtimeconfig.json", "{}");
    assert_eq!(
        statuses(&unpublished),
        [pair("site/web-config-missing", "403.14")]
    );
    let told = unpublished.told("site/web-config-missing");
    assert_eq!(told["cause"], "webconfig-missing");
}

#[test]
fn an_app_in_a_folder_of_another_is_told_as_that_folder() {
    let server = Server::new()
        .file("inetpub/Shop/sub/web.config", web_config("inprocess"))
        .file("inetpub/Shop/img/x.png", "")
        .file("inetpub/Shop/up/web.config", "<configuration><system.webServer><aspNetCore requestTimeout=\"01:00:00\" /></system.webServer></configuration>");
    let told = server.told("site/folder-not-application");
    assert_eq!(
        (told["app"].as_str(), told["severity"].as_str()),
        (Some("/sub"), Some("warning"))
    );
    // Both files add the handler aspNetCore.
    assert_eq!(told["evidence"]["predicted_status"], "500.19");
    assert!(told["path"].as_str().unwrap().ends_with("web.config"));
    assert_eq!(server.codes().len(), 1);
    // The folder of an application, of a virtual directory of the same name, or of another site.
    let one = application("/SUB", "DefaultAppPool", "Shop\\sub");
    let as_application = server.with("<bindings>", &one);
    assert!(
        !as_application
            .codes()
            .contains(&"site/folder-not-application".to_owned())
    );
    let of_other = Server::new()
        .file("inetpub/Shop/sub/web.config", web_config("inprocess"))
        .site("Other", "", "<application path=\"/\"><virtualDirectory path=\"/\" physicalPath=\"%SystemDrive%\\inetpub\\SHOP\\sub\" /></application>");
    assert!(
        !of_other
            .codes()
            .contains(&"site/folder-not-application".to_owned())
    );
}

#[test]
fn an_app_in_a_virtual_directory_is_told_as_that_directory() {
    let server = Server::new()
        .with("physicalPath=\"%SystemDrive%\\Inetpub\\shop\" />", "physicalPath=\"%SystemDrive%\\Inetpub\\shop\" /><virtualDirectory path=\"/Api\" physicalPath=\"C:\\inetpub\\api\" />")
        .file("inetpub/api/web.config", web_config("inprocess"));
    assert_eq!(server.told("site/virtual-directory")["app"], "/Api");
}

#[test]
fn where_program_folders_were_not_copied_nothing_is_said_about_them() {
    let server = Server::new()
        .without("Program Files")
        .without("Program Files (x86)")
        .without("Windows/System32/ntdll.dll")
        .without("Windows/System32/vcruntime140.dll")
        .without("Windows/System32/inetsrv/config/schema");
    assert_eq!(server.codes(), [""; 0]);
}

#[test]
fn identities_have_their_sids() {
    let sid = |identity: &str| {
        let server = Server::new().with("identityType=\"ApplicationPoolIdentity\"", identity);
        let site = server.run(&[]).records_of("site").remove(0);
        (
            site["pool_identity"].as_str().unwrap().to_owned(),
            site["pool_sid"].as_str().map(str::to_owned),
        )
    };
    assert_eq!(
        sid("identityType=\"NetworkService\""),
        ("NetworkService".into(), Some("S-1-5-20".into()))
    );
    assert_eq!(
        sid("identityType=\"LocalSystem\""),
        ("LocalSystem".into(), Some("S-1-5-18".into()))
    );
    assert_eq!(
        sid("identityType=\"SpecificUser\" userName=\"CORP\\web\""),
        ("CORP\\web".into(), None)
    );
}

#[test]
#[cfg_attr(windows, ignore = "needs POSIX rights")]
fn a_folder_without_right_is_a_failure() {
    let server = Server::new();
    server.run(&[]);
    let run = |command: String| {
        let output = std::process::Command::new("sh")
            .arg("-c")
            .arg(command)
            .output()
            .unwrap();
        assert!(matches!(output.status.code(), Some(0..=2)), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let records: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        codes(&records)
    };
    let root = server.root().display();
    // Rights bind everybody but root, who becomes somebody else; the tool lies where anybody may read it.
    let tool = format!(
        "cp {} {root}/tool && chmod 755 {root} {root}/tool && $(test $(id -u) != 0 || echo setpriv --reuid=65534 --regid=65534 --clear-groups) {root}/tool",
        env!("CARGO_BIN_EXE_site-list")
    );
    let told = run(format!("chmod 000 {root}/inetpub && {tool} --root {root}"));
    assert_eq!(told, ["site/path-unreadable"]);
    let told = run(format!("{tool} {root}"));
    assert_eq!(told, ["folder/unreadable"]);
    // So that the folder can be cleaned up.
    run(format!("chmod 755 {root}/inetpub"));
}

/// Windows' own configuration has it so for all pools.
#[test]
fn a_profile_that_is_loaded_but_not_set_is_a_note() {
    let server = Server::new().with(
        "loadUserProfile=\"true\"",
        "loadUserProfile=\"true\" setProfileEnvironment=\"false\"",
    );
    let found = server.run(&[]).records_of("finding");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (&found[0]["code"], &found[0]["severity"]),
        (&json!("pool/user-profile-off"), &json!("info"))
    );
}
