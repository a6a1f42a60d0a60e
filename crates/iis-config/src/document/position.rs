//! Lines and columns.
use std::fmt;

/// A place in a file: line and column from 1. Lines end with `\n`; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Every so many bytes the number of lines before is kept: a look-up counts at most this much, and a file of nothing
/// but line ends needs no table of its own size.
const STEP: usize = 4096;

#[derive(Debug, Clone)]
pub(super) struct Lines {
    /// Line ends before each multiple of [`STEP`], from the second on.
    before: Vec<u32>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let mut count = 0;
        let bytes = text.as_bytes();
        let full = bytes.len() / STEP * STEP;
        let before = bytes[..full]
            .chunks(STEP)
            .map(|chunk| {
                count += memchr::memchr_iter(b'\n', chunk).count() as u32;
                count
            })
            .collect();
        Self { before }
    }

    pub(super) fn position(&self, text: &str, offset: usize) -> Position {
        let offset = offset.min(text.len());
        let step = offset / STEP;
        let base = step.checked_sub(1).map_or(0, |i| self.before[i]);
        let bytes = text.as_bytes();
        let near = memchr::memchr_iter(b'\n', &bytes[step * STEP..offset]).count() as u32;
        let start = memchr::memrchr(b'\n', &bytes[..offset]).map_or(0, |i| i + 1);
        // Bytes that continue a character do not count.
        let characters = bytes[start..offset]
            .iter()
            .filter(|b| **b & 0xC0 != 0x80)
            .count();
        Position {
            line: base + near + 1,
            column: characters as u32 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_of_a_long_text_is_counted_as_by_hand() {
        let text: String = (0..3000)
            .map(|i| if i % 7 == 0 { "ä\n" } else { "xy" })
            .collect();
        let lines = Lines::of(&text);
        let (mut line, mut column) = (1, 1);
        for (offset, c) in text.char_indices() {
            assert_eq!(lines.position(&text, offset), Position { line, column });
            if c == '\n' {
                line += 1;
                column = 1;
            } else {
                column += 1;
            }
        }
        assert_eq!(
            lines.position(&text, text.len() + 9),
            Position { line, column }
        );
    }
}
