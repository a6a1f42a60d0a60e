//! Lists of paths (`--from-file`), as the programs of Windows write them.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use oem_cp::code_table::{
    DECODING_TABLE_CP437, DECODING_TABLE_CP737, DECODING_TABLE_CP850, DECODING_TABLE_CP852,
    DECODING_TABLE_CP866,
};
use oem_cp::decode_string_complete_table;

/// Paths of a list file, one a line: UTF-8 with or without BOM, UTF-16 with BOM, or a code page of Windows; blank lines are
/// skipped, and quotation marks around a path ("Copy as path") go.
///
/// # Errors
/// The file, or stdin for `-`, cannot be read.
pub(crate) fn read(list: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let bytes = if list == Path::new("-") {
        bounded(io::stdin().lock())
    } else {
        File::open(list).and_then(bounded)
    }
    .map_err(|error| anyhow::anyhow!("cannot read the list {}: {error}", list.display()))?;
    let text = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => return Ok(lines(rest)),
        all => return Ok(lines(all)),
    };
    Ok(lines(text.as_bytes()))
}

/// More than a list of paths has: a device would never end.
const MAX_LIST: u64 = 16 << 20;

fn bounded(input: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(MAX_LIST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_LIST {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it is longer than 16 MiB",
        ));
    }
    Ok(bytes)
}

fn lines(bytes: &[u8]) -> Vec<PathBuf> {
    bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .map(|line| match line {
            [b'"', path @ .., b'"'] => path,
            all => all,
        })
        .filter(|line| !line.is_empty())
        .map(path)
        .collect()
}

/// A line that is no UTF-8 was written by `dir` or another program of the console, in a code page that the file does not
/// name: the reading counts that names something here.
fn path(line: &[u8]) -> PathBuf {
    if let Ok(text) = std::str::from_utf8(line) {
        return PathBuf::from(text);
    }
    // Windows-1252, as far as names go: its part from A0 on is Latin-1.
    let ansi: String = line.iter().copied().map(char::from).collect();
    let console = [
        &DECODING_TABLE_CP850,
        &DECODING_TABLE_CP437,
        &DECODING_TABLE_CP852,
        &DECODING_TABLE_CP866,
        &DECODING_TABLE_CP737,
    ];
    let console = console.map(|table| decode_string_complete_table(line, table));
    let mut readings = console.into_iter().chain([ansi.clone()]).map(PathBuf::from);
    readings
        .find(|path| fs::symlink_metadata(path).is_ok())
        .unwrap_or_else(|| PathBuf::from(ansi))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]))
        .collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: impl AsRef<[u8]>) -> Vec<PathBuf> {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list");
        fs::write(&list, bytes).unwrap();
        read(&list).unwrap()
    }

    #[test]
    fn lists_come_in_any_encoding_of_powershell() {
        let utf16: Vec<u8> = "\u{feff}C:\\a b\r\n\r\nD:\\ü\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(of(utf16), ["C:\\a b", "D:\\ü"].map(PathBuf::from));
        assert_eq!(of("\u{feff}one\n"), [PathBuf::from("one")]);
    }

    #[test]
    fn quotation_marks_around_a_path_go() {
        assert_eq!(
            of("\"C:\\a b\"\r\n  \"d\"  \n\"\"\n"),
            ["C:\\a b", "d"].map(PathBuf::from)
        );
        assert_eq!(of("C:\\a\"\n"), [PathBuf::from("C:\\a\"")]);
    }

    #[test]
    fn in_a_code_page_the_reading_counts_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let shop = folder.path().join("Gr\u{fc}n");
        fs::create_dir(&shop).unwrap();
        let start = folder.path().to_str().unwrap();
        // 81 is u with dots in the console's code pages, FC in that of windows
        for byte in [0x81, 0xfc] {
            let mut line = format!("{start}{}Gr", std::path::MAIN_SEPARATOR).into_bytes();
            line.extend([byte, b'n', b'\r', b'\n']);
            assert_eq!(of(line), std::slice::from_ref(&shop), "{byte:x}");
        }
        assert_eq!(of(b"nowhere/Gr\xfcn"), [PathBuf::from("nowhere/Gr\u{fc}n")]);
    }
}
