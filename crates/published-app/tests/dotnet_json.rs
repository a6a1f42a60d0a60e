//! Configuration JSON against .NET's own reader: the corpus and 5,000 damaged files, read by one process of the real
//! runtime. Accepted or refused, the line and byte of the error, its sentence, and every key and value must be equal.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

mod mutation;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mutation::{Random, damage};
use published_app::json::SettingsError;
use published_app::settings_file::SettingsDocument;
use published_app::{Problem, ProblemKind};

/// Hand-made files that the corpus has not.
const SEEDS: [&str; 14] = [
    r#"{"a":1,"b":[1,2,{"c":null}],"d":{"e":true,"f":false},"g":"x\u00e4\n"}"#,
    "{\n  // one\n  \"a\": 1, /* two\n lines */ \"b\": -0.5e+10,\n}\n",
    r#"{"A:B":1,"a":{"b":2}}"#,
    r#"{"a":{},"a":1}"#,
    r#"{"a":1,"a":{}}"#,
    r#"{"ß":1,"SS":2,"ı":3,"I":4,"ſ":5,"S":6,"µ":7,"Μ":8,"ǆ":9,"Ǆ":10,"ǅ":11}"#,
    r#"{"x":"\ud83d\ude00","y":"\ud83d","z":1}"#,
    r#"{"\ud800":1}"#,
    "[1,2]",
    "\"text\"",
    "",
    "  // nothing\n",
    "{\"a\":12345678901234567890123,\"b\":1E400,\"c\":-0}",
    "{\"\":1,\"a\":{\"\":2},\":\":3}",
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn corpus() -> Vec<Vec<u8>> {
    let shared = std::env::var_os("ANCM_SHARED")
        .map_or_else(|| workspace().join("../shared"), PathBuf::from);
    let mut paths: Vec<PathBuf> = ["appsettings", "launchsettings"]
        .iter()
        .flat_map(|kind| {
            std::fs::read_dir(shared.join("corpus").join(kind)).expect("the corpus is there")
        })
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

struct Judge {
    program: PathBuf,
    dotnet: PathBuf,
}

impl Judge {
    fn new() -> Self {
        let run = |script: &str| {
            let output = Command::new(workspace().join("scripts").join(script))
                .stderr(Stdio::inherit())
                .output()
                .unwrap();
            assert!(output.status.success(), "{script} failed");
            String::from_utf8(output.stdout).unwrap()
        };
        let samples = run("build-dotnet-samples.sh");
        let hosts = run("setup-dotnet.sh");
        let root = hosts
            .lines()
            .find_map(|line| line.split_once("ANCM_DOTNET_LINUX_8_0="))
            .expect("the 8.0 host is set up")
            .1;
        let root = root.trim_matches(['\'', '"']);
        Self {
            program: Path::new(samples.trim()).join("json-judge/JsonJudge.dll"),
            dotnet: Path::new(root).join("dotnet"),
        }
    }

    fn answers(&self, paths: &[PathBuf]) -> Vec<Answer> {
        let mut child = Command::new(&self.dotnet)
            .arg(&self.program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the real host starts");
        let mut input = child.stdin.take().unwrap();
        let list: String = paths
            .iter()
            .map(|path| format!("{}\n", path.display()))
            .collect();
        let writer = std::thread::spawn(move || input.write_all(list.as_bytes()).unwrap());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        let mut lines = output.lines();
        paths.iter().map(|_| Answer::read(&mut lines)).collect()
    }
}

#[derive(Debug, PartialEq)]
enum Answer {
    Ok(Vec<(String, Option<String>)>),
    Json {
        line: u64,
        byte: u64,
        message: String,
    },
    Refused,
    Failed(String),
}

impl Answer {
    fn read<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Self {
        let line = lines.next().expect("an answer for each file");
        let (kind, rest) = line.split_once(' ').unwrap();
        match kind {
            "ok" => Self::Ok(
                (0..rest.parse().unwrap())
                    .map(|_| pair(lines.next().unwrap()))
                    .collect(),
            ),
            "json" => {
                let parts: Vec<&str> = rest.split(' ').collect();
                Self::Json {
                    line: parts[0].parse().unwrap(),
                    byte: parts[1].parse().unwrap(),
                    message: text(parts[2]),
                }
            }
            "refused" => Self::Refused,
            _ => Self::Failed(text(rest)),
        }
    }
}

fn pair(line: &str) -> (String, Option<String>) {
    let (key, value) = line.split_once(' ').unwrap();
    (text(key), (value != "-").then(|| text(value)))
}

fn text(base64: &str) -> String {
    if base64 == "=" {
        return String::new();
    }
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    for group in base64.trim_end_matches('=').as_bytes().chunks(4) {
        let number = group
            .iter()
            .fold(0_u32, |number, &byte| number << 6 | u32::from(digit(byte)))
            << (6 * (4 - group.len()));
        bytes.extend_from_slice(&number.to_be_bytes()[1..group.len()]);
    }
    String::from_utf8(bytes).unwrap()
}

fn ours(path: &Path) -> Answer {
    match SettingsDocument::read(path) {
        Ok(found) => {
            let found = found.expect("the file is there");
            Answer::Ok(
                found
                    .settings
                    .iter()
                    .map(|setting| (setting.key.clone(), setting.value.clone()))
                    .collect(),
            )
        }
        Err(Problem {
            kind: ProblemKind::Json(broken),
            ..
        }) => {
            let error = &broken.error;
            let message = format!(
                "{} LineNumber: {} | BytePositionInLine: {}.",
                error.message, error.line_number, error.byte_position_in_line
            );
            Answer::Json {
                line: error.line_number,
                byte: error.byte_position_in_line,
                message,
            }
        }
        Err(Problem {
            kind: ProblemKind::Settings(SettingsError::Surrogate { .. }),
            ..
        }) => Answer::Failed(String::new()),
        Err(Problem {
            kind: ProblemKind::Settings(_),
            ..
        }) => Answer::Refused,
        Err(problem) => panic!("{problem}"),
    }
}

fn agree(theirs: &Answer, ours: &Answer) -> bool {
    match (theirs, ours) {
        // an exception of another kind has no place to compare
        (Answer::Failed(_), Answer::Failed(_)) => true,
        (
            Answer::Json {
                line,
                byte,
                message,
            },
            Answer::Json {
                line: our_line,
                byte: our_byte,
                message: our_message,
            },
        ) => (line, byte, plain(message)) == (our_line, our_byte, plain(our_message)),
        _ => theirs == ours,
    }
}

/// .NET quotes the rest of the file before this; ours quotes some characters.
fn plain(message: &str) -> &str {
    message
        .find("' is an invalid JSON literal")
        .map_or(message, |at| &message[at..])
}

#[test]
#[ignore = "needs dotnet and the corpus"]
fn every_file_is_read_as_dotnet_reads_it() {
    let count: usize = std::env::var("ANCM_JSON_CASES")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(5000);
    let folder = tempfile::tempdir().unwrap();
    let mut files: Vec<Vec<u8>> = corpus();
    files.extend(SEEDS.iter().map(|seed| seed.as_bytes().to_vec()));
    let originals = files.len();
    let seed = std::env::var("ANCM_JSON_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20);
    let mut random = Random::new(seed);
    for _ in 0..count {
        let mut bytes = files[random.below(originals)].clone();
        // small files give more damage a byte
        while bytes.len() > 6000 {
            bytes = files[random.below(originals)].clone();
        }
        files.push(damage(bytes, &mut random));
    }
    let paths: Vec<PathBuf> = (0..files.len())
        .map(|index| folder.path().join(format!("{index}.json")))
        .collect();
    for (path, bytes) in paths.iter().zip(&files) {
        std::fs::write(path, bytes).unwrap();
    }
    let mut wrong = Vec::new();
    let mut kinds = [0_usize; 4];
    for (path, theirs) in paths.iter().zip(Judge::new().answers(&paths)) {
        let ours = ours(path);
        kinds[match theirs {
            Answer::Ok(_) => 0,
            Answer::Json { .. } => 1,
            Answer::Refused => 2,
            Answer::Failed(_) => 3,
        }] += 1;
        if !agree(&theirs, &ours) {
            wrong.push((path, theirs, ours));
        }
    }
    println!(
        "{} files: {} accepted, {} malformed, {} refused, {} failed",
        files.len(),
        kinds[0],
        kinds[1],
        kinds[2],
        kinds[3]
    );
    for (path, theirs, ours) in wrong.iter().take(10) {
        let file = std::fs::read(path).unwrap();
        let shown = String::from_utf8_lossy(&file[..file.len().min(3000)]);
        println!(
            "--- {}\n{shown}\n.NET: {theirs:?}\nours: {ours:?}",
            path.display()
        );
    }
    assert!(
        wrong.is_empty(),
        "{} of {} files differ",
        wrong.len(),
        files.len()
    );
    assert!(
        kinds.iter().all(|&kind| kind > 0),
        "every kind of answer must occur: {kinds:?}"
    );
}
