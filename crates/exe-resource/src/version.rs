//! The version resource (`VS_VERSIONINFO`): what Explorer's "Details" and `Get-Item x.exe | % VersionInfo` show.
//!
//! A tree of blocks: length, length of the value, type, UTF-16 key, padding to 4 bytes, value, padding, children.
//! Source: Microsoft, "VS_VERSIONINFO structure" and `verrsrc.h`.

/// US English and UTF-16, which is what the strings are in.
const LANGUAGE: u16 = 0x0409;
const UTF_16: u16 = 1200;
/// The same two as the key of the string table, in hexadecimal as the format asks.
const TABLE: &str = "040904b0";

/// What `resource` needs as its array's length.
#[must_use]
pub const fn length(name: &str, number: &str) -> usize {
    write(&mut [0; 0], name, number)
}

/// The resource of a program of that name; `number` is `major.minor.patch` with anything after it.
///
/// # Panics
/// When `LENGTH` is not what [`length`] says; at compile time, where this runs.
#[must_use]
pub const fn resource<const LENGTH: usize>(name: &str, number: &str) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    assert!(write(&mut bytes, name, number) == LENGTH);
    bytes
}

/// Writes as far as `out` reaches; the answer is the length of the whole.
const fn write(out: &mut [u8], name: &str, number: &str) -> usize {
    let (major, minor, patch) = parts(number);
    // VS_FIXEDFILEINFO: signature, version of the structure, file and product version, flags (mask, flags),
    // VOS_NT_WINDOWS32, VFT_APP, no subtype, no date.
    let high = (major as u32) << 16 | minor as u32;
    let low = (patch as u32) << 16;
    let fixed = [
        0xFEEF_04BD,
        0x0001_0000,
        high,
        low,
        high,
        low,
        0x3F,
        0,
        0x0004_0004,
        1,
        0,
        0,
        0,
    ];

    let root = open(out, 0, "VS_VERSION_INFO", 52, 0);
    let mut at = root;
    let mut index = 0;
    while index < fixed.len() {
        at = put(out, at, fixed[index] as u16);
        at = put(out, at, (fixed[index] >> 16) as u16);
        index += 1;
    }

    let strings = at;
    at = open(out, at, "StringFileInfo", 0, 1);
    let table = at;
    at = open(out, at, TABLE, 0, 1);
    at = string(out, at, "CompanyName", "ancm-tools");
    at = string(out, at, "FileDescription", name);
    at = string(out, at, "FileVersion", number);
    at = string(out, at, "InternalName", name);
    at = string(out, at, "LegalCopyright", "MIT OR Apache-2.0");
    at = string(out, at, "OriginalFilename", name);
    at = string(out, at, "ProductName", "ancm-tools");
    at = string(out, at, "ProductVersion", number);
    close(out, table, at);
    close(out, strings, at);

    let variables = at;
    at = open(out, at, "VarFileInfo", 0, 1);
    let translation = at;
    at = open(out, at, "Translation", 4, 0);
    at = put(out, at, LANGUAGE);
    at = put(out, at, UTF_16);
    close(out, translation, at);
    close(out, variables, at);

    close(out, 0, at);
    at
}

/// Begins a block at `at`: room for its length, then the rest of its head; where its value or first child begins.
const fn open(out: &mut [u8], at: usize, key: &str, value_length: u16, text: u16) -> usize {
    let at = put(out, at + 2, value_length);
    let at = put(out, at, text);
    align(wide(out, at, key))
}

/// Ends the block that began at `start`.
const fn close(out: &mut [u8], start: usize, end: usize) {
    put(out, start, (end - start) as u16);
}

/// A `String` block; where the next one begins.
const fn string(out: &mut [u8], start: usize, key: &str, value: &str) -> usize {
    // Its value's length counts UTF-16 units with the closing zero.
    let at = open(out, start, key, value.len() as u16 + 1, 1);
    let end = wide(out, at, value);
    close(out, start, end);
    align(end)
}

/// ASCII text in UTF-16 with a closing zero.
const fn wide(out: &mut [u8], mut at: usize, text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        assert!(bytes[index].is_ascii());
        at = put(out, at, bytes[index] as u16);
        index += 1;
    }
    put(out, at, 0)
}

const fn put(out: &mut [u8], at: usize, unit: u16) -> usize {
    if at + 2 <= out.len() {
        let [low, high] = unit.to_le_bytes();
        out[at] = low;
        out[at + 1] = high;
    }
    at + 2
}

const fn align(at: usize) -> usize {
    at.next_multiple_of(4)
}

/// The three leading numbers of a semantic version.
const fn parts(number: &str) -> (u16, u16, u16) {
    let bytes = number.as_bytes();
    let mut numbers = [0_u16; 3];
    let mut part = 0;
    let mut index = 0;
    while index < bytes.len() && part < 3 {
        match bytes[index] {
            digit @ b'0'..=b'9' => numbers[part] = numbers[part] * 10 + (digit - b'0') as u16,
            b'.' => part += 1,
            // A pre-release or build mark: Windows has no field for it.
            _ => break,
        }
        index += 1;
    }
    (numbers[0], numbers[1], numbers[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_with_marks_keep_their_numbers() {
        assert_eq!(parts("1.20.300"), (1, 20, 300));
        assert_eq!(parts("1.2.3-rc.4+5"), (1, 2, 3));
    }

    /// The tree read back by its lengths ends where the bytes end, and every string is found by its key.
    #[test]
    fn the_tree_is_consistent() {
        const LENGTH: usize = length("site-list", "0.1.0");
        let bytes: [u8; LENGTH] = resource("site-list", "0.1.0");
        let mut blocks = Vec::new();
        walk(&bytes, 0, LENGTH, &mut blocks);
        let value = |key: &str| {
            blocks
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value.as_str())
        };
        assert_eq!(value("FileDescription"), Some("site-list"));
        assert_eq!(value("FileVersion"), Some("0.1.0"));
        assert_eq!(value("Translation"), Some("\u{409}\u{4b0}"));
        assert_eq!(
            &bytes[40..44],
            &0xFEEF_04BD_u32.to_le_bytes(),
            "VS_FIXEDFILEINFO begins after the root's key"
        );
    }

    fn unit(bytes: &[u8], at: usize) -> u16 {
        u16::from_le_bytes([bytes[at], bytes[at + 1]])
    }

    fn walk(bytes: &[u8], start: usize, end: usize, blocks: &mut Vec<(String, String)>) {
        let mut at = start;
        while at < end {
            let block_end = at + usize::from(unit(bytes, at));
            assert!(
                block_end > at && block_end <= end,
                "block at {at} ends at {block_end} of {end}"
            );
            let (value_length, text) = (usize::from(unit(bytes, at + 2)), unit(bytes, at + 4) == 1);
            let key: Vec<u16> = (at + 6..)
                .step_by(2)
                .map(|at| unit(bytes, at))
                .take_while(|unit| *unit != 0)
                .collect();
            let value_at = align(at + 6 + 2 * (key.len() + 1));
            let value_end = value_at + value_length * if text { 2 } else { 1 };
            let value: Vec<u16> = (value_at..value_end)
                .step_by(2)
                .map(|at| unit(bytes, at))
                .collect();
            let value = String::from_utf16_lossy(&value)
                .trim_end_matches('\0')
                .to_owned();
            blocks.push((String::from_utf16(&key).unwrap(), value));
            walk(bytes, align(value_end), block_end, blocks);
            at = align(block_end);
        }
    }
}
