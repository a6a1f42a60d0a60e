//! The host's JSON against the real hosts: damaged runtimeconfig.json files, each started with .NET Core 3.1.23 (cpprest)
//! and .NET 8.0.4 (rapidjson). Accepted or refused, the place and the sentence must be equal.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

mod mutation;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mutation::{Random, damage};
use published_app::json::{Dialect, Document, ErrorKind};

/// Small, so that most damage hits something.
const SEEDS: [&str; 5] = [
    "{\n  \"runtimeOptions\": {\n    \"tfm\": \"net8.0\",\n    \"framework\": {\n      \"name\": \"X\",\n      \"version\": \"1.0.0\"\n    }\n  }\n}\n",
    "{\"a\": [1, -2.5e3, true, false, null, \"x\\u0041\\n\"], \"b\": {\"c\": {}}} // end",
    "/* one */ {\r\n\t\"runtimeOptions\": { \"configProperties\": { \"a/b\": 0 } } }",
    "{}",
    "[{\"a\":\"\\ud83d\\ude00\"}]",
];

/// Where and why a file is refused, and the host's sentence: line and column of 3.1, zero and the offset of 8.0.
type Answer = Option<(u64, u64, String)>;

struct Host {
    dotnet: PathBuf,
    dialect: Dialect,
}

impl Host {
    fn all() -> [Self; 2] {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/setup-dotnet.sh");
        let output = Command::new(script)
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        let root = |name: &str| {
            let line = output
                .lines()
                .find_map(|line| line.split_once(name))
                .expect("the host is set up")
                .1;
            Path::new(line.trim_matches(['=', '\'', '"'])).join("dotnet")
        };
        [
            Self {
                dotnet: root("ANCM_DOTNET_LINUX_3_1"),
                dialect: Dialect::HostCppRest,
            },
            Self {
                dotnet: root("ANCM_DOTNET_LINUX_8_0"),
                dialect: Dialect::HostRapidJson,
            },
        ]
    }

    fn answer(&self, app: &Path) -> Answer {
        let output = Command::new(&self.dotnet)
            .arg(app)
            .stdin(Stdio::null())
            .output()
            .expect("the host starts");
        let text = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        let line = text
            .lines()
            .find(|line| line.starts_with("A JSON parsing exception"))?;
        let (_, rest) = line.split_once("runtimeconfig.json]").unwrap();
        let number = |before: &str| -> u64 {
            let digits: String = rest
                .split_once(before)
                .unwrap()
                .1
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            digits.parse().unwrap()
        };
        if let Some((_, message)) = rest.split_once("Syntax error: ") {
            return Some((number("Line "), number("Column "), message.to_owned()));
        }
        match rest.strip_prefix(", offset ") {
            // its line is not compared: on Linux the text is unescaped in place, so that "\n" has become a line end
            Some(place) => Some((
                0,
                number(", offset "),
                place.split_once("): ").unwrap().1.to_owned(),
            )),
            // "not an object" and the like are said of JSON that was read
            None if rest.starts_with(": not a") || rest.contains("Expected a JSON object") => None,
            None => Some((0, 0, rest.trim_start_matches(": ").to_owned())),
        }
    }

    fn at_end(&self, bytes: &[u8]) -> bool {
        let error = Document::parse(bytes.to_vec(), self.dialect).err();
        self.dialect == Dialect::HostCppRest
            && error
                .is_some_and(|broken| broken.error.position.offset == broken.text.as_bytes().len())
    }

    fn ours(&self, bytes: &[u8]) -> Answer {
        let error = Document::parse(bytes.to_vec(), self.dialect).err()?.error;
        if self.dialect == Dialect::HostCppRest {
            if error.kind == ErrorKind::Surrogate {
                return Some((0, 0, error.message));
            }
            // columns of the first line begin at 2
            let column = error.byte_position_in_line + 1 + u64::from(error.line_number == 0);
            return Some((error.line_number + 1, column, error.message));
        }
        Some((0, error.position.offset as u64, error.message))
    }
}

#[test]
#[ignore = "needs dotnet"]
fn every_file_is_read_as_the_hosts_read_it() {
    let count: usize = std::env::var("ANCM_JSON_CASES")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(300);
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("app.dll");
    let config = folder.path().join("app.runtimeconfig.json");
    std::fs::write(&app, "no program: the configuration is read before it").unwrap();
    let hosts = Host::all();
    let mut random = Random::new(7);
    let mut wrong = Vec::new();
    let mut refused = [0, 0];
    for index in 0..count {
        let seed = SEEDS[index % SEEDS.len()].as_bytes().to_vec();
        let bytes = if index < SEEDS.len() {
            seed
        } else {
            damage(seed, &mut random)
        };
        // 8.0 gives up on half a byte-order mark before it reads JSON
        if b"\xEF\xBB".starts_with(&bytes) {
            continue;
        }
        std::fs::write(&config, &bytes).unwrap();
        for (host, refused) in hosts.iter().zip(&mut refused) {
            let theirs = host.answer(&app);
            let ours = host.ours(&bytes);
            *refused += usize::from(theirs.is_some());
            // reading the end again and again counts columns there
            let at_end = |answer: &Answer| {
                answer
                    .as_ref()
                    .map(|(line, _, message)| (*line, message.clone()))
            };
            let end = ours.is_some() && host.at_end(&bytes) && at_end(&theirs) == at_end(&ours);
            if theirs != ours && !end {
                wrong.push((
                    String::from_utf8_lossy(&bytes).into_owned(),
                    host.dialect,
                    theirs,
                    ours,
                ));
            }
        }
    }
    println!(
        "{count} files, refused by 3.1: {}, by 8.0: {}",
        refused[0], refused[1]
    );
    for (file, dialect, theirs, ours) in wrong.iter().take(20) {
        println!("--- {dialect:?}\n{file:?}\nhost: {theirs:?}\nours: {ours:?}");
    }
    assert!(wrong.is_empty(), "{} answers differ", wrong.len());
}
