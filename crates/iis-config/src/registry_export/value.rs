//! Values and how an export spells those that are not plain text.

use encoding_rs::WINDOWS_1252;

use super::line::utf16;

/// A registry value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `REG_SZ`, without the closing zero.
    Text(String),
    /// `REG_EXPAND_SZ`: text with `%NAME%` in it, not expanded.
    Expand(String),
    /// `REG_MULTI_SZ`.
    List(Vec<String>),
    /// `REG_DWORD`.
    Dword(u32),
    /// `REG_QWORD`.
    Qword(u64),
    /// Any other type by its number (3 is `REG_BINARY`), or one whose bytes do not fit its type.
    Binary(u32, Vec<u8>),
}

impl Value {
    /// The text of a `REG_SZ` or `REG_EXPAND_SZ` value.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Expand(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a `REG_DWORD` or `REG_QWORD` value.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Dword(number) => Some(u64::from(*number)),
            Self::Qword(number) => Some(*number),
            _ => None,
        }
    }

    /// A value as the registry keeps it: the type's number (`winnt.h`: 1 is `REG_SZ`, 2 `REG_EXPAND_SZ`, 4 `REG_DWORD`,
    /// 7 `REG_MULTI_SZ`, 11 `REG_QWORD`) and its bytes, text in UTF-16LE.
    #[must_use]
    pub fn from_parts(kind: u32, bytes: &[u8]) -> Self {
        from_parts(kind, bytes, utf16)
    }
}

fn from_parts(kind: u32, bytes: &[u8], decode: fn(&[u8]) -> String) -> Value {
    match (kind, bytes) {
        (1, _) => Value::Text(until_zero(decode(bytes))),
        (2, _) => Value::Expand(until_zero(decode(bytes))),
        (7, _) => {
            // Each text ends with a zero, the list with an empty text; what follows that is not part of it.
            let all = decode(bytes);
            Value::List(
                all.split('\0')
                    .take_while(|text| !text.is_empty())
                    .map(str::to_owned)
                    .collect(),
            )
        }
        (4, &[a, b, c, d]) => Value::Dword(u32::from_le_bytes([a, b, c, d])),
        (11, &[a, b, c, d, e, f, g, h]) => {
            Value::Qword(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
        }
        _ => Value::Binary(kind, bytes.to_vec()),
    }
}

fn until_zero(mut text: String) -> String {
    text.truncate(text.find('\0').unwrap_or(text.len()));
    text
}

fn ansi(bytes: &[u8]) -> String {
    WINDOWS_1252
        .decode_without_bom_handling(bytes)
        .0
        .into_owned()
}

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
