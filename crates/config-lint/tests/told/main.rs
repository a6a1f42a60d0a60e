//! What is told of small apps that are made on the spot: what comes from several files at once, and what is left alone.

mod above;
mod connections;
mod filtering;
mod handlers;
mod host;
mod json;
mod launch;
mod layers;
mod machine;
mod markup;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// An app that nothing is wrong with.
const WEB_CONFIG: &str = r#"<configuration><system.webServer>
<handlers><add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" /></handlers>
<aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="outofprocess" />
</system.webServer></configuration>"#;

/// [`WEB_CONFIG`] with environment variables.
fn with_variables(variables: &[(&str, &str)]) -> String {
    let entries: String = variables
        .iter()
        .map(|(name, value)| format!("<environmentVariable name=\"{name}\" value=\"{value}\" />"))
        .collect();
    WEB_CONFIG.replace(
        "hostingModel=\"outofprocess\" />",
        &format!("hostingModel=\"outofprocess\"><environmentVariables>{entries}</environmentVariables></aspNetCore>"),
    )
}

/// An applicationHost.config with one site, Shop, and this at its end.
fn server(inner: &str) -> String {
    let file = include_str!("../cases/web-config/section-locked/passes/applicationHost.config");
    file.replace("</configuration>", &format!("{inner}</configuration>"))
}

/// The tool over a folder with these files and a published App.dll; those whose name begins with `/` lie beside it.
/// `{root}` in an argument stands for that place beside. With `site` it is looked at through a site record with these fields.
fn told_with(args: &[&str], files: &[(&str, &str)], site: Option<Value>) -> Vec<Value> {
    let root = tempfile::tempdir().expect("a folder");
    let app = root.path().join("app");
    fs::create_dir(&app).expect("made");
    write(&app, "App.dll", "x");
    write(&app, "App.runtimeconfig.json", "{}");
    for (name, text) in files {
        match name.strip_prefix('/') {
            Some(name) => write(root.path(), name, text),
            None => write(&app, name, text),
        }
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_config-lint"));
    let shown = root.path().to_string_lossy().replace('\\', "/");
    let args = args.iter().map(|arg| arg.replace("{root}", &shown));
    command.args(["--format", "jsonl"]).args(args);
    let input = match site {
        None => {
            command.arg(&app);
            String::new()
        }
        Some(fields) => {
            let mut record = json!({
                "schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop", "app": "/",
                "path": format!("{shown}/app"), "pool": "Shop", "physical_path": "C:\\app", "map": [format!("C:={shown}")],
                "source": format!("{shown}/applicationHost.config"),
            });
            for (name, value) in fields.as_object().expect("fields") {
                record[name] = match value.as_str() {
                    Some(text) => text.replace("{app}", &format!("{shown}/app")).into(),
                    None => value.clone(),
                };
            }
            format!("{record}\n")
        }
    };
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    std::io::Write::write_all(&mut child.stdin.take().expect("piped"), input.as_bytes())
        .expect("written");
    let out = child.wait_with_output().expect("it ends");
    String::from_utf8(out.stdout)
        .expect("text")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect()
}

/// The application `/{name}` in the folder of that name below the site's, on the server of [`server`].
fn told_below(files: &[(&str, &str)], name: &str) -> Vec<Value> {
    let fields = json!({ "app": format!("/{name}"), "physical_path": format!("C:\\app\\{name}"), "path": format!("{{app}}/{name}") });
    told_with(&[], files, Some(fields))
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, text).expect("written");
}

fn told(files: &[(&str, &str)]) -> Vec<Value> {
    told_with(&[], files, None)
}

/// Those with this code.
fn about<'r>(records: &'r [Value], code: &str) -> Vec<&'r Value> {
    records
        .iter()
        .filter(|record| record["code"] == code)
        .collect()
}

/// The only one with this code.
fn only<'r>(records: &'r [Value], code: &str) -> &'r Value {
    let found = about(records, code);
    assert_eq!(found.len(), 1, "{code} in {records:#?}");
    found[0]
}

fn message(record: &Value) -> &str {
    record["message"].as_str().expect("a message")
}
