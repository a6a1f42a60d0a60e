//! Which names are a secret's.

use std::sync::LazyLock;

use regex_lite::Regex;

/// Words that make a name a secret's, as an alternation of a pattern.
pub(super) const WORDS: &str = "(?:passw(?:or)?d|passphrase|pwd|secret|token|key|credential)";

static SECRET: LazyLock<Regex> =
    LazyLock::new(|| super::pattern(&format!("(?i){WORDS}|connectionstring")));

/// True for a variable or setting whose value is a secret by its name:
/// `*PASSWORD*`, `*SECRET*`, `*KEY*`, `*TOKEN*` and their short forms, ignoring case.
pub fn is_secret_name(name: &str) -> bool {
    !is_harmless(name) && SECRET.is_match(name)
}

/// Names that look like a secret's and are none: assembly identities, and those that say where a
/// secret lies (`KEY_FILE`, `KeyVaultName`).
pub(super) fn is_harmless(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "publickeytoken" | "publickey" | "cancellationtoken"
    ) || [
        "name", "uri", "url", "path", "file", "length", "size", "type",
    ]
    .iter()
    .any(|word| ends_with_word(name, word))
}

/// `KEY_FILE` and `KeyFile` end with the word `file`, `PASSWORD_PROFILE` does not.
fn ends_with_word(name: &str, word: &str) -> bool {
    let Some(at) = name.len().checked_sub(word.len()) else {
        return false;
    };
    let (before, end) = name.as_bytes().split_at(at);
    end.eq_ignore_ascii_case(word.as_bytes())
        && match before.last() {
            None => false,
            Some(byte) if byte.is_ascii_alphanumeric() => {
                end[0].is_ascii_uppercase() && !byte.is_ascii_uppercase()
            }
            Some(_) => true,
        }
}
