//! A server with IIS's own configuration at its real place: what the tools say there, without arguments and through the
//! pipes of `cmd`, is what they say on Linux about a copy of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::pipe::{Pipe, Ran};
use support::sample;
use support::wine::{self, Prefix, windows_path};

use super::{run, set_registry};

/// Copies the sample server onto drive C:, into the folders that are there already.
fn install(prefix: &Prefix) {
    // Wine says that it is Windows 7, which no .NET of the sample runs on; the copy says nothing of the kind.
    let version = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion";
    set_registry(prefix, version, "CurrentBuildNumber", "REG_SZ", "20348");
    // What the Hosting Bundle would have done.
    let session = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";
    let path = r"%SystemRoot%\system32;%SystemRoot%;C:\Program Files\dotnet\";
    set_registry(prefix, session, "PATH", "REG_EXPAND_SZ", path);
    let root = sample::path("server-root");
    let mut files = Vec::new();
    support::source::collect(&root, &mut files);
    for file in files {
        let relative = file.strip_prefix(&root).expect("below the root");
        let target = in_place(&prefix.drive_c(), relative);
        fs::create_dir_all(target.parent().expect("a file is in a folder"))
            .expect("the folder is made");
        fs::copy(&file, &target).expect("the file is copied");
    }
}

/// The path below `folder` whose parts have the case of what is there: `Windows/System32` is `windows/system32` in Wine.
fn in_place(folder: &Path, relative: &Path) -> PathBuf {
    relative
        .components()
        .fold(folder.to_owned(), |folder, part| {
            let wanted = part.as_os_str().to_string_lossy().to_lowercase();
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            let mut same = entries
                .filter(|entry| entry.file_name().to_string_lossy().to_lowercase() == wanted);
            same.next()
                .map_or_else(|| folder.join(part), |entry| entry.path())
        })
}

/// `"...\tool.exe" arguments | ...`, run by `cmd`.
fn cmd_pipe(prefix: &Prefix, tools: &[&str]) -> Ran {
    let line: Vec<String> = tools
        .iter()
        .map(|tool| {
            let (name, arguments) = tool.split_once(' ').unwrap_or((tool, ""));
            format!("\"{}\" {arguments}", windows_path(&wine::tool(name)))
        })
        .collect();
    run(prefix.batch(&line.join(" | ")))
}

/// A record with this machine's paths of drive C: as Windows writes them, and without what only a copy has.
fn as_on_windows(mut record: Value, drive_c: &str) -> Value {
    fn walk(value: &mut Value, drive_c: &str) {
        match value {
            Value::String(text) if text.contains(drive_c) => {
                let (before, after) = text.split_once(drive_c).expect("it contains it");
                *text = format!("{before}C:{}", after.replace('/', "\\"));
            }
            Value::Array(values) => values.iter_mut().for_each(|value| walk(value, drive_c)),
            Value::Object(fields) => fields.values_mut().for_each(|value| walk(value, drive_c)),
            _ => {}
        }
    }
    walk(&mut record, drive_c);
    // Windows' folders are spelled one way in its variables and another on Wine's disk.
    let text = record.to_string();
    let text = text
        .replace(r"C:\\windows", r"C:\\Windows")
        .replace(r"Windows\\system32", r"Windows\\System32");
    let mut record: Value = serde_json::from_str(&text).expect("still a record");
    if record["type"] == "failure" {
        // The system's own number and words.
        record["os_error"] = Value::Null;
        record["message"] = Value::Null;
    }
    if record["type"] == "site" {
        // the machine's own is as much as a record without a map
        let own = record["map"].as_array().is_some_and(Vec::is_empty);
        assert_eq!(record["live"], own, "{record}");
        record["map"] = Value::Array(Vec::new());
        record["live"] = Value::Null;
    }
    record
}

#[test]
#[ignore = "needs Wine"]
fn site_list_finds_the_machines_own_sites() {
    let prefix = Prefix::new();
    install(&prefix);
    let ran = run(prefix.tool("site-list"));
    let sites = ran.records_of("site");
    assert!(sites.len() >= 8, "{}\n{}", ran.text(), ran.stderr);
    // One site of the sample has lost its folder on purpose.
    let lost = sites.iter().filter(|site| {
        let path = site["path"].as_str().unwrap_or_default();
        assert!(path.starts_with(r"C:\inetpub\"), "{site}");
        !in_place(&prefix.drive_c(), Path::new(&path[3..].replace('\\', "/"))).is_dir()
    });
    assert_eq!(lost.count(), 1, "{}", ran.text());
}

#[test]
#[ignore = "needs Wine"]
fn pipes_of_cmd_say_what_linux_says_of_a_copy() {
    let prefix = Prefix::new();
    install(&prefix);
    let there = cmd_pipe(&prefix, &["site-list", "config-lint", "runtime-match"]);
    let drive_c = prefix.drive_c();
    let root = ["--root".as_ref(), drive_c.as_os_str()];
    let here = Pipe::new()
        .tool("site-list", root)
        .tool("config-lint", [""; 0])
        .tool("runtime-match", root)
        .run();
    assert_eq!(there.code(), here.code(), "{}{}", there.stderr, here.stderr);
    let drive_c = drive_c.to_str().expect("a UTF-8 path");
    let here: Vec<Value> = here
        .records()
        .into_iter()
        .map(|record| as_on_windows(record, drive_c))
        .collect();
    let there: Vec<Value> = there
        .records()
        .into_iter()
        .map(|record| as_on_windows(record, drive_c))
        .collect();
    for (here, there) in here.iter().zip(&there) {
        assert_eq!(here.to_string(), there.to_string());
    }
    assert_eq!(here.len(), there.len());
}

#[test]
#[ignore = "needs Wine"]
fn the_variables_of_the_running_machine_reach_an_app_that_sets_none() {
    let prefix = Prefix::new();
    let app = windows_path(&sample::path("healthy-out-of-process"));
    let told = || {
        let mut tool = prefix.tool("config-lint");
        tool.arg(&app);
        let findings = run(tool).records_of("finding").into_iter();
        let environment =
            findings.filter(|finding| finding["code"] == "app-settings/environment-file-missing");
        environment
            .map(|finding| finding["message"].to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(told(), [""; 0]);
    let session = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";
    let variable = "ASPNETCORE_ENVIRONMENT";
    set_registry(&prefix, session, variable, "REG_SZ", "Staging");
    let told = told();
    assert_eq!(told.len(), 1, "{told:?}");
    let names = ["the machine's environment", "Staging"];
    assert!(
        names
            .iter()
            .all(|name| told[0].to_lowercase().contains(&name.to_lowercase())),
        "{told:?}"
    );
}
