//! Running tools as a user does: one process a tool, joined by pipes.

use std::ffi::OsStr;
use std::io::{Read as _, Seek as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::Value;

/// Commands that read from each other, left to right.
#[derive(Default)]
pub struct Pipe {
    commands: Vec<Command>,
    input: Vec<u8>,
}

/// What came out of a pipe.
pub struct Ran {
    /// The last command's stdout.
    pub stdout: Vec<u8>,
    /// The stderr of all commands, left to right.
    pub stderr: String,
    /// Each command's exit code, left to right; none if a signal ended it.
    pub codes: Vec<Option<i32>>,
}

/// Wine's answer where its server lost a new process before that had begun: about one start in a thousand on a busy
/// machine. Windows does not answer so to a program that is there.
const ERROR_INTERNAL_ERROR: i32 = 1359;

fn start(command: &mut Command) -> Child {
    for _ in 0..3 {
        match command.spawn() {
            Ok(child) => return child,
            Err(error) if error.raw_os_error() == Some(ERROR_INTERNAL_ERROR) => {}
            Err(error) => panic!("{command:?}: {error}"),
        }
    }
    panic!("{command:?}: Wine cannot start it")
}

impl Pipe {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tool of the workspace with its arguments.
    #[must_use]
    pub fn tool<A: AsRef<OsStr>>(self, name: &str, args: impl IntoIterator<Item = A>) -> Self {
        let mut command = Command::new(crate::workspace::tool(name));
        command.args(args);
        self.command(command)
    }

    /// Adds any command; its stdin, stdout and stderr are set when the pipe runs.
    #[must_use]
    pub fn command(mut self, command: Command) -> Self {
        self.commands.push(command);
        self
    }

    /// What the first command reads; nothing without this call.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Runs all commands at once and waits for the last byte of the last one.
    #[must_use]
    pub fn run(self) -> Ran {
        let mut errors = tempfile::tempfile().expect("a temporary file for stderr");
        let mut children: Vec<Child> = Vec::new();
        for mut command in self.commands {
            match children.last_mut() {
                None => command.stdin(Stdio::piped()),
                Some(before) => command.stdin(before.stdout.take().expect("stdout is piped")),
            };
            command
                .stdout(Stdio::piped())
                .stderr(errors.try_clone().expect("the file is open"));
            children.push(start(&mut command));
        }
        let mut stdin = children[0].stdin.take().expect("stdin is piped");
        let input = self.input;
        // On a thread of its own: a first command that answers before it has read all must not lock the test up.
        // A command that never reads its input closes the pipe, which is its right.
        let feeder = thread::spawn(move || drop(stdin.write_all(&input)));
        let mut stdout = Vec::new();
        let mut last = children
            .last_mut()
            .and_then(|child| child.stdout.take())
            .expect("stdout is piped");
        last.read_to_end(&mut stdout).expect("stdout is readable");
        feeder.join().expect("the feeder does not panic");
        let codes = children
            .iter_mut()
            .map(|child| child.wait().expect("the child ran").code())
            .collect();
        let mut stderr = String::new();
        errors.rewind().expect("the file is open");
        errors.read_to_string(&mut stderr).expect("stderr is UTF-8");
        Ran {
            stdout,
            stderr,
            codes,
        }
    }
}

impl Ran {
    /// The last command's exit code.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.codes.last().copied().flatten()
    }

    /// stdout as text.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("stdout is UTF-8")
    }

    /// stdout as records; a line that is no JSON object fails the test.
    #[must_use]
    pub fn records(&self) -> Vec<Value> {
        self.text()
            .lines()
            .map(|line| {
                let value: Value =
                    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                assert!(value.is_object(), "no record: {line}");
                value
            })
            .collect()
    }

    /// The records of one type, in order.
    #[must_use]
    pub fn records_of(&self, kind: &str) -> Vec<Value> {
        let mut records = self.records();
        records.retain(|record| record["type"] == kind);
        records
    }
}
