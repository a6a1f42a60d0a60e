//! Files on disk: read in windows by as many threads as there are processors, never mapped, since a
//! log may shrink while it is read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;

use super::region::{AFTER, BEFORE};
use super::{Hits, Scanner};

/// Bytes of a window that are its own. Two threads with two windows each stay far below 64 MB, and
/// the margins (40 KB) are a small part of the reading.
const WINDOW: u64 = 1 << 20;

/// Files up to this size are read by the thread that asks: starting others would take longer.
const SMALL: u64 = 2 * WINDOW;

/// What a scan of a file gave.
pub(crate) struct Scanned {
    pub(crate) hits: Hits,
    /// Bytes that were read.
    pub(crate) length: u64,
    /// What went wrong on the way; what was readable before it is in `hits`.
    pub(crate) error: Option<io::Error>,
}

/// Searches a file of `length` bytes from `start` on. `open` is the file; `path` is opened once more for each
/// further thread, before any of them reads.
pub(crate) fn file(
    scanner: &Scanner<'_>,
    mut open: File,
    path: &Path,
    start: u64,
    length: u64,
) -> Scanned {
    if length.saturating_sub(start) <= SMALL {
        return one(scanner, &mut open, start, length);
    }
    let windows = (length - start).div_ceil(WINDOW);
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(8);
    // what is deleted meanwhile is still read to its end by those that have it open
    let more = (1..threads).map_while(|_| File::open(path).ok());
    let opened: Vec<File> = std::iter::once(open).chain(more).collect();
    let next = AtomicU64::new(0);
    let ended = AtomicBool::new(false);
    let (sender, receiver) = mpsc::sync_channel::<(u64, io::Result<Part>)>(threads * 2);
    std::thread::scope(|scope| {
        for mut open in opened {
            let (sender, next, ended) = (sender.clone(), &next, &ended);
            scope.spawn(move || {
                let mut buffer = Buffer::default();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= windows || ended.load(Ordering::Relaxed) {
                        return;
                    }
                    let from = start + index * WINDOW;
                    let own = from..(from + WINDOW).min(length);
                    let part = window(scanner, &mut open, own, start, length, &mut buffer);
                    if part.as_ref().map_or(true, |part| part.short) {
                        ended.store(true, Ordering::Relaxed);
                    }
                    if sender.send((index, part)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        collect(receiver)
    })
}

/// Puts the parts back into the order of the file.
fn collect(receiver: mpsc::Receiver<(u64, io::Result<Part>)>) -> Scanned {
    let mut waiting = BTreeMap::new();
    let mut wanted = 0;
    let mut lines = 0;
    let mut all = Scanned {
        hits: Hits::default(),
        length: 0,
        error: None,
    };
    for (index, part) in receiver {
        waiting.insert(index, part);
        while let Some(part) = waiting.remove(&wanted) {
            wanted += 1;
            match part {
                Ok(part) => {
                    all.hits.append(part.hits, lines);
                    lines += part.lines;
                    all.length += part.length;
                }
                Err(error) => all.error = all.error.or(Some(error)),
            }
        }
    }
    all
}

struct Part {
    hits: Hits,
    /// Line ends in the window's own bytes.
    lines: u64,
    length: u64,
    /// The file ended before the window's own bytes did: it shrank.
    short: bool,
}

fn window(
    scanner: &Scanner<'_>,
    open: &mut File,
    own: Range<u64>,
    start: u64,
    length: u64,
    buffer: &mut Buffer,
) -> io::Result<Part> {
    let from = own.start.saturating_sub(BEFORE as u64).max(start);
    let to = (own.end + AFTER as u64).min(length);
    let buffer = buffer.fill(open, from, (to - from) as usize)?;
    let begin = ((own.start - from) as usize).min(buffer.len());
    let end = ((own.end - from) as usize).min(buffer.len());
    let mut hits = Hits::default();
    scanner.window(buffer, from, begin..end, &mut hits);
    Ok(Part {
        hits,
        lines: memchr::memchr_iter(b'\n', &buffer[begin..end]).count() as u64,
        length: (end - begin) as u64,
        short: ((end - begin) as u64) < own.end - own.start,
    })
}

/// What is read into. Processors of AMD copy out of the page cache four times slower to an address that is a few bytes past
/// a page's start, which is where the allocator puts large blocks (measured: 2.5 GB/s against 10).
#[derive(Default)]
struct Buffer(Vec<u8>);

impl Buffer {
    const PAGE: usize = 4096;

    /// Reads up to `length` bytes at `from`; fewer when the file ends.
    fn fill(&mut self, open: &mut File, from: u64, length: usize) -> io::Result<&[u8]> {
        open.seek(SeekFrom::Start(from))?;
        self.0.resize(self.0.len().max(length + Self::PAGE), 0);
        let start = self.0.as_ptr().align_offset(Self::PAGE).min(Self::PAGE);
        let place = &mut self.0[start..start + length];
        let mut have = 0;
        while have < length {
            match open.read(&mut place[have..]) {
                Ok(0) => break,
                Ok(count) => have += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(&place[..have])
    }
}

/// The whole of a small file as one window.
fn one(scanner: &Scanner<'_>, open: &mut File, start: u64, length: u64) -> Scanned {
    match Buffer::default().fill(open, start, (length - start) as usize) {
        Ok(bytes) => small(scanner, bytes, start),
        Err(error) => failed(error),
    }
}

/// Text that is already in memory; `base` is where it begins in its file.
pub(crate) fn small(scanner: &Scanner<'_>, bytes: &[u8], base: u64) -> Scanned {
    let mut hits = Hits::default();
    scanner.window(bytes, base, 0..bytes.len(), &mut hits);
    Scanned {
        hits,
        length: bytes.len() as u64,
        error: None,
    }
}

fn failed(error: io::Error) -> Scanned {
    Scanned {
        hits: Hits::default(),
        length: 0,
        error: Some(error),
    }
}
