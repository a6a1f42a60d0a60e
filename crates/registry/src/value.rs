//! Values and the bytes that the registry keeps them as.

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

/// A value whose text is of another encoding.
pub(crate) fn from_parts(kind: u32, bytes: &[u8], decode: fn(&[u8]) -> String) -> Value {
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

/// UTF-16LE; an odd last byte is dropped, half a pair becomes U+FFFD.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    let units = bytes
        .chunks_exact(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
