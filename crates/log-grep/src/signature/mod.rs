//! Signatures: what a startup failure looks like, kept as data in `signatures/<code>.toml`.
//!
//! At the start of a run only the literals are read out of the embedded files (a scan over the raw
//! text, some ten microseconds). A signature is parsed as TOML, and its expressions are compiled,
//! when one of its literals was met for the first time. Compiled expressions are given up again when there are many.

mod embed;
mod expression;
mod file;
mod table;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use regex::bytes::Regex;

pub(crate) use expression::Expression;
pub(crate) use file::When;
use record::wire::Severity;

/// Largest signature file that is read, in bytes: the longest of our own has 4 KB.
const MAX_FILE: u64 = 256 * 1024;

/// Compiled expressions that are kept. Together with what they have learnt on two threads they take some 15 MB; an ordinary
/// log needs a fifth of them.
const MAX_COMPILED: usize = 256;

/// One pattern of a signature.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) regex: Expression,
    /// Text that makes the match void when it stands in the same entry.
    pub(crate) unless: Option<Expression>,
}

/// A signature ready for use.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) code: Cow<'static, str>,
    pub(crate) cause: Option<&'static str>,
    pub(crate) severity: Severity,
    /// 0..=100, how near the text stands to the root cause.
    pub(crate) rank: u8,
    pub(crate) when: When,
    pub(crate) message: String,
    pub(crate) means: String,
    pub(crate) help: String,
    pub(crate) reference: Option<String>,
    pub(crate) patterns: Vec<Pattern>,
    /// Event providers (part of the name, any case) whose `event_ids` mean this failure.
    pub(crate) providers: Vec<String>,
}

/// What is known about a signature before it is parsed.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) code: Cow<'static, str>,
    pub(crate) literals: Vec<Cow<'static, str>>,
    /// Literals that are looked for in the entries of exceptions only.
    pub(crate) inside: Vec<Cow<'static, str>>,
    text: Cow<'static, str>,
    file: Option<PathBuf>,
    full: OnceLock<Option<Signature>>,
}

/// All signatures of this run: our own and the user's, sorted by code within each.
#[derive(Debug)]
pub(crate) struct Catalogue {
    pub(crate) heads: Vec<Head>,
    numbers: OnceLock<Vec<(u32, u16)>>,
    events: OnceLock<Vec<(u32, u16)>>,
    /// About how many expressions are compiled.
    compiled: AtomicUsize,
}

impl Catalogue {
    /// The embedded signatures.
    pub(crate) fn embedded() -> Self {
        let heads = table::FILES
            .iter()
            .map(|&(code, text)| Head {
                code: Cow::Borrowed(code),
                literals: raw_list(text, "literals").map(Cow::Borrowed).collect(),
                inside: raw_list(text, "inside").map(Cow::Borrowed).collect(),
                text: Cow::Borrowed(text),
                file: None,
                full: OnceLock::new(),
            })
            .collect();
        Self {
            heads,
            numbers: OnceLock::new(),
            events: OnceLock::new(),
            compiled: AtomicUsize::new(0),
        }
    }

    /// Adds every `*.toml` of a folder of the user. Unlike our own they are parsed at once, so that
    /// a mistake is named before any log is read.
    pub(crate) fn add_folder(&mut self, folder: &Path) -> anyhow::Result<()> {
        let entries = std::fs::read_dir(folder)
            .with_context(|| format!("cannot read the signature folder {}", folder.display()))?;
        let mut files: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|ext| ext.eq_ignore_ascii_case("toml"))
            })
            .collect();
        files.sort();
        for path in files {
            self.add_file(&path)
                .with_context(|| format!("signature file {}", path.display()))?;
        }
        Ok(())
    }

    fn add_file(&mut self, path: &Path) -> anyhow::Result<()> {
        let length = std::fs::metadata(path)?.len();
        anyhow::ensure!(length <= MAX_FILE, "larger than {MAX_FILE} bytes");
        let text = std::fs::read_to_string(path)?;
        let code = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .context("its name is not Unicode")?
            .to_owned();
        let signature = file::parse(Cow::Owned(code.clone()), &text)?;
        file::check(&signature)?;
        let (literals, inside) = file::literals(&text)?;
        let literals = literals.into_iter().map(Cow::Owned).collect();
        let inside = inside.into_iter().map(Cow::Owned).collect();
        let head = Head {
            code: Cow::Owned(code),
            literals,
            inside,
            text: Cow::Owned(text),
            file: Some(path.to_owned()),
            full: OnceLock::from(Some(signature)),
        };
        // the user's own file replaces ours of the same name
        self.heads.retain(|old| old.code != head.code);
        anyhow::ensure!(
            self.heads.len() < usize::from(u16::MAX),
            "too many signatures"
        );
        self.heads.push(head);
        self.numbers = OnceLock::new();
        self.events = OnceLock::new();
        Ok(())
    }

    /// The signature, parsed on first use. `None` only for an embedded file that does
    /// not parse, which a test rules out.
    pub(crate) fn get(&self, index: u16) -> Option<&Signature> {
        let head = self.heads.get(usize::from(index))?;
        head.full
            .get_or_init(|| file::parse(head.code.clone(), &head.text).ok())
            .as_ref()
    }

    /// The compiled form of an expression of these signatures.
    pub(crate) fn compiled(&self, expression: &Expression) -> Option<Arc<Regex>> {
        let (regex, is_new) = expression.get()?;
        if is_new {
            self.compiled.fetch_add(1, Ordering::Relaxed);
        }
        Some(regex)
    }

    /// Frees the compiled expressions where they have become many. Called between pieces of logs.
    pub(crate) fn spare(&self) {
        if self.compiled.load(Ordering::Relaxed) <= MAX_COMPILED {
            return;
        }
        self.compiled.store(0, Ordering::Relaxed);
        let parsed = self
            .heads
            .iter()
            .filter_map(|head| head.full.get()?.as_ref());
        for pattern in parsed.flat_map(|signature| &signature.patterns) {
            pattern.regex.give_up();
            if let Some(unless) = &pattern.unless {
                unless.give_up();
            }
        }
    }

    /// Index of the signature of this code.
    pub(crate) fn find(&self, code: &str) -> Option<u16> {
        let at = self.heads.iter().position(|head| head.code == code)?;
        u16::try_from(at).ok()
    }

    /// Indices of the signatures that hold this number among their codes.
    pub(crate) fn by_number(&self, number: u32) -> impl Iterator<Item = u16> + '_ {
        let table = self.numbers.get_or_init(|| {
            self.keyed(|text| {
                raw_list(text, "numbers")
                    .filter_map(crate::number::parse)
                    .collect()
            })
        });
        lookup(table, number)
    }

    /// Indices of the signatures that name this event id, whatever its provider.
    pub(crate) fn by_event_id(&self, id: u32) -> impl Iterator<Item = u16> + '_ {
        let table = self.events.get_or_init(|| {
            self.keyed(|text| {
                raw_list(text, "event_ids")
                    .filter_map(|id| id.parse().ok())
                    .collect()
            })
        });
        lookup(table, id)
    }

    /// Indices of the signatures of the host's status codes of which an exit code keeps the lowest
    /// byte, as outside Windows.
    pub(crate) fn by_exit(&self, code: u32) -> impl Iterator<Item = u16> + '_ {
        let whole = (0x81..=0xff).contains(&code).then_some(0x8000_8000 | code);
        whole.into_iter().flat_map(|code| self.by_number(code))
    }

    /// Indices of the signatures that explain this event id of the module or the runtime, whether or
    /// not an event of that id means a failure.
    pub(crate) fn explaining(&self, id: u32) -> Vec<u16> {
        let wanted = id.to_string();
        (0_u16..)
            .zip(&self.heads)
            .filter(|(_, head)| raw_list(&head.text, "explains").any(|have| have == wanted))
            .map(|(index, _)| index)
            .collect()
    }

    /// Index of the signature of a status with its sub-status, `502.5`.
    pub(crate) fn by_status(&self, status: &str) -> Option<u16> {
        self.statuses()
            .find(|&(have, _)| have == status)
            .map(|(_, index)| index)
    }

    /// All statuses with their sub-status (`502.5`), and what explains them.
    pub(crate) fn statuses(&self) -> impl Iterator<Item = (&str, u16)> {
        (0_u16..).zip(&self.heads).flat_map(|(index, head)| {
            raw_list(&head.text, "statuses").map(move |status| (status, index))
        })
    }

    /// True where the user added signatures.
    pub(crate) fn has_own(&self) -> bool {
        self.heads.iter().any(|head| head.file.is_some())
    }

    fn keyed(&self, keys: impl Fn(&str) -> Vec<u32>) -> Vec<(u32, u16)> {
        let mut table: Vec<(u32, u16)> = Vec::new();
        for (index, head) in (0_u16..).zip(&self.heads) {
            table.extend(keys(&head.text).into_iter().map(|key| (key, index)));
        }
        table.sort_unstable();
        table
    }
}

fn lookup(table: &[(u32, u16)], key: u32) -> impl Iterator<Item = u16> + '_ {
    let start = table.partition_point(|&(have, _)| have < key);
    table[start..]
        .iter()
        .take_while(move |&&(have, _)| have == key)
        .map(|&(_, index)| index)
}

/// Strings of a one-line array `key = ["a", "b"]` in the raw text of one of our own files. Its
/// strict form (no escapes, one line) is guarded by a test that compares it with the TOML parser.
fn raw_list<'t>(text: &'t str, key: &str) -> impl Iterator<Item = &'t str> + use<'t> {
    let list = text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ["))
        .unwrap_or("");
    // alternate: outside, inside, outside ... of quotation marks
    list.split('"').skip(1).step_by(2)
}

/// The value of a one-line string `key = "value"` in the raw text of one of our own files.
fn raw_string(text: &'static str, key: &str) -> Option<&'static str> {
    text.lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))
        .and_then(|rest| rest.strip_suffix('"'))
}

/// The codes of the embedded signatures for `--list-codes` and `--explain`.
pub(crate) fn codes() -> &'static [record::code::Code] {
    let codes: Vec<record::code::Code> = table::FILES
        .iter()
        .map(|&(code, text)| record::code::Code {
            code: leak(format!("log/{code}")),
            severity: severity(raw_string(text, "severity").unwrap_or("error")),
            cause: raw_string(text, "cause")
                .and_then(record::cause::find)
                .map(|cause| cause.id),
            docs: raw_string(text, "means").unwrap_or(""),
        })
        .chain(OTHER)
        .collect();
    let mut codes = codes;
    codes.sort_by_key(|code| code.code);
    Vec::leak(codes)
}

/// Codes that come from no signature.
const OTHER: [record::code::Code; 5] = [
    other(
        "log/damaged",
        Severity::Error,
        "A log is damaged; what could be read of it was searched.",
    ),
    other(
        "log/grep",
        Severity::Info,
        "A line that --grep was asked for.",
    ),
    other(
        "log/too-many",
        Severity::Info,
        "More distinct matches than are kept were met in one log.",
    ),
    other(
        "log/unknown-code",
        Severity::Warning,
        "Nothing is known about a code that was to be explained.",
    ),
    other(
        "log/unreadable",
        Severity::Error,
        "A log could not be opened or read.",
    ),
];

const fn other(code: &'static str, severity: Severity, docs: &'static str) -> record::code::Code {
    record::code::Code {
        code,
        severity,
        cause: None,
        docs,
    }
}

/// Codes live as long as the process; there are some hundred of them.
fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn severity(name: &str) -> Severity {
    match name {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Info,
    }
}

#[cfg(test)]
mod tests;
