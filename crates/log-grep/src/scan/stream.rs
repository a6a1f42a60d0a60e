//! Text that comes piece by piece: out of an archive, out of UTF-16, from a pipe, or from the end
//! of a file that grows.

use std::io::{self, Read};

use super::region::{AFTER, BEFORE};
use super::{Hits, Scanned, Scanner};
use crate::text::{Encoding, Utf16};

/// Bytes that are gathered before they are searched.
const PIECE: usize = 1 << 20;

/// Searches what is pushed, with the same margins as a file on disk has.
pub(crate) struct Stream<'s, 'c> {
    scanner: &'s Scanner<'c>,
    buffer: Vec<u8>,
    /// Offset of `buffer` in the text.
    base: u64,
    /// Where the part begins that was not searched yet.
    fresh: usize,
    lines: u64,
    hits: Hits,
}

impl<'s, 'c> Stream<'s, 'c> {
    pub(crate) fn new(scanner: &'s Scanner<'c>) -> Self {
        Self {
            scanner,
            buffer: Vec::new(),
            base: 0,
            fresh: 0,
            lines: 0,
            hits: Hits::default(),
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() - self.fresh >= PIECE + AFTER {
            self.search(self.buffer.len() - AFTER);
        }
    }

    fn search(&mut self, until: usize) {
        let mut found = Hits::default();
        let own = self.fresh..until;
        self.scanner
            .window(&self.buffer, self.base, own.clone(), &mut found);
        self.hits.append(found, self.lines);
        self.lines += memchr::memchr_iter(b'\n', &self.buffer[own]).count() as u64;
        let keep = until.saturating_sub(BEFORE);
        self.buffer.drain(..keep);
        self.base += keep as u64;
        self.fresh = until - keep;
    }

    /// Searches the rest.
    pub(crate) fn finish(mut self) -> Scanned {
        self.search(self.buffer.len());
        Scanned {
            length: self.base + self.buffer.len() as u64,
            hits: self.hits,
            error: None,
        }
    }

    /// Reads `source` to its end, or to `limit` bytes of text.
    pub(crate) fn read(mut self, source: &mut dyn Read, encoding: Encoding, limit: u64) -> Scanned {
        let mut piece = vec![0; 64 * 1024];
        let mut decoder = Utf16::new(encoding);
        let mut decoded = Vec::new();
        let mut total: u64 = 0;
        let mut error = None;
        loop {
            match source.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => {
                    total += count as u64;
                    if total > limit {
                        error = Some(io::Error::other(format!(
                            "unpacks to more than {limit} bytes"
                        )));
                        break;
                    }
                    if encoding == Encoding::AsciiCompatible {
                        self.push(&piece[..count]);
                    } else {
                        decoded.clear();
                        decoder.push(&piece[..count], &mut decoded);
                        self.push(&decoded);
                    }
                }
                Err(problem) if problem.kind() == io::ErrorKind::Interrupted => {}
                Err(problem) => {
                    error = Some(problem);
                    break;
                }
            }
        }
        let mut scanned = self.finish();
        scanned.error = error;
        scanned
    }
}
