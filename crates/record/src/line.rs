//! Lines of stdin, bounded in length.

use std::io::{self, BufRead, BufReader, Read};

/// The longest line that is taken for a record. An excerpt of 30,000 characters, each escaped, has 180 kB.
pub const MAX_LINE: usize = 16 << 20;

/// Lines of a stream, one at a time, without holding more than one.
pub struct Lines<R> {
    input: BufReader<R>,
    number: u64,
}

/// One line without its `\n`; a `\r` before it is kept, since lines are passed on byte for byte.
pub enum Line {
    Whole(Vec<u8>),
    /// Longer than [`MAX_LINE`]: its first bytes.
    TooLong(Vec<u8>),
}

impl<R: Read> Lines<R> {
    pub fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(64 << 10, input),
            number: 0,
        }
    }

    /// The number of the line that was read last, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// True where another whole line can be had without waiting.
    pub fn is_ready(&self) -> bool {
        memchr::memchr(b'\n', self.input.buffer()).is_some()
    }

    /// The next line, or none at the end. A last line without `\n` counts. Byte order marks before a line are dropped:
    /// Windows PowerShell begins what it writes with one, and files put together have one at each seam.
    ///
    /// # Errors
    /// Reading fails, or the stream is UTF-16.
    pub fn read(&mut self) -> io::Result<Option<Line>> {
        if self.number == 0 {
            self.refuse_utf16()?;
        }
        let mut line = Vec::new();
        let mut too_long = false;
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                if line.is_empty() && !too_long {
                    return Ok(None);
                }
                break;
            }
            let (part, used, ends) = match memchr::memchr(b'\n', buffer) {
                Some(at) => (&buffer[..at], at + 1, true),
                None => (buffer, buffer.len(), false),
            };
            if line.len() + part.len() > MAX_LINE {
                too_long = true;
                // the rest is read and dropped
                line.truncate(4096);
            }
            if !too_long {
                line.extend_from_slice(part);
            }
            self.input.consume(used);
            if ends {
                break;
            }
        }
        self.number += 1;
        Ok(Some(if too_long {
            Line::TooLong(line)
        } else {
            let mut start = 0;
            while line[start..].starts_with(b"\xef\xbb\xbf") {
                start += 3;
            }
            line.drain(..start);
            Line::Whole(line)
        }))
    }

    fn refuse_utf16(&mut self) -> io::Result<()> {
        let buffer = self.input.fill_buf()?;
        if buffer.starts_with(b"\xff\xfe") || buffer.starts_with(b"\xfe\xff") {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "stdin is UTF-16 (written by > in Windows PowerShell 5.1?): write the records with --output FILE instead",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(bytes);
        let mut found = Vec::new();
        while let Some(line) = lines.read().unwrap() {
            found.push(match line {
                Line::Whole(line) => String::from_utf8(line).unwrap(),
                Line::TooLong(start) => format!("too long, {} bytes kept", start.len()),
            });
        }
        found
    }

    #[test]
    fn lines_end_at_line_feeds_or_at_the_end() {
        assert_eq!(all(b"\xef\xbb\xbf{}\r\n\nx"), ["{}\r", "", "x"]);
        assert!(all(b"").is_empty());
    }

    #[test]
    fn marks_before_any_line_go() {
        let marked = "\u{feff}\u{feff}{}\n\u{feff}{1}\n{\u{feff}}\n\u{feff}";
        assert_eq!(all(marked.as_bytes()), ["{}", "{1}", "{\u{feff}}", ""]);
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_whole() {
        let mut bytes = vec![b'x'; MAX_LINE + 1];
        bytes.extend_from_slice(b"\n{}\n");
        assert_eq!(all(&bytes), ["too long, 4096 bytes kept", "{}"]);
    }

    #[test]
    fn utf_16_is_named() {
        assert!(Lines::new(&b"\xff\xfe{\0"[..]).read().is_err());
    }
}
