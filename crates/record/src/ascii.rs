//! JSON in pure ASCII: every other character is written `\uXXXX`.
//!
//! PowerShell decodes the output of a native program with the OEM code page; ASCII is the same in all of them.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};

/// `value` as one line of JSON, without the line end. Empty where `value` cannot be JSON (a map
/// with keys that are no strings), which no record type allows.
pub fn to_line<T: Serialize>(value: &T) -> Vec<u8> {
    let mut line = Vec::with_capacity(512);
    let mut serializer = serde_json::Serializer::with_formatter(&mut line, Ascii(CompactFormatter));
    if value.serialize(&mut serializer).is_err() {
        line.clear();
    }
    line
}

struct Ascii(CompactFormatter);

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        // DEL is ASCII, but a control character all the same
        while let Some(at) = rest.bytes().position(|b| !b.is_ascii() || b == 0x7f) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let Some(character) = rest[at..].chars().next() else {
                break;
            };
            let mut units = [0u16; 2];
            for unit in character.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + character.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_bool<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: bool) -> io::Result<()> {
        self.0.write_bool(writer, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_characters_are_escaped_as_utf16_units() {
        let line = String::from_utf8(to_line(&"Grüße \u{1f600}\u{7f}\t\"")).unwrap();
        assert_eq!(line, r#""Gr\u00fc\u00dfe \ud83d\ude00\u007f\t\"""#);
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_is_ascii(text in any::<String>()) {
            let line = to_line(&text);
            prop_assert!(line.iter().all(|b| (0x20..0x7f).contains(b)));
            prop_assert_eq!(serde_json::from_slice::<String>(&line).unwrap(), text);
        }
    }
}
