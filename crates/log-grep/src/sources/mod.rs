//! What logs there are and how each is read: text, event logs in four forms, request logs, traces,
//! error pages, and archives of any of them.

mod archive;
mod container;
pub(crate) mod event;
mod event_json;
mod event_xml;
pub(crate) mod evtx;
mod folder;
mod freb;
mod html;
mod httperr;
mod list;
pub(crate) mod live;
pub(crate) mod site;
mod stdout_name;
mod w3c;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub(crate) use folder::files;
pub(crate) use stdout_name::StdoutName;

use crate::scan::{self, Hit, Scanner, Stream};
use crate::text::{self, Encoding};

/// What kind of log a text is; the word of the `source` field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Stdout,
    AncmDebug,
    EventLog,
    W3c,
    HttpErr,
    Freb,
    Page,
    Host,
}

impl Source {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::AncmDebug => "ancm-debug",
            Self::EventLog => "eventlog",
            Self::W3c => "w3c",
            Self::HttpErr => "httperr",
            Self::Freb => "freb",
            Self::Page => "page",
            Self::Host => "host",
        }
    }
}

/// What one log gave.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) path: PathBuf,
    /// Name inside an archive.
    pub(crate) member: Option<String>,
    pub(crate) source: Source,
    pub(crate) hits: Vec<Hit>,
    /// Where and when the last healthy start stands.
    pub(crate) healthy: Option<(u64, Option<Timestamp>)>,
    pub(crate) dropped: u64,
    /// Encoding, where it is not UTF-8 or ASCII.
    pub(crate) encoding: Option<&'static str>,
    /// Start time and process out of the name of a stdout log.
    pub(crate) name: Option<StdoutName>,
    /// Last change of the file.
    pub(crate) modified: Option<Timestamp>,
    /// What could not be read; the rest of the log is in `hits`.
    pub(crate) problem: Option<Problem>,
}

/// Why a log, or the rest of one, was not read.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) os_error: Option<io::Error>,
}

impl Reading {
    pub(crate) fn new(path: &Path, source: Source) -> Self {
        Self {
            path: path.to_owned(),
            member: None,
            source,
            hits: Vec::new(),
            healthy: None,
            dropped: 0,
            encoding: None,
            name: None,
            modified: None,
            problem: None,
        }
    }

    fn take(&mut self, scanned: scan::Scanned) {
        self.healthy = scanned.hits.healthy;
        self.dropped = scanned.hits.dropped;
        self.hits = scanned.hits.finish();
        if let Some(error) = scanned.error {
            self.problem = Some(Problem::unreadable(&self.path, error));
        }
    }

    /// True where there is nothing to say about the log.
    pub(crate) fn is_empty(&self) -> bool {
        self.hits.is_empty() && self.problem.is_none()
    }
}

impl Problem {
    pub(crate) fn unreadable(path: &Path, error: io::Error) -> Self {
        Self {
            code: "log/unreadable",
            message: format!("cannot read {}: {error}", path.display()),
            os_error: Some(error),
        }
    }

    fn damaged(message: String) -> Self {
        Self {
            code: "log/damaged",
            message,
            os_error: None,
        }
    }
}

/// Bytes at the start of a file that tell what it is.
const HEAD: usize = 8 * 1024;

/// The largest document (error page, trace, JSON export) that is read as a whole, in bytes.
const MAX_DOCUMENT: u64 = 16 << 20;

/// Reads one log, whatever it is. Archives give a reading for each member.
pub(crate) fn read(scanner: &Scanner<'_>, path: &Path) -> Vec<Reading> {
    match open(scanner, path) {
        Ok(readings) => readings,
        Err(error) => {
            let mut reading = Reading::new(path, Source::Stdout);
            reading.problem = Some(Problem::unreadable(path, error));
            vec![reading]
        }
    }
}

fn open(scanner: &Scanner<'_>, path: &Path) -> io::Result<Vec<Reading>> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::other("is a folder"));
    }
    let modified = metadata
        .modified()
        .ok()
        .and_then(|time| Timestamp::try_from(time).ok());
    let mut head = vec![0; HEAD];
    let have = read_head(&mut file, &mut head)?;
    head.truncate(have);
    let mut readings = if !metadata.is_file() {
        // a pipe or device: its head cannot be read twice
        let mut rest = io::Cursor::new(head.clone()).chain(file);
        vec![stream(scanner, path, &head, &mut rest, u64::MAX)]
    } else if evtx::is_evtx(&head) {
        vec![evtx::read(scanner, file, path, metadata.len())]
    } else if archive::is_archive(&head) {
        archive::read(scanner, path, &head)
    } else {
        file.seek(SeekFrom::Start(0))?;
        let (encoding, mark) = text::detect(&head);
        let plain = encoding == Encoding::AsciiCompatible && kind(&head) == Kind::Text;
        if plain {
            let mut reading = Reading::new(path, text_source(&head));
            reading.take(scan::file(scanner, file, path, mark as u64, metadata.len()));
            reading.encoding = text::code_page(&head);
            vec![reading]
        } else {
            vec![stream(scanner, path, &head, &mut file, u64::MAX)]
        }
    };
    for reading in &mut readings {
        reading.modified = modified;
        if reading.name.is_none() {
            reading.name = StdoutName::of(path);
        }
    }
    Ok(readings)
}

fn read_head(file: &mut File, head: &mut [u8]) -> io::Result<usize> {
    let mut have = 0;
    while have < head.len() {
        match file.read(&mut head[have..]) {
            Ok(0) => break,
            Ok(count) => have += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(have)
}

/// Text that comes from anywhere, of any kind and encoding; `head` is its beginning, which `source`
/// gives once more.
pub(crate) fn stream(
    scanner: &Scanner<'_>,
    path: &Path,
    head: &[u8],
    source: &mut dyn Read,
    limit: u64,
) -> Reading {
    let (encoding, mark) = text::detect(head);
    let mut skipped = [0; 4];
    if let Err(error) = source.read_exact(&mut skipped[..mark]) {
        let mut reading = Reading::new(path, Source::Stdout);
        reading.problem = Some(Problem::unreadable(path, error));
        return reading;
    }
    let head = decoded_head(&head[mark.min(head.len())..], encoding);
    let mut decoded;
    let source: &mut dyn Read = if encoding == Encoding::AsciiCompatible {
        source
    } else {
        decoded = Decoded::new(source, encoding);
        &mut decoded
    };
    let mut reading = match kind(&head) {
        Kind::Text => {
            let mut reading = Reading::new(path, text_source(&head));
            reading.take(Stream::new(scanner).read(source, Encoding::AsciiCompatible, limit));
            reading
        }
        Kind::Container => {
            let mut written = container::Written::new(source);
            let mut reading = Reading::new(path, Source::Stdout);
            reading.take(Stream::new(scanner).read(&mut written, Encoding::AsciiCompatible, limit));
            reading
        }
        Kind::EventXml => event_xml::read(scanner, path, source, limit),
        Kind::W3c => w3c::read(scanner, path, source, limit),
        Kind::HttpErr => httperr::read(scanner, path, source, limit),
        document => {
            let mut bytes = Vec::new();
            let read = source.take(MAX_DOCUMENT.min(limit)).read_to_end(&mut bytes);
            let mut reading = match document {
                Kind::EventJson => event_json::read(scanner, path, &bytes),
                Kind::Freb => freb::read(scanner, path, &bytes),
                Kind::List => list::read(scanner, path, &bytes),
                _ => html::read(scanner, path, &bytes),
            };
            if let Err(error) = read {
                reading.problem = Some(Problem::unreadable(path, error));
            } else if bytes.len() as u64 >= MAX_DOCUMENT {
                reading.problem = Some(Problem::damaged(format!(
                    "{} is larger than {MAX_DOCUMENT} bytes: the rest was not read",
                    path.display()
                )));
            }
            reading
        }
    };
    reading.encoding = match encoding {
        Encoding::Utf16Le => Some("utf-16le"),
        Encoding::Utf16Be => Some("utf-16be"),
        Encoding::AsciiCompatible => reading.encoding.or_else(|| text::code_page(&head)),
    };
    reading
}

/// UTF-16 as UTF-8.
struct Decoded<'r> {
    source: &'r mut dyn Read,
    decoder: text::Utf16,
    ready: Vec<u8>,
    at: usize,
}

impl<'r> Decoded<'r> {
    fn new(source: &'r mut dyn Read, encoding: Encoding) -> Self {
        Self {
            source,
            decoder: text::Utf16::new(encoding),
            ready: Vec::new(),
            at: 0,
        }
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() {
            let mut piece = [0; 32 * 1024];
            let count = self.source.read(&mut piece)?;
            if count == 0 {
                return Ok(0);
            }
            self.ready.clear();
            self.at = 0;
            self.decoder.push(&piece[..count], &mut self.ready);
        }
        let count = out.len().min(self.ready.len() - self.at);
        out[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn decoded_head(head: &[u8], encoding: Encoding) -> Vec<u8> {
    if encoding == Encoding::AsciiCompatible {
        return head.to_vec();
    }
    let mut out = Vec::new();
    text::Utf16::new(encoding).push(head, &mut out);
    out
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Container,
    EventXml,
    EventJson,
    W3c,
    HttpErr,
    Freb,
    List,
    Html,
}

/// Judges the first bytes of a text.
fn kind(head: &[u8]) -> Kind {
    let has = |text: &str| memchr::memmem::find(head, text.as_bytes()).is_some();
    let start = head.trim_ascii_start();
    if container::looks_like(start) {
        return Kind::Container;
    }
    if has("<failedRequest") {
        return Kind::Freb;
    }
    if has("<Event") && (has("<System>") || has("<Events") || has("<Provider")) {
        return Kind::EventXml;
    }
    if matches!(start.first(), Some(b'[' | b'{')) && has("\"ProviderName\"") {
        return Kind::EventJson;
    }
    if has("s-reason") || has("#Software: Microsoft HTTP API") {
        return Kind::HttpErr;
    }
    if has("#Software: Microsoft Internet Information")
        || has("#Fields: ")
        || w3c::looks_like(start)
    {
        return Kind::W3c;
    }
    if list::looks_like(head) {
        return Kind::List;
    }
    let low = start[..start.len().min(512)].to_ascii_lowercase();
    if low.starts_with(b"<!doctype html") || low.starts_with(b"<html") || low.starts_with(b"<head")
    {
        return Kind::Html;
    }
    Kind::Text
}

fn text_source(head: &[u8]) -> Source {
    if memchr::memmem::find(head, b"[aspnetcorev2").is_some() {
        Source::AncmDebug
    } else {
        Source::Stdout
    }
}
