//! Undo files: what `--undo-file` writes before each change and `--undo` reads, one JSON object a line.
//!
//! A line is handed to the system before the change that it undoes begins, and is on the disk when the run ends
//! ([`Writer::sync`]). So a file that ends in the middle of a line tells of a change that never happened: the torn line is
//! cut off when the file is opened again. An interrupted run is resumed with the same file; lines are added, none is lost.

mod revert;

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

pub use revert::{path_fields, path_of, revert};

/// Value of the `schema` field of every line.
pub const SCHEMA: &str = "ancm-tools/undo-1";

/// A line longer than this is none of ours: two descriptors or streams of 64 KiB in hexadecimal, and a path.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;

/// An undo file that is being written; may be shared between threads.
#[derive(Debug)]
pub struct Writer {
    tool: &'static str,
    end: Mutex<(File, u64)>,
}

impl Writer {
    /// Opens or makes the file. What it holds stays, but for a torn last line.
    ///
    /// # Errors
    /// The file cannot be opened, or is no undo file of this tool.
    pub fn open(path: &Path, tool: &'static str) -> io::Result<Writer> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let end = end_of_lines(&mut file)?;
        file.seek(SeekFrom::Start(0))?;
        let ours = match end {
            0 => is_torn_object(&mut file)?,
            _ => matches!(
                Lines {
                    input: BufReader::new(&file),
                    number: 0,
                    tool
                }
                .next(),
                Some(Ok(_))
            ),
        };
        if !ours {
            let why = format!("{} exists and is no undo file of {tool}", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        Ok(Writer {
            tool,
            end: Mutex::new((file, end)),
        })
    }

    /// Writes one line. On an error nothing of it stays in the file, and the change must not be made.
    ///
    /// # Errors
    /// The disk is full, or the file cannot be written any more.
    pub fn write(&self, fields: Map<String, Value>) -> io::Result<()> {
        let mut line = Map::from_iter([
            ("schema".to_owned(), SCHEMA.into()),
            ("tool".to_owned(), self.tool.into()),
        ]);
        line.extend(fields);
        let mut text = Value::Object(line).to_string().into_bytes();
        text.push(b'\n');
        let mut guard = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, end) = &mut *guard;
        if let Err(error) = file.write_all(&text) {
            file.set_len(*end)?;
            file.seek(SeekFrom::Start(*end))?;
            return Err(error);
        }
        *end += text.len() as u64;
        Ok(())
    }

    /// Waits until all lines are on the disk; to be called when the changes are made.
    ///
    /// # Errors
    /// The disk could not take them.
    pub fn sync(&self) -> io::Result<()> {
        let guard = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        guard.0.sync_data().map_err(|error| {
            let why = format!("the undo file may not be on the disk: {error}");
            io::Error::new(error.kind(), why)
        })
    }
}

/// Whether a file without a whole line is empty, or the beginning of an object: all that an interruption leaves.
fn is_torn_object(file: &mut File) -> io::Result<bool> {
    let mut start = Vec::new();
    file.take(LONGEST_LINE).read_to_end(&mut start)?;
    let torn =
        |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).is_err_and(|error| error.is_eof());
    Ok(start.is_empty() || (start.first() == Some(&b'{') && torn(&start)))
}

/// Where the last whole line ends.
fn end_of_lines(file: &mut File) -> io::Result<u64> {
    let mut position = file.seek(SeekFrom::End(0))?;
    let mut block = [0; 4096];
    while position > 0 {
        let length = position.min(block.len() as u64);
        position -= length;
        file.seek(SeekFrom::Start(position))?;
        // at most the block's length
        let block = &mut block[..length as usize];
        file.read_exact(block)?;
        if let Some(index) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(position + index as u64 + 1);
        }
    }
    Ok(0)
}

/// Bytes as hexadecimal text, for a field of a line.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .collect()
}

/// The bytes of [`hex`]; none where the text is anything else.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    // two digits are below 256
    let bytes = pairs
        .iter()
        .map(|[high, low]| Some((digit(high)? * 16 + digit(low)?) as u8))
        .collect();
    if rest.is_empty() { bytes } else { None }
}

/// A line that cannot be used, with its number from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    pub number: u64,
    /// Why, in a few words.
    pub why: String,
}

/// The lines of an undo file, in the order they were written.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    number: u64,
    tool: &'static str,
}

/// Opens an undo file of `tool` for reading.
///
/// # Errors
/// The file cannot be opened.
pub fn read(path: &Path, tool: &'static str) -> io::Result<Lines<BufReader<File>>> {
    Ok(Lines {
        input: BufReader::new(File::open(path)?),
        number: 0,
        tool,
    })
}

/// The lines of an undo file, the last one first: where one thing was changed twice, the first state comes back last.
#[derive(Debug)]
pub struct Backwards {
    lines: Lines<BufReader<File>>,
    /// Where each line begins, from the first.
    starts: Vec<u64>,
}

/// Opens an undo file of `tool` for reading from its end; only the places of its lines are held.
///
/// # Errors
/// The file cannot be opened or read.
pub fn read_backwards(path: &Path, tool: &'static str) -> io::Result<Backwards> {
    let mut input = BufReader::new(File::open(path)?);
    let (mut starts, mut start) = (Vec::new(), 0);
    loop {
        let length = input.skip_until(b'\n')? as u64;
        if length == 0 {
            break;
        }
        starts.push(start);
        start += length;
    }
    Ok(Backwards {
        lines: Lines {
            input,
            number: 0,
            tool,
        },
        starts,
    })
}

impl Iterator for Backwards {
    type Item = Result<Map<String, Value>, BadLine>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(start) = self.starts.pop() {
            self.lines.number = self.starts.len() as u64;
            if let Err(error) = self.lines.input.seek(SeekFrom::Start(start)) {
                return Some(Err(self.lines.bad(error)));
            }
            // nothing for a torn last line: the one before it is next
            if let Some(line) = self.lines.next() {
                return Some(line);
            }
        }
        None
    }
}

impl<R: io::BufRead> Lines<R> {
    fn bad(&self, why: impl ToString) -> BadLine {
        BadLine {
            number: self.number,
            why: why.to_string(),
        }
    }

    fn judge(&self, line: &[u8]) -> Result<Map<String, Value>, BadLine> {
        let fields: Map<String, Value> =
            serde_json::from_slice(line).map_err(|_| self.bad("is no JSON object"))?;
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        if text("schema") != Some(SCHEMA) {
            return Err(self.bad(format!("is not of schema {SCHEMA}")));
        }
        if text("tool") != Some(self.tool) {
            return Err(self.bad(format!("was not written by {}", self.tool)));
        }
        Ok(fields)
    }
}

impl<R: io::BufRead> Iterator for Lines<R> {
    type Item = Result<Map<String, Value>, BadLine>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        let read = (&mut self.input)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line);
        self.number += 1;
        match read {
            Ok(0) => None,
            Ok(_) if line.last() == Some(&b'\n') => Some(self.judge(&line)),
            // the torn end of an interrupted run: its change was never made
            Ok(length) if (length as u64) < LONGEST_LINE => None,
            Ok(_) => {
                let why = self.bad("is longer than 4 MiB");
                let _ = self.input.skip_until(b'\n');
                Some(Err(why))
            }
            Err(error) => {
                let why = self.bad(error);
                // nothing more will come
                self.number = u64::MAX;
                (why.number < u64::MAX).then_some(Err(why))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(path: &str) -> Map<String, Value> {
        Map::from_iter([("path".to_owned(), path.into())])
    }

    fn paths(file: &Path) -> Vec<String> {
        let text = |fields: Map<String, Value>| fields["path"].as_str().unwrap().to_owned();
        read(file, "unblock")
            .unwrap()
            .map(|fields| text(fields.unwrap()))
            .collect()
    }

    #[test]
    fn a_torn_line_is_cut_off_and_the_rest_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("undo.jsonl");
        Writer::open(&file, "unblock")
            .unwrap()
            .write(line("a"))
            .unwrap();
        let torn = std::fs::read_to_string(&file).unwrap() + &"x".repeat(5000);
        std::fs::write(&file, torn).unwrap();
        assert_eq!(paths(&file), ["a"]);
        assert_eq!(read_backwards(&file, "unblock").unwrap().count(), 1);
        Writer::open(&file, "unblock")
            .unwrap()
            .write(line("b"))
            .unwrap();
        assert_eq!(paths(&file), ["a", "b"]);
        let backwards: Vec<_> = read_backwards(&file, "unblock")
            .unwrap()
            .map(|line| line.unwrap()["path"].clone())
            .collect();
        assert_eq!(backwards, ["b", "a"]);
    }

    #[test]
    fn other_files_are_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("notes.txt");
        std::fs::write(&file, "mine\nand mine").unwrap();
        assert!(Writer::open(&file, "unblock").is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine\nand mine");
        std::fs::write(&file, "{}").unwrap();
        assert!(Writer::open(&file, "unblock").is_err());
        std::fs::write(&file, "{\"schema\":\"anc").unwrap();
        assert!(Writer::open(&file, "unblock").is_ok());
        Writer::open(&folder.path().join("new"), "acl-grant")
            .unwrap()
            .write(line("a"))
            .unwrap();
        assert!(Writer::open(&folder.path().join("new"), "unblock").is_err());
    }

    #[test]
    fn bytes_come_back() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(unhex(&hex(&all)), Some(all));
        assert_eq!(
            (unhex("abc"), unhex("0g"), unhex("")),
            (None, None, Some(Vec::new()))
        );
    }

    #[test]
    fn bad_lines_have_their_number() {
        let text =
            format!("{{\"schema\":\"{SCHEMA}\",\"tool\":\"unblock\"}}\n[]\n{{\"schema\":\"x\"}}\n");
        let lines = Lines {
            input: text.as_bytes(),
            number: 0,
            tool: "unblock",
        };
        let bad: Vec<u64> = lines
            .filter_map(Result::err)
            .map(|bad| bad.number)
            .collect();
        assert_eq!(bad, [2, 3]);
    }
}
