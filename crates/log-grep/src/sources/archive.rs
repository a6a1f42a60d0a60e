//! gzip and zip: each member is read as a log of its own, with limits against bombs.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::{HEAD, Problem, Reading, Source, stream};
use crate::scan::Scanner;

/// Bytes that one member may unpack to.
const MAX_UNPACKED: u64 = 8 << 30;

/// Times its packed size that a member may unpack to, once it is larger than [`ALWAYS`]: a log
/// seldom packs better than 1:100, deflate's limit is 1:1032.
const MAX_RATIO: u64 = 400;

/// Bytes up to which no ratio counts.
const ALWAYS: u64 = 64 << 20;

/// Members of a zip that are read.
const MAX_MEMBERS: usize = 10_000;

pub(super) fn is_archive(head: &[u8]) -> bool {
    is_gzip(head) || is_zip(head)
}

fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b, 8])
}

fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

pub(super) fn read(scanner: &Scanner<'_>, path: &Path, head: &[u8]) -> Vec<Reading> {
    let result = if is_gzip(head) {
        gzip(scanner, path).map(|reading| vec![reading])
    } else {
        zip_members(scanner, path)
    };
    result.unwrap_or_else(|error| {
        let mut reading = Reading::new(path, Source::Stdout);
        reading.problem = Some(Problem::damaged(format!(
            "cannot unpack {}: {error}",
            path.display()
        )));
        vec![reading]
    })
}

fn limit(packed: u64) -> u64 {
    packed.saturating_mul(MAX_RATIO).clamp(ALWAYS, MAX_UNPACKED)
}

fn gzip(scanner: &Scanner<'_>, path: &Path) -> io::Result<Reading> {
    let file = File::open(path)?;
    let limit = limit(file.metadata()?.len());
    let mut unpacked = flate2::read::MultiGzDecoder::new(BufReader::new(file));
    Ok(member(scanner, path, &mut unpacked, limit))
}

fn zip_members(scanner: &Scanner<'_>, path: &Path) -> io::Result<Vec<Reading>> {
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path)?))?;
    let mut readings = Vec::new();
    for index in 0..archive.len().min(MAX_MEMBERS) {
        let mut entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(error) => {
                let mut reading = Reading::new(path, Source::Stdout);
                reading.problem = Some(Problem::damaged(format!(
                    "cannot unpack member {index} of {}: {error}",
                    path.display()
                )));
                readings.push(reading);
                continue;
            }
        };
        if entry.is_dir() {
            continue;
        }
        let name = entry
            .name()
            .map_or_else(|_| format!("member {index}"), |name| name.into_owned());
        let limit = limit(entry.compressed_size());
        let mut reading = member(scanner, path, &mut entry, limit);
        reading.name = super::StdoutName::of(Path::new(&name));
        reading.member = Some(name);
        readings.push(reading);
    }
    Ok(readings)
}

/// One member. An event log inside an archive is read from memory, other logs as a stream.
fn member(scanner: &Scanner<'_>, path: &Path, source: &mut dyn Read, limit: u64) -> Reading {
    let mut head = Vec::new();
    if let Err(error) = source.take(HEAD as u64).read_to_end(&mut head) {
        let mut reading = Reading::new(path, Source::Stdout);
        reading.problem = Some(Problem::damaged(format!(
            "cannot unpack {}: {error}",
            path.display()
        )));
        return reading;
    }
    let mut rest = io::Cursor::new(head.clone()).chain(source);
    if super::evtx::is_evtx(&head) {
        return super::evtx::stream(scanner, path, &mut rest, limit);
    }
    let mut limited = Limited {
        source: &mut rest,
        left: limit,
    };
    stream(scanner, path, &head, &mut limited, limit)
}

/// Fails where a member unpacks to more than it may.
struct Limited<'r> {
    source: &'r mut dyn Read,
    left: u64,
}

impl Read for Limited<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(out)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => {
                self.left = left;
                Ok(count)
            }
            None => Err(io::Error::other(
                "it unpacks to more than any log of its packed size",
            )),
        }
    }
}
