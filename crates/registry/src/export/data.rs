//! How an export spells values that are not plain text.

use encoding_rs::WINDOWS_1252;

use crate::Value;
use crate::value::{from_parts, utf16};

/// `dword:...`, `hex:...` or `hex(TYPE):...`, continuation lines joined.
pub(super) fn typed(data: &str, old: bool) -> Result<Value, &'static str> {
    let (kind, digits) = data.split_once(':').ok_or("a value of no known kind")?;
    let kind = kind.trim().to_ascii_lowercase();
    if kind == "dword" {
        let digits = digits.trim();
        let right = !digits.is_empty()
            && digits.len() <= 8
            && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = right
            .then(|| u32::from_str_radix(digits, 16).ok())
            .flatten();
        return number
            .map(Value::Dword)
            .ok_or("dword: needs one to eight hexadecimal digits");
    }
    let number = match kind.strip_prefix("hex") {
        Some("") => 3,
        Some(rest) => rest
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
            .filter(|number| number.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|number| u32::from_str_radix(number, 16).ok())
            .ok_or("hex(...) needs a hexadecimal type number")?,
        None => return Err("a value of no known kind"),
    };
    let bytes = bytes(digits).ok_or("hex: needs pairs of hexadecimal digits and commas")?;
    Ok(from_parts(number, &bytes, if old { ansi } else { utf16 }))
}

/// Comma-separated bytes of one or two digits; a comma at the end is how `regedit` breaks lines.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.trim().trim_end_matches(',');
    if digits.is_empty() {
        return Some(Vec::new());
    }
    digits
        .split(',')
        .map(|byte| {
            let byte = byte.trim();
            let right =
                matches!(byte.len(), 1 | 2) && byte.bytes().all(|digit| digit.is_ascii_hexdigit());
            right.then(|| u8::from_str_radix(byte, 16).ok()).flatten()
        })
        .collect()
}

fn ansi(bytes: &[u8]) -> String {
    WINDOWS_1252
        .decode_without_bom_handling(bytes)
        .0
        .into_owned()
}
