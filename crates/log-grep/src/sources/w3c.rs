//! IIS request logs (W3C extended format): failing statuses with sub-status and win32 status, and
//! how many requests went well before and after.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

use super::{Problem, Reading, Source};
use crate::number;
use crate::scan::{Context, Hit, PLAIN, Scanner};
use crate::text;

/// Longest line that is looked at, in bytes.
const MAX_LINE: u64 = 64 * 1024;

/// Distinct failures that are kept.
const MAX_DISTINCT: usize = 200;

/// Where the fields stand that are of interest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Columns {
    date: Option<usize>,
    time: Option<usize>,
    status: Option<usize>,
    substatus: Option<usize>,
    win32: Option<usize>,
    uri: Option<usize>,
    site: Option<usize>,
    width: usize,
}

impl Columns {
    fn of(fields: &str) -> Self {
        let names: Vec<&str> = fields.split_ascii_whitespace().collect();
        let at = |name: &str| {
            names
                .iter()
                .position(|have| have.eq_ignore_ascii_case(name))
        };
        Self {
            date: at("date"),
            time: at("time"),
            status: at("sc-status"),
            substatus: at("sc-substatus"),
            win32: at("sc-win32-status"),
            uri: at("cs-uri-stem"),
            site: at("s-sitename"),
            width: names.len(),
        }
    }

    /// A line without its `#Fields`: date and time lead, and status, sub-status and win32 status are
    /// the first three bare numbers in a row behind the method whose first is a status.
    fn guess(words: &[&str]) -> Option<Self> {
        let is = |at: usize, low: u64, high: u64| {
            words
                .get(at)
                .and_then(|word| word.parse::<u64>().ok())
                .is_some_and(|n| (low..=high).contains(&n))
        };
        let status = (4..words.len()).rev().find(|&at| {
            is(at, 100, 599)
                && is(at + 1, 0, 99)
                && is(at + 2, 0, u64::from(u32::MAX))
                && words[at].len() == 3
        })?;
        Some(Self {
            date: Some(0),
            time: Some(1),
            status: Some(status),
            substatus: Some(status + 1),
            win32: Some(status + 2),
            uri: words.iter().position(|word| word.starts_with('/')),
            site: words.iter().position(|word| word.starts_with("W3SVC")),
            width: words.len(),
        })
    }
}

/// `2018-06-19 12:02:18 10.40.21.85 GET ...` without a heading.
pub(super) fn looks_like(start: &[u8]) -> bool {
    let line = start
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    let Ok(line) = std::str::from_utf8(&line[..line.len().min(4096)]) else {
        return false;
    };
    let words: Vec<&str> = cleaned(line);
    words.len() >= 10
        && words[0].len() == 10
        && crate::time::at_head(line.as_bytes()).is_some()
        && words[2..]
            .iter()
            .take(6)
            .any(|word| ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"].contains(word))
        && Columns::guess(&words).is_some()
}

/// Words of a line; a pasted one may have marks of emphasis.
fn cleaned(line: &str) -> Vec<&str> {
    line.split_ascii_whitespace()
        .map(|word| word.trim_matches('*'))
        .collect()
}

pub(super) fn read(
    scanner: &Scanner<'_>,
    path: &Path,
    source: &mut dyn Read,
    limit: u64,
) -> Reading {
    let mut reading = Reading::new(path, Source::W3c);
    let mut log = Log::default();
    let mut reader = BufReader::with_capacity(256 * 1024, source.take(limit));
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => log.line(scanner, &line),
            Err(error) => {
                reading.problem = Some(Problem::unreadable(path, error));
                break;
            }
        }
    }
    reading.hits = log.finish();
    reading
}

#[derive(Default)]
struct Log {
    columns: Option<Columns>,
    hits: Vec<Hit>,
    /// By signature, sub-status and win32 status.
    index: BTreeMap<(u16, u64), usize>,
    requests: u64,
    lines: u64,
    offset: u64,
    /// Requests that went well, counted when a failure was met last, by its place in `hits`.
    well: u64,
}

impl Log {
    fn line(&mut self, scanner: &Scanner<'_>, bytes: &[u8]) {
        let offset = self.offset;
        self.offset += bytes.len() as u64;
        let number = self.lines;
        self.lines += 1;
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_end();
        if let Some(fields) = text.strip_prefix("#Fields:") {
            self.columns = Some(Columns::of(fields));
            return;
        }
        if text.starts_with('#') || text.is_empty() {
            return;
        }
        if let Some(plain) = &scanner.plain {
            if plain.is_match(text.as_bytes()) {
                self.hits.push(plain_hit(text, offset, number));
            }
            return;
        }
        let words = cleaned(text);
        let columns = match self.columns {
            Some(columns) => columns,
            None => match Columns::guess(&words) {
                Some(columns) => columns,
                None => return,
            },
        };
        self.requests += 1;
        let word = |column: Option<usize>| column.and_then(|at| words.get(at).copied());
        let Some(status) = word(columns.status).and_then(|word| word.parse::<u16>().ok()) else {
            return;
        };
        if status < 500 || words.len() < columns.width.min(4) {
            self.well += u64::from(status < 500);
            return;
        }
        let substatus = word(columns.substatus).unwrap_or("0");
        let win32 = word(columns.win32).and_then(number::parse).unwrap_or(0);
        let Some(signature) = signature(scanner, status, substatus, win32) else {
            return;
        };
        let time = word(columns.date)
            .zip(word(columns.time))
            .and_then(|(date, time)| crate::time::at_head(format!("{date}T{time}").as_bytes()));
        let key = (signature, u64::from(win32) << 32 | u64::from(status));
        match self.index.get(&key) {
            Some(&at) => {
                let hit = &mut self.hits[at];
                hit.count += 1;
                hit.last = time.or(hit.last);
                hit.last_offset = offset;
                hit.captures
                    .insert("well_until_last".to_owned(), self.well.to_string());
            }
            None if self.hits.len() < MAX_DISTINCT => {
                self.index.insert(key, self.hits.len());
                let mut captures = BTreeMap::new();
                let mut put = |name: &str, value: String| captures.insert(name.to_owned(), value);
                put("status", format!("{status}.{substatus}"));
                if win32 != 0 {
                    put("win32_status", number::hex(normalised(win32)));
                }
                if let Some(uri) = word(columns.uri) {
                    put("uri", text::one_line(uri));
                }
                if let Some(site) = word(columns.site) {
                    put("site", text::one_line(site));
                }
                put("well_before", self.well.to_string());
                put("well_until_last", self.well.to_string());
                self.hits.push(Hit {
                    signature,
                    offset,
                    last_offset: offset,
                    line: number,
                    count: 1,
                    context: Context::Logged,
                    depth: 0,
                    caught: false,
                    dotnet: true,
                    first: time,
                    last: time,
                    captures,
                    excerpt: text::excerpt(text.as_bytes(), text::EXCERPT),
                });
            }
            None => {}
        }
    }

    fn finish(mut self) -> Vec<Hit> {
        for hit in &mut self.hits {
            let until = hit
                .captures
                .remove("well_until_last")
                .and_then(|count| count.parse::<u64>().ok());
            if let Some(until) = until {
                hit.captures
                    .insert("well_after".to_owned(), (self.well - until).to_string());
                hit.captures
                    .insert("requests".to_owned(), self.requests.to_string());
            }
        }
        self.hits
    }
}

/// A plain Win32 code as the HRESULT that it stands for.
fn normalised(win32: u32) -> u32 {
    if win32 > 0 && win32 <= 0xffff {
        0x8007_0000 | win32
    } else {
        win32
    }
}

/// The signature of a status; a win32 status that names a cause by itself is better.
pub(super) fn signature(
    scanner: &Scanner<'_>,
    status: u16,
    substatus: &str,
    win32: u32,
) -> Option<u16> {
    let dotted = format!("{status}.{substatus}");
    let page = scanner.catalogue.by_status(&dotted);
    let code = scanner
        .catalogue
        .by_number(normalised(win32))
        .find(|&index| {
            scanner
                .catalogue
                .get(index)
                .is_some_and(|signature| signature.cause.is_some())
        });
    match (page, code) {
        // 500.0 to 500.38 of the module
        (Some(page), Some(code)) if matches!(dotted.as_str(), "502.5" | "500.0" | "500.19") => {
            let rank = |index| {
                scanner
                    .catalogue
                    .get(index)
                    .map_or(0, |signature| signature.rank)
            };
            Some(if rank(code) > rank(page) { code } else { page })
        }
        (page, _) => page,
    }
}

fn plain_hit(text: &str, offset: u64, line: u64) -> Hit {
    Hit {
        signature: PLAIN,
        offset,
        last_offset: offset,
        line,
        count: 1,
        context: Context::Logged,
        depth: 0,
        caught: false,
        dotnet: true,
        first: crate::time::at_head(text.as_bytes()),
        last: None,
        captures: BTreeMap::new(),
        excerpt: text::excerpt(text.as_bytes(), text::EXCERPT),
    }
}
