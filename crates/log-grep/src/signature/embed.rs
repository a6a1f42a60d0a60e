//! The text of a signature file as the binary holds it: without the lines that must and must not match, which only
//! tests read. They are a sixth of all signatures.

/// The bytes of `text` that stay, written to the front of `out`; their number.
const fn keep(text: &[u8], out: &mut [u8]) -> usize {
    let mut kept = 0;
    let mut inside = false;
    let mut start = 0;
    while start < text.len() {
        let mut end = start;
        while end < text.len() && text[end] != b'\n' {
            end += 1;
        }
        let line = text.split_at(end).0.split_at(start).1;
        let begins = !inside && (starts(line, b"must = [") || starts(line, b"must_not = ["));
        if begins || inside {
            inside =
                !(!line.is_empty() && line[line.len() - 1] == b']' && (begins || line.len() == 1));
        } else {
            let mut at = start;
            while at < text.len() && at <= end {
                if kept < out.len() {
                    out[kept] = text[at];
                }
                kept += 1;
                at += 1;
            }
        }
        start = end + 1;
    }
    kept
}

const fn starts(line: &[u8], prefix: &[u8]) -> bool {
    let mut at = 0;
    while at < prefix.len() {
        if at >= line.len() || line[at] != prefix[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// How many bytes of `text` stay.
pub(super) const fn kept_length(text: &str) -> usize {
    keep(text.as_bytes(), &mut [])
}

/// The bytes of `text` that stay; `LENGTH` is [`kept_length`].
pub(super) const fn kept<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    keep(text.as_bytes(), &mut bytes);
    bytes
}

/// Code and text of each signature file named.
macro_rules! signatures {
    ($($code:literal),+ $(,)?) => {
        &[$(($code, {
            const WHOLE: &str = include_str!(concat!("../../signatures/", $code, ".toml"));
            const KEPT: [u8; embed::kept_length(WHOLE)] = embed::kept(WHOLE);
            match ::core::str::from_utf8(&KEPT) {
                Ok(text) => text,
                Err(_) => "",
            }
        })),+]
    };
}
pub(super) use signatures;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lines_for_tests_go() {
        const WHOLE: &str = "rank = 1\nmust = [\n  '''a\n]b''',\n]\nmust_not = [\"x\"]\nmeans = \"must = [\"\n[[patterns]]";
        const KEPT: [u8; kept_length(WHOLE)] = kept(WHOLE);
        assert_eq!(
            str::from_utf8(&KEPT),
            Ok("rank = 1\nmeans = \"must = [\"\n[[patterns]]")
        );
    }
}
