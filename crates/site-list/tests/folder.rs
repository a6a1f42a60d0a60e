//! Apps below folders.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::pipe::{Pipe, Ran};

const WEB_CONFIG: &str = r#"<configuration><system.webServer><aspNetCore processPath="dotnet" arguments=".\App.dll" /></system.webServer></configuration>"#;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = name
            .split('/')
            .fold(folder.path().to_owned(), |path, name| path.join(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn list(folder: &Path) -> Ran {
    let ran = Pipe::new().tool("site-list", [folder]).run();
    assert_eq!(ran.stderr, "", "{}", ran.text());
    ran
}

/// Folders of the site records, relative and with slashes.
fn apps(root: &Path, ran: &Ran) -> Vec<String> {
    let relative = |site: &Value| {
        let path = Path::new(site["path"].as_str().unwrap())
            .strip_prefix(root)
            .unwrap()
            .to_owned();
        path.to_str().unwrap().replace('\\', "/")
    };
    ran.records_of("site").iter().map(relative).collect()
}

fn codes(ran: &Ran) -> Vec<String> {
    ran.records()
        .iter()
        .filter_map(|record| record["code"].as_str())
        .map(str::to_owned)
        .collect()
}

#[test]
fn apps_are_found_wherever_they_lie_each_once_parents_first() {
    let folder = folder(&[
        ("b/web.config", WEB_CONFIG),
        ("b/App.runtimeconfig.json", "{}"),
        ("b/api/web.config", WEB_CONFIG),
        ("a/deep/er/App.runtimeconfig.json", "{}"),
        ("broken/web.config", "<configuration>"),
        (
            "fragment/web.config",
            "<aspNetCore processPath=\"dotnet\" />",
        ),
        (
            "classic/web.config",
            "<configuration><system.web /></configuration>",
        ),
        ("static/index.html", ""),
        ("b/node_modules/x/App.runtimeconfig.json", "{}"),
        ("b/App.runtimeconfig.dev.json", "{}"),
        ("dotnet/host/fxr/8.0.4/x", ""),
        (
            "dotnet/shared/Microsoft.NETCore.App/8.0.4/Microsoft.NETCore.App.runtimeconfig.json",
            "{}",
        ),
        ("dotnet/sdk/8.0.100/dotnet.runtimeconfig.json", "{}"),
        ("Z/WEB.CONFIG", WEB_CONFIG),
    ]);
    let ran = list(folder.path());
    assert_eq!(ran.code(), Some(0));
    assert_eq!(
        apps(folder.path(), &ran),
        ["Z", "a/deep/er", "b", "b/api", "broken", "fragment"]
    );
    let sites = ran.records_of("site");
    assert_eq!(sites[2]["hosting_model"], "outofprocess");
    assert_eq!(sites[1]["hosting_model"], Value::Null);
    assert_eq!(
        (sites[2]["source"].as_str(), &sites[2]["site"]),
        (Some("folder"), &Value::Null)
    );
    let done = ran.records_of("done");
    assert_eq!(done[0]["targets"], 1);
    let chosen = Pipe::new()
        .tool(
            "site-list",
            [folder.path().as_os_str(), "--app".as_ref(), "*API".as_ref()],
        )
        .run();
    assert_eq!(apps(folder.path(), &chosen), ["b/api"]);
}

#[test]
fn a_named_folder_is_a_target_even_where_little_is_in_it() {
    let little = folder(&[("App.dll", "MZ")]);
    assert_eq!(list(little.path()).records_of("site").len(), 1);
    let file = folder(&[("web.config", WEB_CONFIG)]);
    let ran = list(&file.path().join("web.config"));
    assert_eq!(apps(file.path(), &ran), [""]);
}

#[test]
fn a_folder_without_app_is_told() {
    let folder = folder(&[("index.html", "")]);
    let ran = Pipe::new().tool("site-list", [folder.path()]).run();
    assert_eq!(
        (codes(&ran), ran.code()),
        (vec!["folder/no-app".to_owned()], Some(2))
    );
    assert!(ran.records_of("site").is_empty());
}

#[test]
fn a_choice_that_no_app_of_the_folder_fits_is_an_error() {
    let folder = folder(&[("web.config", WEB_CONFIG)]);
    for target in [folder.path().to_owned(), folder.path().join("web.config")] {
        for choice in [["--site", "Shop"], ["--app", "/nowhere"]] {
            let arguments = [target.as_os_str(), choice[0].as_ref(), choice[1].as_ref()];
            let ran = Pipe::new().tool("site-list", arguments).run();
            assert_eq!(
                (codes(&ran), ran.code()),
                (vec!["folder/no-app".to_owned()], Some(2))
            );
        }
    }
}

/// A pattern of a shell names whatever lies there.
#[test]
fn files_of_no_app_and_dotnet_itself_are_no_apps() {
    let folder = folder(&[
        ("README.md", ""),
        ("dotnet/dotnet.exe", "MZ"),
        ("dotnet/host/fxr/8.0.4/hostfxr.dll", "MZ"),
        ("shop/web.config", WEB_CONFIG),
    ]);
    let at = |name: &str| folder.path().join(name);
    let run = |names: &[&str]| {
        Pipe::new()
            .tool("site-list", names.iter().map(|name| at(name)))
            .run()
    };
    let ran = run(&["README.md", "dotnet", "shop"]);
    assert_eq!(apps(folder.path(), &ran), ["shop"]);
    assert_eq!(codes(&ran), ["folder/no-app", "folder/no-app"]);
    assert_eq!(ran.code(), Some(0));
    for name in ["README.md", "dotnet"] {
        let ran = run(&[name]);
        assert_eq!(apps(folder.path(), &ran), [""; 0]);
        assert_eq!(ran.code(), Some(2), "{}", ran.text());
    }
}

#[test]
fn a_directory_named_web_config_is_an_app_that_others_look_at() {
    let folder = folder(&[("web.config/x", "")]);
    assert_eq!(apps(folder.path(), &list(folder.path())), [""]);
}

#[test]
#[cfg_attr(windows, ignore = "needs ln")]
fn links_are_told_and_not_followed() {
    let folder = folder(&[("a/web.config", WEB_CONFIG), ("b/x", "")]);
    let made = Command::new("sh")
        .current_dir(folder.path())
        .args([
            "-c",
            "ln -s ../a b/a; ln -s .. b/up; ln -s loop loop; ln -s /nowhere c",
        ])
        .status()
        .unwrap();
    assert!(made.success());
    let ran = list(folder.path());
    assert_eq!(apps(folder.path(), &ran), ["a"]);
    assert_eq!(
        codes(&ran),
        ["folder/link-not-followed", "folder/link-not-followed"]
    );
    assert_eq!(ran.code(), Some(0));
}

#[test]
fn a_copied_home_of_app_service_is_one_app_with_its_logs() {
    let folder = folder(&[
        ("home/site/wwwroot/web.config", WEB_CONFIG),
        ("home/LogFiles/eventlog.xml", ""),
        ("home/site/wwwroot/api/web.config", WEB_CONFIG),
    ]);
    let ran = list(folder.path());
    assert_eq!(
        apps(folder.path(), &ran),
        ["home/site/wwwroot", "home/site/wwwroot/api"]
    );
    let site = &ran.records_of("site")[0];
    let text = |field: &str| site[field].as_str().unwrap().to_owned();
    assert!(text("physical_path").ends_with(r"home\site\wwwroot"));
    assert!(text("log_directory").ends_with(r"home\LogFiles"));
    assert!(site["pool_environment"]["HOME"].is_string());
}

#[test]
#[cfg_attr(windows, ignore = "needs a machine that is not Windows")]
fn a_copied_home_is_mapped_for_the_tools_behind() {
    let folder = folder(&[
        ("site/wwwroot/App.runtimeconfig.json", "{}"),
        ("LogFiles/x", ""),
    ]);
    // The home, what it holds, the app's own folder, a file of it.
    for below in [
        "",
        "site",
        "site/wwwroot",
        "site/wwwroot/App.runtimeconfig.json",
    ] {
        check_copied_home(folder.path(), &folder.path().join(below));
    }
}

fn check_copied_home(home: &Path, named: &Path) {
    let sites = list(named).records_of("site");
    assert_eq!(sites.len(), 1, "{sites:?}");
    let site = &sites[0];
    assert_eq!(
        site["map"],
        serde_json::json!([format!("C:\\home={}", home.display())])
    );
    assert_eq!(site["physical_path"], r"C:\home\site\wwwroot");
}

#[test]
fn app_service_itself_needs_no_argument() {
    let folder = folder(&[
        ("site/wwwroot/App.runtimeconfig.json", "{}"),
        ("LogFiles/x", ""),
    ]);
    let output = Command::new(env!("CARGO_BIN_EXE_site-list"))
        .env("HOME", folder.path())
        .env("WEBSITE_SITE_NAME", "my-shop")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let site: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(
        (site["site"].as_str(), site["app"].as_str()),
        (Some("my-shop"), Some("/"))
    );
}

#[test]
#[cfg_attr(windows, ignore = "needs a machine without IIS")]
fn without_a_target_the_one_line_says_what_to_name() {
    let empty: [&str; 0] = [];
    let ran = Pipe::new().tool("site-list", empty).run();
    assert_eq!((ran.code(), ran.text()), (Some(2), ""));
    assert_eq!(ran.stderr.lines().count(), 1);
    assert!(ran.stderr.contains("--root"), "{}", ran.stderr);
}
