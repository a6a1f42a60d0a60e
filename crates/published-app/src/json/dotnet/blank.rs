//! White space and comments, and the counting of lines that goes with them.

use super::{Reader, Step};
use crate::json::token::ErrorKind;

impl Reader<'_> {
    pub(super) fn skip_white_space(&mut self) {
        while let Some(byte) = self.data.get(self.at) {
            match byte {
                b'\n' => self.new_line(self.at + 1),
                b' ' | b'\t' | b'\r' => {}
                _ => break,
            }
            self.at += 1;
        }
    }

    pub(super) fn new_line(&mut self, origin: usize) {
        self.line += 1;
        self.origin = origin;
    }

    /// Skips comments and the white space after each.
    pub(super) fn skip_comments(&mut self) -> Step<()> {
        while self.data.get(self.at) == Some(&b'/') {
            match self.data.get(self.at + 1) {
                Some(b'/') => self.skip_line_comment()?,
                Some(b'*') => self.skip_block_comment()?,
                _ => {
                    return Err(self.fail(
                        ErrorKind::ValueExpected,
                        "'/' is an invalid start of a value.".into(),
                    ));
                }
            }
            self.skip_white_space();
        }
        Ok(())
    }

    /// Ends at LF, CR LF or CR, each of which counts as a line here; the Unicode line ends are refused.
    pub(super) fn skip_line_comment(&mut self) -> Step<()> {
        let mut at = self.at + 2;
        loop {
            match self.data.get(at) {
                None => {
                    self.at = at;
                    return Ok(());
                }
                Some(b'\n') => at += 1,
                Some(b'\r') => {
                    at += if self.data.get(at + 1) == Some(&b'\n') {
                        2
                    } else {
                        1
                    }
                }
                Some(0xE2)
                    if matches!(self.data.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])) =>
                {
                    return Err(self.fail(
                        ErrorKind::Comment,
                        "Found invalid line or paragraph separator character while reading a comment.".into(),
                    ));
                }
                Some(_) => {
                    at += 1;
                    continue;
                }
            }
            self.new_line(at);
            self.at = at;
            return Ok(());
        }
    }

    pub(super) fn skip_block_comment(&mut self) -> Step<()> {
        let body = self.at + 2;
        let Some(length) = memchr::memmem::find(&self.data[body..], b"*/") else {
            return Err(self.fail(
                ErrorKind::EndOfData,
                "Expected end of comment, but instead reached end of data.".into(),
            ));
        };
        let comment = &self.data[body..body + length];
        if let Some(last) = memchr::memrchr(b'\n', comment) {
            self.line += memchr::memchr_iter(b'\n', comment).count() as u64;
            self.origin = body + last + 1;
        }
        self.at = body + length + 2;
        Ok(())
    }
}
