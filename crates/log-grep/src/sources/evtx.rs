//! `.evtx` files: chunks of 64 KB, each parsed by itself, several at once. A chunk in which no
//! provider of interest is named is not parsed at all.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use evtx::{EvtxChunkData, ParserSettings};
use memchr::memmem;
use serde_json::Value;

use super::event::{self, Event};
use super::{Problem, Reading, Source};
use crate::scan::{Hits, Scanner};

const HEADER: u64 = 4096;
const CHUNK: u64 = 65_536;

/// Parts of the names of providers whose events the signatures know.
const PROVIDERS: &[&str] = &[
    "AspNetCore",
    ".NET Runtime",
    "Application Error",
    "-WAS",
    "W3SVC",
    "HttpEvent",
    "AppLocker",
    "CodeIntegrity",
    "SideBySide",
    "ASP.NET",
];

pub(super) fn is_evtx(head: &[u8]) -> bool {
    head.starts_with(b"ElfFile\0")
}

/// Which chunks are worth parsing.
pub(crate) struct Interest {
    needles: Vec<memmem::Finder<'static>>,
    all: bool,
}

impl Interest {
    fn of(scanner: &Scanner<'_>) -> Self {
        let needles = PROVIDERS
            .iter()
            .map(|name| {
                let utf16: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
                memmem::Finder::new(&utf16).into_owned()
            })
            .collect();
        Self {
            needles,
            // a search of the user's, or a signature of the user's, may be about any provider
            all: scanner.plain.is_some() || scanner.catalogue.has_own(),
        }
    }

    /// Judges the head of an event's JSON.
    fn wants_event(&self, head: &[u8]) -> bool {
        self.all
            || PROVIDERS
                .iter()
                .any(|name| memmem::find(head, name.as_bytes()).is_some())
    }

    fn wants(&self, chunk: &[u8]) -> bool {
        self.all
            || self
                .needles
                .iter()
                .any(|needle| needle.find(chunk).is_some())
    }
}

/// Reads an event log on disk. `open` is the file; `path` is opened once more for each further thread.
pub(super) fn read(scanner: &Scanner<'_>, open: File, path: &Path, length: u64) -> Reading {
    let interest = Interest::of(scanner);
    let chunks = length.saturating_sub(HEADER).div_ceil(CHUNK);
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(8)
        .min(chunks as usize);
    let more = (1..threads).map_while(|_| File::open(path).ok());
    let opened: Vec<File> = std::iter::once(open).chain(more).collect();
    let done = AtomicU64::new(0);
    let parts: Vec<Vec<(u64, Part)>> = std::thread::scope(|scope| {
        let workers: Vec<_> = opened
            .into_iter()
            .map(|mut file| {
                let (next, done, interest) = (&next, &done, &interest);
                scope.spawn(move || {
                    let mut parts = Vec::new();
                    let mut buffer = Vec::new();
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= chunks || !fill(&mut file, HEADER + index * CHUNK, &mut buffer)
                        {
                            return parts;
                        }
                        let part = chunk(scanner, interest, &buffer, index);
                        done.fetch_add(1, Ordering::Relaxed);
                        if !part.hits.is_empty()
                            || part.hits.healthy.is_some()
                            || part.problem.is_some()
                        {
                            parts.push((index, part));
                        }
                    }
                })
            })
            .collect();
        // a worker that panics would be a defect of the parser: its chunks are reported as unread
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_default())
            .collect()
    });
    let mut parts: Vec<(u64, Part)> = parts.into_iter().flatten().collect();
    parts.sort_by_key(|(index, _)| *index);
    let mut reading = gather(path, parts.into_iter().map(|(_, part)| part));
    let unread = chunks - done.into_inner();
    if unread > 0 && reading.problem.is_none() {
        reading.problem = Some(Problem::damaged(format!(
            "{}: {unread} of {chunks} chunks could not be read",
            path.display()
        )));
    }
    reading
}

/// Reads an event log that comes out of an archive.
pub(super) fn stream(
    scanner: &Scanner<'_>,
    path: &Path,
    source: &mut dyn Read,
    limit: u64,
) -> Reading {
    let interest = Interest::of(scanner);
    let mut parts = Vec::new();
    let mut source = source.take(limit);
    let mut error = io::copy(&mut (&mut source).take(HEADER), &mut io::sink()).err();
    let mut buffer = Vec::new();
    for index in 0.. {
        if error.is_some() {
            break;
        }
        buffer.clear();
        match (&mut source).take(CHUNK).read_to_end(&mut buffer) {
            Ok(0) => break,
            Ok(_) => parts.push(chunk(scanner, &interest, &buffer, index)),
            Err(problem) => error = Some(problem),
        }
    }
    let mut reading = gather(path, parts);
    if let Some(error) = error {
        reading.problem = Some(Problem::unreadable(path, error));
    }
    reading
}

fn gather(path: &Path, parts: impl IntoIterator<Item = Part>) -> Reading {
    let mut reading = Reading::new(path, Source::EventLog);
    let mut all = Hits::default();
    let mut damaged = 0_u64;
    let mut first = None;
    for part in parts {
        all.append(part.hits, 0);
        if let Some(problem) = part.problem {
            damaged += 1;
            first = first.or(Some(problem));
        }
    }
    if let Some(first) = first {
        reading.problem = Some(Problem::damaged(format!(
            "{}: {damaged} chunks are damaged, the rest was read ({first})",
            path.display()
        )));
    }
    reading.healthy = all.healthy;
    reading.dropped = all.dropped;
    reading.hits = all.finish();
    reading
}

fn fill(file: &mut File, at: u64, buffer: &mut Vec<u8>) -> bool {
    buffer.clear();
    file.seek(SeekFrom::Start(at)).is_ok()
        && file.take(CHUNK).read_to_end(buffer).is_ok()
        && !buffer.is_empty()
}

#[derive(Default)]
struct Part {
    hits: Hits,
    problem: Option<String>,
}

fn chunk(scanner: &Scanner<'_>, interest: &Interest, bytes: &[u8], index: u64) -> Part {
    let mut part = Part::default();
    // room that was never used
    if bytes.iter().take(64).all(|&byte| byte == 0) || !interest.wants(bytes) {
        return part;
    }
    part.problem = events(
        bytes,
        index,
        |head| interest.wants_event(head),
        |place, event| {
            event::look(scanner, event, place, &mut part.hits);
        },
    );
    part
}

/// Calls `look` for every event of a chunk that can be read. Returns why others could not.
fn events(
    bytes: &[u8],
    index: u64,
    wants: impl Fn(&[u8]) -> bool,
    mut look: impl FnMut(u64, &Event),
) -> Option<String> {
    let mut data = match EvtxChunkData::new(bytes.to_vec(), false) {
        Ok(data) => data,
        Err(error) => return Some(format!("chunk {index}: {error}")),
    };
    let settings = Arc::new(ParserSettings::new().num_threads(1));
    let mut chunk = match data.parse(settings) {
        Ok(chunk) => chunk,
        Err(error) => return Some(format!("chunk {index}: {error}")),
    };
    let mut problem = None;
    for record in chunk.iter() {
        match record.and_then(|record| record.into_json_bytes()) {
            Ok(record) => {
                // the provider stands at the head of an event; most events are of others
                let head = &record.data[..record.data.len().min(1024)];
                if !wants(head) {
                    continue;
                }
                match serde_json::from_slice(&record.data) {
                    Ok(value) => look(record.event_record_id, &event(&value)),
                    Err(error) => problem = problem.or(Some(format!("chunk {index}: {error}"))),
                }
            }
            Err(error) => problem = problem.or(Some(format!("chunk {index}: {error}"))),
        }
    }
    problem
}

/// The parts of an event out of the parser's JSON.
pub(crate) fn event(value: &Value) -> Event {
    let body = &value["Event"];
    let system = &body["System"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut data = Vec::new();
    for part in ["EventData", "UserData", "ProcessingErrorData"] {
        strings(&body[part], &mut data, 0);
    }
    Event {
        provider: text(&system["Provider"]["#attributes"]["Name"]),
        id: number(&system["EventID"]).unwrap_or(0) as u32,
        level: number(&system["Level"]).unwrap_or(0) as u8,
        time: system["TimeCreated"]["#attributes"]["SystemTime"]
            .as_str()
            .and_then(|time| time.parse().ok()),
        record: number(&system["EventRecordID"]).unwrap_or(0),
        channel: text(&system["Channel"]),
        computer: text(&system["Computer"]),
        data,
    }
}

fn number(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value["#text"].as_u64())
        .or_else(|| value.as_str()?.parse().ok())
        .or_else(|| value["#text"].as_str()?.parse().ok())
}

/// Every string and number below, in order; attributes are names, not data.
fn strings(value: &Value, out: &mut Vec<String>, depth: usize) {
    if depth > 16 || out.len() > 1_000 {
        return;
    }
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Number(number) => out.push(number.to_string()),
        Value::Array(list) => list.iter().for_each(|item| strings(item, out, depth + 1)),
        Value::Object(map) => map
            .iter()
            .filter(|(name, _)| *name != "#attributes")
            .for_each(|(_, item)| strings(item, out, depth + 1)),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Catalogue;

    #[test]
    fn chunks_that_went_away_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.evtx");
        // two chunks that were never used
        std::fs::write(&path, vec![0; (HEADER + 2 * CHUNK) as usize]).unwrap();
        let catalogue = Catalogue::embedded();
        let scanner = Scanner::new(&catalogue).unwrap();
        let problem = |chunks: u64| {
            let open = File::open(&path).unwrap();
            read(&scanner, open, &path, HEADER + chunks * CHUNK).problem
        };
        assert!(problem(2).is_none());
        let told = problem(5).unwrap();
        assert_eq!(told.code, "log/damaged");
        assert!(told.message.contains("3 of 5 chunks"), "{}", told.message);
    }
}
