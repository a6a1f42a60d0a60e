//! Environment variables as Windows has them: names ignore case, `%NAME%` in text is replaced.
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

/// A set of environment variables. Names are kept as given and found without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// Name as given and value, sorted by folded name. Shared: each app of a server begins with the server's own.
    variables: Arc<Vec<(String, String)>>,
}

/// A name or path in the form that is compared: Windows folds each character to one upper-case character, which
/// leaves `ß` and other characters without a single counterpart alone.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    text.chars().map(fold_character).collect()
}

/// See [`fold`].
#[must_use]
pub fn fold_character(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        // Windows keeps the dotless i apart from i.
        (Some(_), None) if matches!(c, '\u{131}' | '\u{17F}') => c,
        (Some(one), None) => one,
        _ => c,
    }
}

/// Whether two names are the same to Windows.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a == b || order(a, b).is_eq()
}

/// The order of two names once folded.
fn order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        let upper = |byte: u8| byte.to_ascii_uppercase();
        return a.bytes().map(upper).cmp(b.bytes().map(upper));
    }
    let folded = a.chars().map(fold_character);
    folded.cmp(b.chars().map(fold_character))
}

impl Environment {
    /// No variables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Where a variable is, or would be.
    fn find(&self, name: &str) -> Result<usize, usize> {
        self.variables
            .binary_search_by(|(known, _)| order(known, name))
    }

    /// Sets a variable; one of the same name in another case is replaced. Gives the value before.
    pub fn set(&mut self, name: &str, value: &str) -> Option<String> {
        let found = self.find(name);
        let variable = (name.to_owned(), value.to_owned());
        let variables = Arc::make_mut(&mut self.variables);
        match found {
            Ok(at) => Some(std::mem::replace(&mut variables[at], variable).1),
            Err(at) => {
                variables.insert(at, variable);
                None
            }
        }
    }

    /// Takes a variable out. Gives the value that it had.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        let at = self.find(name).ok()?;
        Some(Arc::make_mut(&mut self.variables).remove(at).1)
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.find(name).ok()?;
        self.variables.get(at).map(|(_, value)| value.as_str())
    }

    /// Names as given and values, in the order of the folded names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Replaces each `%NAME%` of a known variable, as `ExpandEnvironmentStrings` does: percent signs pair up from the
    /// left, an unknown name stays as it is with both of its own, and values are not expanded again.
    #[must_use]
    pub fn expand<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !text.contains('%') {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('%') {
            out.push_str(&rest[..start]);
            rest = &rest[start..];
            let Some(length) = rest[1..].find('%') else {
                break;
            };
            let name = &rest[1..=length];
            out.push_str(self.get(name).unwrap_or(&rest[..length + 2]));
            rest = &rest[length + 2..];
        }
        out.push_str(rest);
        Cow::Owned(out)
    }

    /// Names between percent signs that no variable has and that look like names: what [`Environment::expand`] leaves.
    #[must_use]
    pub fn unknown<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let like_a_name = |name: &str| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '(' | ')' | ':'))
        };
        let mut names = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find('%') {
            rest = &rest[start + 1..];
            let Some(length) = rest.find('%') else { break };
            let name = &rest[..length];
            if like_a_name(name) && self.get(name).is_none() {
                names.push(name);
            }
            rest = &rest[length + 1..];
        }
        names
    }

    /// What every Windows server has where nothing was moved: `SystemDrive`, `SystemRoot`, `windir`, `ProgramFiles`
    /// and so on. The base for reading the configuration of a copied server.
    #[must_use]
    pub fn windows_defaults() -> Self {
        static DEFAULTS: LazyLock<Environment> = LazyLock::new(|| {
            [
                ("SystemDrive", r"C:"),
                ("SystemRoot", r"C:\Windows"),
                ("windir", r"C:\Windows"),
                ("ProgramFiles", r"C:\Program Files"),
                ("ProgramFiles(x86)", r"C:\Program Files (x86)"),
                ("ProgramW6432", r"C:\Program Files"),
                ("ProgramData", r"C:\ProgramData"),
                ("ALLUSERSPROFILE", r"C:\ProgramData"),
                ("PUBLIC", r"C:\Users\Public"),
                ("CommonProgramFiles", r"C:\Program Files\Common Files"),
            ]
            .into_iter()
            .collect()
        });
        DEFAULTS.clone()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Environment {
    /// Later values of a name win.
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(variables: I) -> Self {
        let mut environment = Self::new();
        for (name, value) in variables {
            environment.set(name, value);
        }
        environment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ignore_case_and_keep_their_spelling() {
        let mut environment = Environment::new();
        environment.set("Path", "a");
        assert_eq!(environment.set("PATH", "b").as_deref(), Some("a"));
        assert_eq!(environment.get("path"), Some("b"));
        assert_eq!(environment.iter().collect::<Vec<_>>(), [("PATH", "b")]);
        assert_eq!(environment.remove("pAtH").as_deref(), Some("b"));
        assert_eq!(environment.get("path"), None);
    }

    #[test]
    fn known_names_are_replaced_and_unknown_ones_stay() {
        let environment: Environment = [
            ("SystemDrive", "C:"),
            ("A", "%B%"),
            ("B", "b"),
            ("ProgramFiles(x86)", "x"),
        ]
        .into_iter()
        .collect();
        for (text, expanded) in [
            ("", ""),
            ("plain", "plain"),
            (r"%SystemDrive%\inetpub", r"C:\inetpub"),
            (r"%SYSTEMDRIVE%\x%systemdrive%", r"C:\xC:"),
            ("%A%", "%B%"),
            ("%unknown%", "%unknown%"),
            ("%unknown%B%", "%unknown%B%"),
            ("100%", "100%"),
            ("%%B%%", "%%B%%"),
            ("%", "%"),
            ("%%", "%%"),
            ("% B %", "% B %"),
            ("%unknown%%B%", "%unknown%b"),
            ("%ProgramFiles(x86)%", "x"),
            ("ä%B%ö", "äbö"),
        ] {
            assert_eq!(environment.expand(text), expanded, "{text}");
        }
        assert_eq!(
            environment.unknown("%LAUNCHER_PATH% %B% %x%"),
            ["LAUNCHER_PATH", "x"]
        );
        assert!(environment.unknown("100% of %B% and 50%").is_empty());
    }

    #[test]
    fn folding_is_one_character_to_one() {
        assert!(same("ÄÖé", "äöÉ"));
        assert!(!same("straße", "STRASSE"));
        assert_eq!(fold("ß"), "ß");
        assert!(!same("ı", "I"));
    }
}
