//! What leads where several things are wrong at once, and where nothing is.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::pipe::{Pipe, Ran};
use support::sample;

const NONE: [&str; 0] = [];
const APPHOST: &str = "Windows/System32/inetsrv/config/applicationHost.config";

/// A copy of a sample, to be changed.
struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&sample::path(name), folder.path());
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn with(self, name: &str, content: &str) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
        self
    }

    fn replaced(self, name: &str, from: &str, to: &str) -> Self {
        let text = fs::read_to_string(self.path(name)).expect("the file");
        assert!(text.contains(from), "{name} has no {from}");
        self.with(name, &text.replace(from, to))
    }

    /// The whole pipe over a copied server, or over an app.
    fn judged(&self) -> Ran {
        let root = self.folder.path();
        let config = self.path(APPHOST);
        let sites = match config.exists() {
            true => vec!["--apphost".into(), config, "--root".into(), root.to_owned()],
            false => vec![root.to_owned()],
        };
        let dotnet = match self.path("Program Files/dotnet").exists() {
            true => Vec::new(),
            false => vec!["--dotnet-root".into(), sample::path("dotnet-root")],
        };
        Pipe::new()
            .tool("site-list", sites)
            .tool("config-lint", NONE)
            .tool("runtime-match", dotnet)
            .tool("log-grep", NONE)
            .tool("verdict", NONE)
            .run()
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("made");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

fn leading(ran: &Ran, site: &str) -> Value {
    let leads = |verdict: &Value| {
        verdict["rank"] == 1
            && (site.is_empty() || (verdict["site"] == site && verdict["app"] == "/"))
    };
    ran.records_of("verdict")
        .into_iter()
        .find(leads)
        .unwrap_or_else(|| panic!("no verdict on {site}: {}", ran.text()))
}

#[test]
fn a_server_that_hands_no_request_on_is_the_cause() {
    let server = || Copy::of("server-root");
    for (server, site, cause) in [
        (server(), "Gone", "physical-path-missing"),
        (
            server().replaced(
                APPHOST,
                "applicationPool=\"Shop\"",
                "applicationPool=\"None\"",
            ),
            "Shop",
            "pool-missing",
        ),
        (
            server().replaced(
                APPHOST,
                "<add name=\"Shop\"",
                "<add name=\"Shop\" autoStart=\"false\"",
            ),
            "Shop",
            "site-or-pool-stopped",
        ),
        (
            server().replaced(
                APPHOST,
                "id=\"1\" serverAutoStart=\"true\"",
                "id=\"1\" serverAutoStart=\"false\"",
            ),
            "Shop",
            "site-or-pool-stopped",
        ),
    ] {
        let verdict = leading(&server.judged(), site);
        assert_eq!(verdict["cause"], cause, "{verdict}");
        assert!(verdict["confidence"].as_f64() >= Some(0.5), "{verdict}");
    }
}

#[test]
fn a_folder_that_is_not_mapped_gets_a_verdict_that_says_so() {
    let server =
        Copy::of("server-root").replaced(APPHOST, "%SystemDrive%\\inetpub\\shop", "E:\\shop");
    let verdict = leading(&server.judged(), "Shop");
    let message = verdict["message"].as_str().expect("a message");
    assert!(
        message.starts_with("this app could not be looked at: "),
        "{message}"
    );
    assert!(verdict["cause"].is_null());
}

#[test]
fn an_app_in_a_virtual_directory_does_not_speak_for_the_app_around_it() {
    let directory =
        "<virtualDirectory path=\"/files\" physicalPath=\"%SystemDrive%\\inetpub\\files\" />";
    let shop = "<virtualDirectory path=\"/\" physicalPath=\"%SystemDrive%\\inetpub\\shop\" />";
    let server = Copy::of("server-root")
        .replaced(APPHOST, shop, &format!("{shop}{directory}"))
        .replaced("inetpub/shop/Shop.runtimeconfig.json", "10.0.0", "11.0.0");
    let verdict = leading(&server.judged(), "Shop");
    assert_eq!(verdict["cause"], "framework-missing", "{verdict}");
}

const CRASH: &str = "Unhandled exception. System.InvalidOperationException: x\n   at Shop.Program.Main(String[] args)\n";

#[test]
fn an_old_log_does_not_hide_what_stops_the_app_now() {
    let app =
        || Copy::of("healthy-out-of-process").with("logs/stdout_20200101000000_1234.log", CRASH);
    let verdict = leading(&app().judged(), "");
    assert_eq!(verdict["cause"], "unhandled-exception");
    let offline = app().with("app_offline.htm", "<p>back soon</p>");
    let malformed = app().replaced("web.config", "</location>", "");
    let missing = app().replaced("Shop.runtimeconfig.json", "10.0.0", "11.0.0");
    for (app, cause, status) in [
        (offline, "app-offline", "503"),
        (malformed, "webconfig-malformed", "500.19"),
        (missing, "framework-missing", "502.5"),
    ] {
        let verdict = leading(&app.judged(), "");
        assert_eq!(
            (&verdict["cause"], &verdict["predicted_status"]),
            (&cause.into(), &status.into())
        );
    }
}

/// Most sites of a real server are none of ASP.NET Core's, and nothing is wrong with them.
#[test]
fn sites_of_other_kinds_are_none_of_our_business() {
    let classic = "<configuration><system.web><compilation targetFramework=\"4.8\" /></system.web></configuration>";
    let php = "<configuration><system.webServer><handlers><add name=\"PHP\" path=\"*.php\" verb=\"*\" modules=\"FastCgiModule\" scriptProcessor=\"C:\\php\\php-cgi.exe\" /></handlers></system.webServer></configuration>";
    let mut server = Copy::of("server-root");
    let text = fs::read_to_string(server.path(APPHOST)).expect("the file");
    let (head, rest) = text
        .split_once("<site name=\"Shop\"")
        .expect("the first site");
    let (_, tail) = rest.split_once("<siteDefaults>").expect("their end");
    let site = |name: &str, id: u8, port: u16| {
        format!(
            "<site name=\"{name}\" id=\"{id}\"><application path=\"/\" applicationPool=\"DefaultAppPool\"><virtualDirectory path=\"/\" physicalPath=\"%SystemDrive%\\inetpub\\{name}\" /></application><bindings><binding protocol=\"http\" bindingInformation=\"*:{port}:\" /></bindings></site>"
        )
    };
    let sites = site("wwwroot", 1, 80) + &site("classic", 2, 81) + &site("php", 3, 82);
    server = server
        .with(APPHOST, &format!("{head}{sites}<siteDefaults>{tail}"))
        .with("inetpub/wwwroot/iisstart.htm", "<html></html>")
        .with("inetpub/classic/web.config", classic)
        .with("inetpub/classic/Default.aspx", "<%@ Page %>")
        .with("inetpub/php/web.config", php)
        .with("inetpub/php/index.php", "<?php ?>");
    let ran = server.judged();
    for site in ["wwwroot", "classic", "php"] {
        let verdict = leading(&ran, site);
        assert!(verdict["cause"].is_null(), "{verdict}");
        assert_eq!(
            verdict["message"],
            "no ASP.NET Core app here",
            "{}",
            ran.text()
        );
    }
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
}

#[test]
fn files_without_site_records_are_judged_by_their_folder() {
    let ran = Pipe::new()
        .tool("config-lint", [sample::path("appsettings-missing-comma")])
        .tool("verdict", NONE)
        .run();
    let verdicts = ran.records_of("verdict");
    assert_eq!(verdicts.len(), 1, "{}", ran.text());
    assert_eq!(verdicts[0]["cause"], "config-malformed");
}

#[test]
fn where_no_site_is_found_every_tool_ends_with_2() {
    let empty = tempfile::tempdir().expect("a folder");
    let nowhere = empty.path().join("nowhere");
    for folder in [empty.path().to_owned(), nowhere] {
        let ran = Pipe::new()
            .tool("site-list", [folder])
            .tool("config-lint", NONE)
            .tool("verdict", NONE)
            .tool("report", NONE)
            .run();
        assert_eq!(ran.codes, [Some(2); 4], "{}", ran.text());
        assert_eq!(ran.records_of("done").len(), 4, "{}", ran.text());
        assert!(!ran.text().contains("report/tool-died"), "{}", ran.text());
    }
}

#[test]
fn a_site_record_that_cannot_be_meant_so_is_a_failure_of_every_tool() {
    let line = r#"{"schema":"ancm-tools/1","type":"site","tool":"site-list","site":"S","app":"/","path":"/srv","bindings":{}}"#;
    let ran = Pipe::new()
        .tool("config-lint", NONE)
        .input(format!("{line}\n"))
        .run();
    assert!(ran.text().starts_with(line));
    assert_eq!(
        ran.records_of("failure")[0]["code"],
        "input/site-not-understood"
    );
    assert_eq!(ran.code(), Some(1));
}
