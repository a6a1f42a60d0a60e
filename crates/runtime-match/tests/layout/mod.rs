//! Lays out an installation and an app as a case describes them, runs the tool on it and compares its records with the
//! answer of a host.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// An app and a root in a folder that cleans up after itself.
pub(crate) struct Layout {
    /// Kept so that the folder lives as long as this.
    _dir: tempfile::TempDir,
    pub(crate) root: PathBuf,
    pub(crate) app: PathBuf,
}

impl Layout {
    /// The case's installation, with the folder of a host of that version.
    pub(crate) fn new(case: &Value, host: &str) -> Layout {
        let dir = tempfile::tempdir().unwrap();
        let (root, app) = (dir.path().join("root"), dir.path().join("app"));
        // the 2.x host is Windows' own
        let windows = host.starts_with("2.");
        let library = |stem: &str| {
            if windows {
                format!("{stem}.dll")
            } else {
                format!("lib{stem}.so")
            }
        };
        write(
            &root.join("host/fxr").join(host).join(library("hostfxr")),
            "",
        );
        installation(case, &root, &library("hostpolicy"));
        write(&app.join("app.dll"), "");
        let text = |name: &str, file: &str| {
            if let Some(content) = content(case, name) {
                write(&app.join(file), &content);
            }
        };
        text("runtimeconfig", "app.runtimeconfig.json");
        text("runtimeconfig_text", "app.runtimeconfig.json");
        text("runtimeconfig_dev", "app.runtimeconfig.dev.json");
        Layout {
            _dir: dir,
            root,
            app,
        }
    }

    /// The tool's records about the app, started with the case's arguments and environment.
    pub(crate) fn records(&self, case: &Value) -> Vec<Value> {
        let words: Vec<&str> = strings(&case["args"]);
        let arguments = [words.as_slice(), &["app.dll"]].concat().join(" ");
        let web_config = format!(
            r#"<configuration><system.webServer><aspNetCore processPath="dotnet" arguments="{arguments}" hostingModel="outofprocess" /></system.webServer></configuration>"#
        );
        write(&self.app.join("web.config"), &web_config);
        let mut command = Command::new(env!("CARGO_BIN_EXE_runtime-match"));
        command
            .args(["--trace", "--dotnet-root"])
            .arg(&self.root)
            .arg(&self.app);
        for (name, value) in case["env"].as_object().into_iter().flatten() {
            command
                .arg("--env")
                .arg(format!("{name}={}", value.as_str().unwrap()));
        }
        let output = command.output().unwrap();
        assert!(
            output.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// `shared/<Name>/<ver>` with what the README of the cases says is in them.
pub(crate) fn installation(case: &Value, root: &Path, hostpolicy: &str) {
    let bare: Vec<&str> = strings(&case["no_deps"]);
    for (name, versions) in case["installed"].as_object().into_iter().flatten() {
        for version in strings(versions) {
            let folder = root.join("shared").join(name).join(version);
            fs::create_dir_all(&folder).unwrap();
            let key = format!("{name}/{version}");
            if let Some(document) = case["fx_refs"].get(&key) {
                let content = document
                    .as_str()
                    .map_or_else(|| document.to_string(), str::to_owned);
                write(&folder.join(format!("{name}.runtimeconfig.json")), &content);
            }
            if bare.contains(&key.as_str()) {
                continue;
            }
            write(&folder.join(format!("{name}.deps.json")), "{}");
            if name == "Microsoft.NETCore.App" {
                write(&folder.join(hostpolicy), "");
            }
        }
    }
}

/// A document, or raw text.
pub(crate) fn content(case: &Value, name: &str) -> Option<String> {
    match case.get(name)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        document => Some(document.to_string()),
    }
}

pub(crate) fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

pub(crate) fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(|v| v.as_str().unwrap())
        .collect()
}

/// The steps of a resolution in a trace, up to the message that ends it. Which versions are inspected depends on the order
/// of a folder's entries, and what the summary calls the lowest version on which of two equal ones came last.
pub(crate) fn steps<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<String> {
    const STEPS: [&str; 18] = [
        "--- The specified framework",
        "--- Resolving FX directory",
        "--- Restarting",
        "--- Summary of all frameworks",
        "     framework:'",
        "Searching FX directory",
        "Attempting",
        "'Roll forward' enabled",
        "Found version",
        "No match greater",
        "Applying patch roll forward",
        "Framework reference",
        "Ignoring FX version",
        "Changing Selected FX version",
        "Chose FX version",
        "Did not roll forward",
        "Runtime config",
        LAST,
    ];
    const LAST: &str = "It was not possible to find any compatible";
    let mut ended = false;
    lines
        .filter(|line| STEPS.iter().any(|step| line.starts_with(step)))
        .take_while(|line| !std::mem::replace(&mut ended, line.starts_with(LAST)))
        .map(
            |line| match line.split_once(", lowest requested version='") {
                Some((before, rest)) => {
                    let after = rest.split_once('\'').map_or("", |(_, after)| after);
                    format!("{before}{after}")
                }
                None => line.to_owned(),
            },
        )
        .collect()
}

/// What the tool says in the terms of an answer; an error names the disagreement.
pub(crate) fn compare(records: &[Value], answer: &Value) -> Result<(), String> {
    if let Some(told) = answer.get("steps") {
        let trace = records.iter().find(|r| r["code"] == "resolution/trace");
        let own = trace.map(|trace| strings(&trace["evidence"]["steps"]));
        let own = steps(own.unwrap_or_default().into_iter());
        let told = strings(told);
        for at in 0..told.len().max(own.len()) {
            let (host, tool) = (told.get(at).copied(), own.get(at).map(String::as_str));
            if host != tool {
                return Err(format!("step {at}: {tool:?} in place of {host:?}"));
            }
        }
    }
    let refusal = records
        .iter()
        .find(|r| r["type"] == "finding" && r["evidence"].get("host_status").is_some());
    let resolution = records.iter().find(|r| r["type"] == "resolution");
    let same = |what: &str, got: &Value, wanted: &Value| {
        if got == wanted {
            Ok(())
        } else {
            Err(format!("{what}: {got} in place of {wanted}"))
        }
    };
    if answer.get("endless").is_some() {
        let said = records
            .iter()
            .any(|r| r["code"] == "framework/never-settles");
        return if said {
            Ok(())
        } else {
            Err("the host never ends".to_owned())
        };
    }
    if answer.get("resolved").is_some() {
        if let Some(refusal) = refusal {
            return Err(format!("refused: {refusal}"));
        }
        let frameworks = resolution.ok_or("no resolution")?["frameworks"]
            .as_array()
            .unwrap();
        let names: Vec<&Value> = frameworks.iter().map(|f| &f["name"]).collect();
        let order: Vec<&Value> = answer["order"].as_array().unwrap().iter().collect();
        if names != order {
            return Err(format!("order: {names:?} in place of {order:?}"));
        }
        return frameworks.iter().try_for_each(|f| {
            same(
                "resolved",
                &f["resolved"],
                &answer["resolved"][f["name"].as_str().unwrap()],
            )
        });
    }
    if let Some(resolution) = resolution {
        return Err(format!("resolved: {resolution}"));
    }
    let evidence = &refusal.ok_or("neither resolution nor refusal")?["evidence"];
    same("status", &evidence["host_status"], &answer["status"])?;
    let status = u32::from_str_radix(
        answer["status"].as_str().unwrap().trim_start_matches("0x"),
        16,
    )
    .unwrap();
    same(
        "exit code",
        &evidence["host_exit_code"],
        &Value::from(status as i32),
    )?;
    if let Some(missing) = answer.get("missing") {
        same("framework", &evidence["framework"], &missing["name"])?;
        let version = missing.get("version").cloned().unwrap_or_else(|| "".into());
        same("version", &evidence["version"], &version)?;
        same("found", &evidence["found"], &answer["found"])?;
    }
    if let Some(conflict) = answer.get("conflict") {
        same("framework", &evidence["framework"], &conflict["name"])?;
        for field in ["lower", "higher", "range"] {
            same(field, &evidence[field], &conflict[field])?;
        }
    }
    Ok(())
}
