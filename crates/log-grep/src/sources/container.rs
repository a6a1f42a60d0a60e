//! Logs of containers as Docker's json-file driver keeps them: an object a line, whose `log` is what the program wrote.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

/// Docker cuts what a program writes into pieces of 16 KiB; every byte of one may be an escape of six.
const MAX_LINE: u64 = 128 * 1024;

/// True where the text begins as such a log does.
pub(super) fn looks_like(start: &[u8]) -> bool {
    let line = start.split(|&byte| byte == b'\n').next().unwrap_or(start);
    line.starts_with(b"{\"log\":\"") && memchr::memmem::find(line, b"\"stream\":\"std").is_some()
}

/// What the program wrote. Lines that are no such objects (a cut one at the end) pass as they are.
pub(super) struct Written<'r> {
    source: BufReader<&'r mut dyn Read>,
    line: Vec<u8>,
    ready: Vec<u8>,
    at: usize,
}

#[derive(serde::Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    log: Cow<'l, str>,
}

impl<'r> Written<'r> {
    pub(super) fn new(source: &'r mut dyn Read) -> Self {
        Self {
            source: BufReader::with_capacity(64 * 1024, source),
            line: Vec::new(),
            ready: Vec::new(),
            at: 0,
        }
    }
}

impl Read for Written<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() {
            self.line.clear();
            self.ready.clear();
            self.at = 0;
            let mut bounded = (&mut self.source).take(MAX_LINE);
            if bounded.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(0);
            }
            match serde_json::from_slice::<Line<'_>>(&self.line) {
                Ok(line) => self.ready.extend_from_slice(line.log.as_bytes()),
                Err(_) => self.ready.extend_from_slice(&self.line),
            }
        }
        let count = out.len().min(self.ready.len() - self.at);
        out[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_the_program_comes_out() {
        let log = concat!(
            r#"{"log":"Unhandled exception. System.Exception: \"x\"\u0027\r\n","stream":"stderr","time":"2026-02-03T10:11:12.1Z"}"#,
            "\n",
            r#"{"log":"half ","stream":"stderr","time":"2026-02-03T10:11:12.1Z"}"#,
            "\n",
            r#"{"log":"and half\n","stream":"stderr","time":"2026-02-03T10:11:12.1Z"}"#,
            "\n",
            r#"{"log":"cu"#,
        );
        assert!(looks_like(log.as_bytes()));
        assert!(!looks_like(b"{\"log\":\"x\"}\n"));
        let mut text = String::new();
        Written::new(&mut log.as_bytes())
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(
            text,
            "Unhandled exception. System.Exception: \"x\"'\r\nhalf and half\n{\"log\":\"cu"
        );
    }
}
