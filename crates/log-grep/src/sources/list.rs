//! What PowerShell's `Format-List` prints (`Get-WinEvent ... | fl > events.txt`): values stand behind a column of colons
//! and are wrapped at the width of the console, within words and between them.

use std::path::Path;

use super::{Reading, Source};
use crate::scan::{Scanner, small};

/// True where a property `Message` stands in the list, beside another one with its colon in the same column.
pub(super) fn looks_like(head: &[u8]) -> bool {
    let columns = || head.split(|&byte| byte == b'\n').filter_map(column);
    columns()
        .find(|&(name, _)| name == b"Message")
        .is_some_and(|(_, wanted)| {
            columns().any(|(name, column)| column == wanted && name != b"Message")
        })
}

/// Name and column of the value of a line `Name     : value`.
fn column(line: &[u8]) -> Option<(&[u8], usize)> {
    let colon = memchr::memmem::find(line, b" : ")
        .or_else(|| line.trim_ascii_end().strip_suffix(b" :").map(<[u8]>::len))?;
    let name = line[..colon].trim_ascii_end();
    let is_name = name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(u8::is_ascii_alphanumeric);
    is_name.then_some((name, colon + 3))
}

pub(super) fn read(scanner: &Scanner<'_>, path: &Path, bytes: &[u8]) -> Reading {
    let mut reading = Reading::new(path, Source::EventLog);
    let plain = Plain::of(bytes);
    reading.take(small(scanner, &plain.text, 0));
    for hit in &mut reading.hits {
        hit.line = plain.row(hit.line);
    }
    reading
}

/// The list with its values as they were before they were wrapped, each on lines of its own.
struct Plain {
    text: Vec<u8>,
    /// Row of `text`, counted from 0, from which on another distance to the file holds, with the row of the file.
    marks: Vec<(u64, u64)>,
    rows: u64,
}

impl Plain {
    fn of(bytes: &[u8]) -> Self {
        let mut plain = Self {
            text: Vec::with_capacity(bytes.len()),
            marks: Vec::new(),
            rows: 0,
        };
        let lines: Vec<&[u8]> = bytes
            .split(|&byte| byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
            .collect();
        let mut at = 0;
        while at < lines.len() {
            let column = column(lines[at]).map(|(_, column)| column);
            let more = column.map_or(0, |column| more(&lines[at + 1..], column));
            let column = column.filter(|_| more > 0).unwrap_or(0);
            plain.value(&lines[at..=at + more], at as u64, column);
            at += more + 1;
        }
        plain
    }

    /// Adds a property, whose value begins at `column` of each line. The name before a value of several lines is left out:
    /// it is no part of the first of them.
    fn value(&mut self, lines: &[&[u8]], row: u64, column: usize) {
        let width = lines.iter().map(|line| width(line)).max().unwrap_or(0);
        let trimmed = !lines.iter().any(|line| line.ends_with(b" "));
        let mut lines = lines.iter().zip(row..).peekable();
        while let Some((line, row)) = lines.next() {
            self.marks.push((self.rows, row));
            self.text
                .extend_from_slice(line.get(column..).unwrap_or(line));
            let next = lines
                .peek()
                .map(|(next, _)| next.get(column..).unwrap_or_default());
            let Some(next) = next.filter(|next| is_cut(line, next, width)) else {
                self.text.push(b'\n');
                self.rows += 1;
                continue;
            };
            // a word that is as wide as the list was cut inside
            let whole = line
                .get(column..)
                .is_some_and(|value| !value.contains(&b' '));
            if trimmed && !whole && !next.is_empty() {
                self.text.push(b' ');
            }
        }
    }

    fn row(&self, of_text: u64) -> u64 {
        // the first of those that went into the row
        let index = self.marks.partition_point(|&(text, _)| text < of_text);
        self.marks.get(index).map_or(of_text, |&(_, row)| row)
    }
}

/// How many of the lines go on with the value above them. Blank ones do where others follow.
fn more(lines: &[&[u8]], column: usize) -> usize {
    let is_blank = |line: &[u8]| line.iter().all(|&byte| byte == b' ');
    let is_more = |line: &[u8]| line.len() > column && is_blank(&line[..column]);
    lines
        .iter()
        .take_while(|line| is_blank(line) || is_more(line))
        .enumerate()
        .filter(|(_, line)| !is_blank(line))
        .last()
        .map_or(0, |(index, _)| index + 1)
}

/// True where the line ends since the console did: the next word, with the blank behind it, had no room.
/// (PowerShell's `StringManipulationHelper.GenerateLines` keeps the blank before a cut at the end of the line.)
fn is_cut(line: &[u8], next: &[u8], width_of_list: usize) -> bool {
    let word = next
        .iter()
        .position(|&byte| byte == b' ' || byte == b'\t')
        .unwrap_or(next.len());
    let gap = usize::from(!line.ends_with(b" "));
    let line = width(line);
    word > 0 && (line >= width_of_list || line + gap + width(&next[..word]) > width_of_list)
}

/// Characters of a line.
fn width(line: &[u8]) -> usize {
    line.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = concat!(
        "\r\n",
        "TimeCreated : 2/3/2026 10:11:12 AM\r\n",
        "Id          : 1018\r\n",
        "Message     : Application '/LM/W3SVC/2/ROOT' with physical \r\n",
        "              root 'C:\\a\\' failed.\r\n",
        "\r\n",
        "              Unhandled exception. X: Could not load file \r\n",
        "              or assembly 'Shop'\r\n",
        "                 at Shop.Program.Main(String[] arguments, \r\n",
        "              Int32)\r\n",
        "\r\n",
    );

    #[test]
    fn values_are_as_they_were() {
        let plain = Plain::of(LIST.as_bytes());
        let text = String::from_utf8(plain.text.clone()).unwrap();
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "",
                "TimeCreated : 2/3/2026 10:11:12 AM",
                "Id          : 1018",
                "Application '/LM/W3SVC/2/ROOT' with physical root 'C:\\a\\' failed.",
                "",
                "Unhandled exception. X: Could not load file or assembly 'Shop'",
                "   at Shop.Program.Main(String[] arguments, Int32)",
                "",
                "",
            ]
        );
        assert_eq!(
            (0..7).map(|row| plain.row(row)).collect::<Vec<_>>(),
            [0, 1, 2, 3, 5, 6, 8]
        );
    }

    /// Forums take blanks at the ends of lines away.
    #[test]
    fn blanks_at_the_ends_may_be_gone() {
        let trimmed: String = LIST
            .lines()
            .map(|line| format!("{}\n", line.trim_end()))
            .collect();
        let text = String::from_utf8(Plain::of(trimmed.as_bytes()).text).unwrap();
        assert!(
            text.contains("\nUnhandled exception. X: Could not load file or assembly 'Shop'\n"),
            "{text}"
        );
    }

    #[test]
    fn a_list_has_a_column() {
        assert!(looks_like(LIST.as_bytes()));
        assert!(!looks_like(b"Message : x\nother line\n"));
        assert!(!looks_like(b"info: Message: x\nId : 3\n"));
    }
}
