//! Targets of a tool: named paths, a list of paths, or the site records on stdin.

use std::fs;
use std::io::{self, IsTerminal, StdinLock};
use std::path::{Path, PathBuf};

use crate::cli::TargetArgs;
use crate::line::{Line, Lines};
use crate::tally::{Glance, Object};
use crate::wire::{Body, Failure, Finding, Record, Severity, Site, Subject};

/// Something to look at.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// `site`, `app` and `path` for the tool's records about it.
    pub subject: Subject,
    /// Folder or file, as it can be opened on this machine.
    pub path: PathBuf,
    /// The site record, where it came from one.
    pub site: Option<Box<Site>>,
}

impl Target {
    /// A named path.
    pub fn of_path(path: &Path) -> Self {
        Self {
            subject: Subject::of_path(path),
            path: path.to_owned(),
            site: None,
        }
    }

    /// The target of a site record; none where the record names no path.
    pub fn of_site(subject: Subject, site: Box<Site>) -> Option<Self> {
        let path = PathBuf::from(subject.path.as_deref()?);
        Some(Self {
            subject,
            path,
            site: Some(site),
        })
    }
}

/// One thing that came in.
pub enum Incoming {
    Target(Box<Target>),
    /// A record that is no site (the line has been passed on).
    Record(Box<Record>),
}

/// A step of the input: what to pass on, and what to look at.
pub(crate) enum Step {
    Foreign {
        line: Vec<u8>,
        glance: Glance,
    },
    Bad {
        subject: Subject,
        body: Body,
    },
    Target(Box<Target>),
    /// A site whose folder cannot be reached from here: known, and nothing to look at.
    Unreached(Box<Record>),
}

/// Reads targets in batches that need no waiting.
pub(crate) enum Source {
    Named {
        steps: std::vec::IntoIter<Step>,
    },
    Records {
        lines: Box<Lines<StdinLock<'static>>>,
    },
}

/// Steps of a batch: small enough to hold, large enough to share out.
const BATCH: usize = 256;

impl Source {
    /// # Errors
    /// No target and a terminal on stdin, or an unreadable list.
    pub(crate) fn open(args: &TargetArgs) -> anyhow::Result<Self> {
        if args.is_given() {
            let mut paths = args.paths.clone();
            if let Some(list) = &args.from_file {
                paths.extend(crate::list::read(list)?);
            }
            if paths.is_empty() {
                anyhow::bail!("no target: the list of --from-file is empty");
            }
            let mut steps = Vec::new();
            for path in paths {
                named(&path, args.literal_path, &mut steps);
            }
            return Ok(Self::Named {
                steps: steps.into_iter(),
            });
        }
        Self::records()
    }

    /// # Errors
    /// A terminal on stdin: nothing will come.
    pub(crate) fn records() -> anyhow::Result<Self> {
        if io::stdin().is_terminal() {
            anyhow::bail!("no target: name a folder or file, or pipe site records in (see --help)");
        }
        Ok(Self::Records {
            lines: Box::new(Lines::new(io::stdin().lock())),
        })
    }

    /// The next batch, empty at the end.
    pub(crate) fn batch(&mut self) -> io::Result<Vec<Step>> {
        match self {
            Self::Named { steps } => Ok(steps.by_ref().take(BATCH).collect()),
            Self::Records { lines } => {
                let mut batch = Vec::new();
                while let Some(line) = lines.read()? {
                    step(line, lines.number(), &mut batch);
                    if batch.len() >= BATCH || (!batch.is_empty() && !lines.is_ready()) {
                        break;
                    }
                }
                Ok(batch)
            }
        }
    }
}

/// What a line of stdin asks for. A blank line asks for nothing: PowerShell ends its output with one.
fn step(line: Line, number: u64, batch: &mut Vec<Step>) {
    let line = match line {
        Line::Whole(line) => line,
        Line::TooLong(start) => {
            batch.push(bad(
                "input/line-too-long",
                "is longer than 16 MiB",
                &start,
                number,
            ));
            return;
        }
    };
    if line.iter().all(u8::is_ascii_whitespace) {
        return;
    }
    let glance = match serde_json::from_slice::<Glance>(&line) {
        Ok(glance) => glance,
        Err(_) if serde_json::from_slice::<Object>(&line).is_ok() => Glance::default(),
        Err(_) => {
            batch.push(bad(
                "input/not-a-record",
                "is no JSON object",
                &line,
                number,
            ));
            return;
        }
    };
    let is_site = glance.ours && glance.kind.as_deref() == Some("site");
    let site = is_site.then(|| match Record::parse(&line) {
        Some(record) => target(record),
        None => bad(
            "input/site-not-understood",
            "is a site record with a field of the wrong kind",
            &line,
            number,
        ),
    });
    batch.push(Step::Foreign { line, glance });
    batch.extend(site);
}

fn target(record: Record) -> Step {
    match record {
        Record {
            subject: subject @ Subject { path: Some(_), .. },
            body: Body::Site(site),
            ..
        } => {
            let path = PathBuf::from(subject.path.as_deref().unwrap_or_default());
            Step::Target(Box::new(Target {
                subject,
                path,
                site: Some(site),
            }))
        }
        record => Step::Unreached(Box::new(record)),
    }
}

fn bad(code: &str, what: &str, line: &[u8], number: u64) -> Step {
    // 200 characters have 800 bytes at most
    let start = String::from_utf8_lossy(&line[..line.len().min(800)]);
    let shown: String = start.chars().take(200).collect();
    Step::Bad {
        subject: Subject::default(),
        body: Failure::new(code, format!("line {number} of stdin {what}: {shown}")).into(),
    }
}

/// Steps for one named path: a warning for a stray quote, the files of a pattern, or the path itself.
fn named(path: &Path, literal: bool, steps: &mut Vec<Step>) {
    let mut path = path.to_owned();
    if let Some(stripped) = path.to_str().and_then(|text| text.strip_suffix('"')) {
        path = PathBuf::from(stripped);
        steps.push(Step::Bad {
            subject: Subject::of_path(&path),
            body: dropped_quote(&path).into(),
        });
    }
    if let Some(plain) = without_prefix(&path).or_else(|| without_blanks(&path)) {
        path = plain;
    }
    if !literal && !exists(&path) {
        let found = expanded(&path);
        if !found.is_empty() {
            steps.extend(
                found
                    .iter()
                    .map(|path| Step::Target(Box::new(Target::of_path(path)))),
            );
            return;
        }
    }
    match fs::metadata(&path) {
        Ok(_) => steps.push(Step::Target(Box::new(Target::of_path(&path)))),
        Err(error) => steps.push(Step::Bad {
            subject: Subject::of_path(&path),
            body: Failure::new(
                "input/target-not-found",
                format!("cannot open {}: {error}", path.display()),
            )
            .os_error(&error)
            .into(),
        }),
    }
}

/// Says that a quotation mark was taken from the end of a path.
pub(crate) fn dropped_quote(path: &Path) -> Finding {
    let message = format!(
        "the path {} ended in a quotation mark, which was dropped",
        path.display()
    );
    Finding::new("input/trailing-quote", Severity::Warning, message)
        .help("In Windows PowerShell 5.1 leave the last backslash of a quoted path out.")
}

/// On Windows the path without `\\?\`, which is for calls and not for people; long paths need no prefix to be opened,
/// as the standard library adds it. A name that only the prefix can reach keeps it.
fn without_prefix(path: &Path) -> Option<PathBuf> {
    let rest = path.to_str()?.strip_prefix(r"\\?\")?;
    let odd = |name: &str| name.ends_with(['.', ' ']) || name.contains('/');
    if std::path::MAIN_SEPARATOR != '\\' || rest.split('\\').any(odd) {
        return None;
    }
    if let Some(share) = rest.strip_prefix(r"UNC\") {
        return Some(PathBuf::from(format!(r"\\{share}")));
    }
    let drive = rest.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    (drive && rest[1..].starts_with(r":\")).then(|| PathBuf::from(rest))
}

/// On Windows the path without the dots and blanks at its end, which Windows passes over there but not in front of a
/// further name: `C:\shop ` is a folder that `C:\shop \web.config` is not in.
fn without_blanks(path: &Path) -> Option<PathBuf> {
    let text = path.to_str()?;
    let name = text.rsplit(['\\', '/', ':']).next()?;
    let plain = text.trim_end_matches(['.', ' ']);
    let odd = name.ends_with(['.', ' ']) && !name.trim_end_matches(['.', ' ']).is_empty();
    (std::path::MAIN_SEPARATOR == '\\' && odd && !text.starts_with(r"\\?\"))
        .then(|| PathBuf::from(plain))
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Files that `*` and `?` stand for, sorted. `[` is an ordinary character, as Windows has it.
fn expanded(path: &Path) -> Vec<PathBuf> {
    let Some(text) = path.to_str().filter(|text| text.contains(['*', '?'])) else {
        return Vec::new();
    };
    let pattern: String = text
        .chars()
        .map(|character| match character {
            '[' => "[[]".to_owned(),
            ']' => "[]]".to_owned(),
            other => other.to_string(),
        })
        .collect();
    let options = glob::MatchOptions {
        case_sensitive: false,
        ..glob::MatchOptions::default()
    };
    glob::glob_with(&pattern, options)
        .map_or_else(|_| Vec::new(), |found| found.flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(line: &str) -> Vec<Step> {
        let mut batch = Vec::new();
        step(Line::Whole(line.into()), 7, &mut batch);
        batch
    }

    #[test]
    fn a_site_record_is_passed_on_and_is_a_target() {
        let line = r#"{"schema":"ancm-tools/1","type":"site","tool":"site-list","site":"S","app":"/","path":"/srv"}"#;
        let found = steps(line);
        assert!(matches!(&found[0], Step::Foreign { line: kept, .. } if kept == line.as_bytes()));
        assert!(matches!(&found[1], Step::Target(target) if target.path == Path::new("/srv")));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_site_without_a_folder_is_known_and_no_target() {
        let found = steps(
            r#"{"schema":"ancm-tools/1","type":"site","tool":"site-list","site":"S","app":"/","path":null}"#,
        );
        assert!(matches!(
            &found[..],
            [Step::Foreign { .. }, Step::Unreached(_)]
        ));
    }

    #[test]
    fn a_site_record_that_makes_no_sense_is_a_failure() {
        let found =
            steps(r#"{"schema":"ancm-tools/1","type":"site","tool":"t","path":"/p","site_id":[]}"#);
        let [
            Step::Foreign { .. },
            Step::Bad {
                body: Body::Failure(failure),
                ..
            },
        ] = &found[..]
        else {
            panic!()
        };
        assert_eq!(failure.code, "input/site-not-understood");
        assert!(
            failure
                .message
                .starts_with("line 7 of stdin is a site record"),
            "{}",
            failure.message
        );
    }

    #[test]
    fn garbage_is_a_failure_with_its_line_number() {
        let found = steps("Exception: \u{1b}[31m");
        let [
            Step::Bad {
                body: Body::Failure(failure),
                ..
            },
        ] = found.as_slice()
        else {
            panic!()
        };
        assert_eq!(failure.code, "input/not-a-record");
        assert!(
            failure.message.starts_with("line 7 of stdin"),
            "{}",
            failure.message
        );
        assert!(steps(" \r").is_empty());
    }

    /// The prefix means something on Windows alone; elsewhere such a name is a file's.
    #[test]
    fn the_prefix_of_long_paths_goes_on_windows() {
        let windows = std::path::MAIN_SEPARATOR == '\\';
        for (given, plain) in [
            (r"\\?\C:\a b", Some(r"C:\a b")),
            (r"\\?\UNC\server\share\a", Some(r"\\server\share\a")),
            (r"\\?\C:\a.\b", None),
            (r"\\?\C:\a ", None),
            (r"\\?\Volume{1}\a", None),
            (r"\\?\", None),
            (r"\\.\NUL", None),
            (r"C:\a", None),
        ] {
            let plain = plain.filter(|_| windows).map(PathBuf::from);
            assert_eq!(without_prefix(Path::new(given)), plain, "{given}");
        }
    }

    #[test]
    fn dots_and_blanks_at_the_end_go_on_windows() {
        let windows = std::path::MAIN_SEPARATOR == '\\';
        for (given, plain) in [
            (r"C:\a. .", Some(r"C:\a")),
            ("a ", Some("a")),
            (r"C:\a\..", None),
            (".", None),
            (r"C:\a\ ", None),
            (r"\\?\C:\a.", None),
            ("a.b", None),
        ] {
            let plain = plain.filter(|_| windows).map(PathBuf::from);
            assert_eq!(without_blanks(Path::new(given)), plain, "{given}");
        }
    }

    #[test]
    fn patterns_and_quotes() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.json", "b.JSON", "c.txt", "d[1].json"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let mut found = Vec::new();
        named(&dir.path().join("*.json"), false, &mut found);
        assert_eq!(found.len(), 3);
        found.clear();
        named(&dir.path().join("d[1]*"), false, &mut found);
        assert_eq!(found.len(), 1);
        found.clear();
        named(&dir.path().join("*.json"), true, &mut found);
        assert!(matches!(
            &found[..],
            [Step::Bad {
                body: Body::Failure(_),
                ..
            }]
        ));
        found.clear();
        named(
            Path::new(&format!("{}\"", dir.path().display())),
            false,
            &mut found,
        );
        assert!(matches!(
            &found[..],
            [
                Step::Bad {
                    body: Body::Finding(_),
                    ..
                },
                Step::Target(_)
            ]
        ));
    }
}
