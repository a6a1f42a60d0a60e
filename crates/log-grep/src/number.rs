//! Codes of 32 bits in every notation that logs use: `0x8007023e`, `8007023e`, `-2147450730`,
//! `2147516566`, `0xffffffff80008096` (sign-extended to 64 bits).

/// The code behind one notation. Eight hexadecimal digits without `0x` count as hexadecimal when
/// they hold a letter or begin with 8, c or e (a severity bit), else as decimal.
pub(crate) fn parse(text: &str) -> Option<u32> {
    let text = text.trim();
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return from_hex(hex);
    }
    if let Some(digits) = text.strip_prefix('-') {
        let value: u64 = digits.parse().ok()?;
        // -2^31 ..= -1, or the same sign-extended
        return (value <= 1 << 31).then(|| (value as u32).wrapping_neg());
    }
    let all_hex = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let has_letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    let failure = matches!(
        text.as_bytes().first(),
        Some(b'8' | b'c' | b'C' | b'e' | b'E')
    );
    if all_hex && (has_letter || (text.len() == 8 && failure) || text.len() == 16) {
        return from_hex(text);
    }
    let value: u64 = text.parse().ok()?;
    from_wide(value)
}

fn from_hex(hex: &str) -> Option<u32> {
    if hex.is_empty() || hex.len() > 16 {
        return None;
    }
    from_wide(u64::from_str_radix(hex, 16).ok()?)
}

/// 32 bits as they are; 64 bits only when they are a sign-extended code.
fn from_wide(value: u64) -> Option<u32> {
    match value >> 32 {
        0 | 0xffff_ffff => Some(value as u32),
        _ => None,
    }
}

/// `0x8007023e`.
pub(crate) fn hex(code: u32) -> String {
    format!("{code:#010x}")
}

/// Numbers that stand in the line behind a word that announces a code, in the order of the line.
/// At most eight.
pub(crate) fn in_line(line: &[u8]) -> Vec<u32> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < line.len() && found.len() < 8 {
        let start = at;
        while at < line.len() && is_number_byte(line[at]) {
            at += 1;
        }
        if at == start {
            at += 1;
            continue;
        }
        let before = start.checked_sub(1).map(|index| line[index]);
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.') {
            continue;
        }
        let after = line.get(at).copied();
        if after.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            continue;
        }
        if let Ok(text) = std::str::from_utf8(&line[start..at])
            && let Some(code) = parse(text)
        {
            found.push(code);
        }
    }
    found
}

fn is_number_byte(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_is_one_code() {
        for text in [
            "0x80008096",
            "80008096",
            "-2147450730",
            "2147516566",
            "0xffffffff80008096",
            "18446744071562100886",
            "0X80008096",
        ] {
            assert_eq!(parse(text), Some(0x8000_8096), "{text}");
        }
        assert_eq!(parse("-532462766"), Some(0xe043_4352));
        assert_eq!(parse("e0434352"), Some(0xe043_4352));
        assert_eq!(parse("0"), Some(0));
        assert_eq!(parse("1"), Some(1));
        assert_eq!(parse("502"), Some(502));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in [
            "",
            "0x",
            "0x123456789",
            "zz",
            "-",
            "99999999999999999999999",
            "-99999999999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_of_a_line_in_order() {
        assert_eq!(
            in_line(b"ErrorCode = '0x80004005 : e0434352'."),
            [0x8000_4005, 0xe043_4352]
        );
        assert!(in_line(b"v1.2.3 abc80008096 x80008096").is_empty());
    }
}
