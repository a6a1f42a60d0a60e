//! `&amp;` and `&#x41;` in values, both ways.
use std::borrow::Cow;

/// What stands between `&` and `;`: one of XML's five names or a character by number.
pub(super) fn resolve(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                    u32::from_str_radix(hex, 16).ok()?
                }
                None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok()?,
                _ => return None,
            };
            char::from_u32(code).filter(|c| super::markup::is_character(*c))?
        }
    })
}

/// The value of an attribute from its raw text, which is known to be well-formed.
pub(super) fn attribute_value(raw: &str) -> Cow<'_, str> {
    let Some(first) = raw
        .bytes()
        .position(|b| matches!(b, b'&' | b'\n' | b'\r' | b'\t'))
    else {
        return Cow::Borrowed(raw);
    };
    let mut value = String::with_capacity(raw.len());
    value.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while let Some(c) = rest.chars().next() {
        let mut used = c.len_utf8();
        match c {
            '&' => match rest
                .find(';')
                .and_then(|end| Some((end, resolve(&rest[1..end])?)))
            {
                Some((end, character)) => {
                    value.push(character);
                    used = end + 1;
                }
                None => value.push('&'),
            },
            '\r' => {
                value.push(' ');
                if rest[1..].starts_with('\n') {
                    used = 2;
                }
            }
            '\n' | '\t' => value.push(' '),
            other => value.push(other),
        }
        rest = &rest[used..];
    }
    Cow::Owned(value)
}

/// A value as it stands between double or single quotes.
pub(super) fn escape(value: &str, quote: char) -> String {
    let mut raw = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => raw.push_str("&amp;"),
            '<' => raw.push_str("&lt;"),
            '>' => raw.push_str("&gt;"),
            '"' if quote == '"' => raw.push_str("&quot;"),
            '\'' if quote == '\'' => raw.push_str("&apos;"),
            '\n' => raw.push_str("&#xA;"),
            '\r' => raw.push_str("&#xD;"),
            '\t' => raw.push_str("&#x9;"),
            other => raw.push(other),
        }
    }
    raw
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_resolved_and_escaped_back() {
        assert_eq!(attribute_value("plain"), "plain");
        assert_eq!(
            attribute_value("a&amp;b&lt;&gt;&quot;&apos;&#65;&#x42;"),
            "a&b<>\"'AB"
        );
        assert_eq!(attribute_value("a\r\nb\tc\nd"), "a b c d");
        assert_eq!(escape("a&\"<'\n", '"'), "a&amp;&quot;&lt;'&#xA;");
        assert_eq!(
            attribute_value(&escape("a&\"<'\t\r\n\u{e4}", '\'')),
            "a&\"<'\t\r\n\u{e4}"
        );
        for bad in [
            "",
            "#",
            "#x",
            "#0",
            "#xD800",
            "#x110000",
            "#99999999999",
            "nbsp",
            "#+5",
        ] {
            assert_eq!(resolve(bad), None, "{bad}");
        }
    }
}
