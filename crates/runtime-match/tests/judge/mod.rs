//! A real host, asked about a case; its answer in the shape of the shared cases.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::layout::{Layout, steps, strings};

/// A host that has not ended by then never does.
const PATIENCE: Duration = Duration::from_secs(40);

/// The host of a dotnet root that `scripts/setup-dotnet.sh` put into the cache.
pub(crate) struct Judge {
    pub(crate) version: String,
    root: PathBuf,
    /// `dotnet.exe`, run under Wine.
    windows: bool,
}

impl Judge {
    /// The root that the environment variable names.
    pub(crate) fn from_variable(name: &str) -> Judge {
        let root = PathBuf::from(
            std::env::var_os(name)
                .unwrap_or_else(|| panic!("{name} is not set: scripts/setup-dotnet.sh")),
        );
        let hosts = std::fs::read_dir(root.join("host/fxr")).unwrap();
        let version = hosts
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .max()
            .unwrap();
        let windows = root.join("dotnet.exe").exists();
        Judge {
            version,
            root,
            windows,
        }
    }

    /// What the host says; `None` where it crashed.
    pub(crate) fn answer(&self, layout: &Layout, case: &Value) -> Option<Value> {
        self.settle(&layout.root);
        let words = strings(&case["args"]);
        let mut command = if self.windows {
            let mut command =
                Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/wine.sh"));
            command.arg(layout.root.join("dotnet.exe"));
            command
        } else {
            Command::new(layout.root.join("dotnet"))
        };
        command.args(&words).arg("app.dll").current_dir(&layout.app);
        command
            .env("COREHOST_TRACE", "1")
            .env("DOTNET_MULTILEVEL_LOOKUP", "0")
            .env_remove("DOTNET_ROOT");
        for (name, value) in case["env"].as_object().into_iter().flatten() {
            command.env(name, value.as_str().unwrap());
        }
        let (text, code) = finished(command, &layout.root)?;
        let Some(code) = code else {
            return Some(json!({"endless": true}));
        };
        Some(if self.windows {
            self.chain(&text, code)
        } else {
            let mut answer = modern(&text, code);
            answer["steps"] = steps(text.lines()).into();
            answer
        })
    }

    /// Puts the host's files into the layout's root, where its empty stand-ins are.
    fn settle(&self, root: &Path) {
        let library = if self.windows {
            "hostfxr.dll"
        } else {
            "libhostfxr.so"
        };
        let muxer = if self.windows { "dotnet.exe" } else { "dotnet" };
        let fxr = Path::new("host/fxr").join(&self.version);
        let _ = std::fs::remove_file(root.join(&fxr).join(library));
        for file in [PathBuf::from(muxer), fxr.join(library)] {
            let (from, to) = (self.root.join(&file), root.join(&file));
            if std::fs::hard_link(&from, &to).is_err() {
                std::fs::copy(&from, &to).unwrap();
            }
        }
    }

    /// 2.x tells the frameworks one by one.
    fn chain(&self, text: &str, code: i32) -> Value {
        let chosen: Vec<(String, String)> = text
            .lines()
            .filter_map(|line| {
                line.strip_prefix("Chose FX version [")
                    .or_else(|| line.split_once(", chose [").map(|(_, rest)| rest))
            })
            .filter_map(|rest| rest.strip_suffix(']'))
            .filter_map(|path| {
                let mut names = path.rsplit(['\\', '/']);
                let version = names.next()?;
                Some((names.next()?.to_owned(), version.to_owned()))
            })
            .collect();
        let loaded = text.contains("Executing as a framework-dependent app")
            && !text.contains("required to execute the application was not found");
        if loaded {
            let order: Vec<&str> = chosen.iter().map(|(name, _)| name.as_str()).collect();
            let resolved: serde_json::Map<String, Value> = chosen
                .iter()
                .map(|(n, v)| (n.clone(), v.as_str().into()))
                .collect();
            return json!({"resolved": resolved, "order": order});
        }
        // Wine hands on the low byte only
        let mut answer = json!({"status": status(code & 0xff)});
        if let Some(rest) = after(text, "The specified framework '")
            && code & 0xff == 150
            && let Some((name, version)) = rest
                .split_once("', version '")
                .and_then(|(n, r)| Some((n, r.split_once('\'')?.0)))
        {
            answer["missing"] = json!({"name": name, "version": version});
            answer["found"] = found(text, "      ");
        }
        answer
    }
}

/// What the host printed and its exit code, `None` in place of that where it did not end by itself; nothing after a crash.
fn finished(mut command: Command, folder: &Path) -> Option<(String, Option<i32>)> {
    let log = folder.join("stderr.txt");
    command
        .stdout(Stdio::null())
        .stderr(File::create(&log).unwrap());
    let mut child = command.spawn().unwrap();
    let begun = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status.code()?);
        }
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let text = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).replace('\r', "");
    Some((text, code))
}

fn status(code: i32) -> String {
    format!("0x800080{code:02x}")
}

fn modern(text: &str, code: i32) -> Value {
    let summary = text
        .lines()
        .skip_while(|line| *line != "--- Summary of all frameworks:")
        .skip(1);
    let resolved: Vec<(&str, &str)> = summary
        .take_while(|line| line.trim_start().starts_with("framework:'"))
        .filter_map(|line| {
            Some((
                between(line, "framework:'", "'")?,
                between(line, "found version='", "'")?,
            ))
        })
        .collect();
    // the stand-in for hostpolicy cannot be loaded: all that concerns us is done by then
    if code == 130 && !resolved.is_empty() {
        let order: Vec<&str> = resolved.iter().map(|(name, _)| *name).collect();
        let versions: serde_json::Map<String, Value> = resolved
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).into()))
            .collect();
        return json!({"resolved": versions, "order": order});
    }
    let mut answer = json!({"status": status(code)});
    if code == 150 {
        let (line, indent) = match after(text, "\nFramework: '") {
            Some(rest) => (rest, "  "),
            None => (after(text, "The framework '").unwrap_or_default(), "      "),
        };
        let (name, rest) = line.split_once('\'').unwrap_or_default();
        let version = rest
            .strip_prefix(", version '")
            .and_then(|r| r.split_once('\''))
            .map_or("", |(v, _)| v);
        answer["missing"] = json!({"name": name, "version": version});
        answer["found"] = found(text, indent);
    }
    if code == 156
        && let Some(line) = text
            .lines()
            .find(|line| line.contains("cannot roll-forward to the previously"))
    {
        answer["conflict"] = json!({
            "name": between(line, "framework '", "'"),
            "lower": between(line, "version '", "'"),
            "range": between(line, "version_compatibility_range=", " "),
            "higher": between(line, "previously referenced version '", "'"),
        });
    }
    answer
}

/// The versions of the closing list.
fn found(text: &str, indent: &str) -> Value {
    let message = text
        .rfind("was not found.")
        .or_else(|| text.rfind("Framework: '"))
        .unwrap_or(0);
    let lines = text[message..]
        .lines()
        .filter_map(|line| line.strip_prefix(indent));
    lines
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_once(" at ["))
        .map(|(version, _)| version)
        .collect()
}

fn after<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    text.split_once(mark).map(|(_, rest)| rest)
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    after(text, start)?
        .split_once(end)
        .map(|(inside, _)| inside)
}
