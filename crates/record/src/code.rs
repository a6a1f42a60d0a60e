//! Finding codes: stable names, each with its documentation.

use crate::wire::Severity;

/// One code that a tool can report.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// `area/kebab-name`.
    pub code: &'static str,
    /// The severity that it usually has.
    pub severity: Severity,
    /// Id of [`crate::cause`], where the code always means the same cause.
    pub cause: Option<&'static str>,
    /// Markdown; the first line is the summary.
    pub docs: &'static str,
}

impl Code {
    /// First line of the documentation.
    pub fn summary(&self) -> &'static str {
        let first = self.docs.lines().next().unwrap_or_default();
        first.strip_prefix("//!").unwrap_or(first).trim()
    }

    /// The documentation as Markdown: comment marks of [`module_docs`] taken off.
    pub fn markdown(&self) -> String {
        let mut page = String::with_capacity(self.docs.len());
        for line in self.docs.lines() {
            let line = line.strip_prefix("//!").unwrap_or(line);
            page.push_str(line.strip_prefix(' ').unwrap_or(line));
            page.push('\n');
        }
        page
    }
}

/// The documentation of a source file, and nothing else of it, in the binary: `record::module_docs!("this_rule.rs")`.
/// [`module_docs`] alone would keep the whole file.
#[macro_export]
macro_rules! module_docs {
    ($file:literal) => {{
        const DOCS: &str = $crate::code::module_docs(include_str!($file));
        const BYTES: [u8; DOCS.len()] = $crate::code::copied(DOCS);
        match ::core::str::from_utf8(&BYTES) {
            Ok(docs) => docs,
            Err(_) => "",
        }
    }};
}

/// The bytes of `text` as an array of its own; for [`module_docs!`](crate::module_docs!).
pub const fn copied<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    bytes.copy_from_slice(text.as_bytes());
    bytes
}

/// The leading `//!` lines of a source file, at compile time: a rule's own documentation is what
/// `--explain` prints and what its page holds.
///
/// Rules say [`module_docs!`](crate::module_docs!).
pub const fn module_docs(source: &'static str) -> &'static str {
    let bytes = source.as_bytes();
    let mut end = 0;
    while end + 2 < bytes.len()
        && bytes[end] == b'/'
        && bytes[end + 1] == b'/'
        && bytes[end + 2] == b'!'
    {
        while end < bytes.len() && bytes[end] != b'\n' {
            end += 1;
        }
        if end < bytes.len() {
            end += 1;
        }
    }
    source.split_at(end).0
}

/// Codes that every tool can report: what goes wrong with targets and stdin.
pub static INPUT: &[Code] = &[
    Code {
        code: "input/line-too-long",
        severity: Severity::Error,
        cause: None,
        docs: "A line on stdin is longer than a record can be.\n\nThe line is left out, the rest goes on.",
    },
    Code {
        code: "input/no-records",
        severity: Severity::Error,
        cause: None,
        docs: "Nothing came in on stdin.\n\nThe tool before this one ended without a record; what it says on stderr is why. The tool ends with 2.",
    },
    Code {
        code: "input/not-a-record",
        severity: Severity::Error,
        cause: None,
        docs: "A line on stdin is no JSON object.\n\nThe tools read what another tool of this workspace wrote: one JSON object a line. Text, a table or a UTF-16 file (as `>` in Windows PowerShell 5.1 writes) is not that; use `--output FILE` in place of `>`. The line is shown and left out, the rest goes on.",
    },
    Code {
        code: "input/site-not-understood",
        severity: Severity::Error,
        cause: None,
        docs: "A site record on stdin has a field that cannot be meant so.\n\nA missing field, `null`, a number as text and one value in place of a list are understood, since scripts rebuild records so. What is left is a mistake of whatever changed the record: the line is passed on, and the site is not looked at.",
    },
    Code {
        code: "input/target-not-found",
        severity: Severity::Error,
        cause: None,
        docs: "A target does not exist or cannot be opened.\n\nThe other targets are looked at all the same.",
    },
    Code {
        code: "input/trailing-quote",
        severity: Severity::Warning,
        cause: None,
        docs: "A path ended in a quotation mark, which was dropped.\n\nWindows PowerShell 5.1 passes 'C:\\Program Files\\' as C:\\Program Files\" to a native program. Leave the last backslash out.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docs_are_the_leading_comment() {
        assert_eq!(
            module_docs("//! One.\n//!\n//! Two.\nuse x;\n//! no"),
            "//! One.\n//!\n//! Two.\n"
        );
        const OWN: &str = crate::module_docs!("code.rs");
        assert!(OWN.starts_with("//! Finding codes") && OWN.ends_with("documentation.\n"));
        assert_eq!(module_docs("use x;"), "");
        assert_eq!(module_docs("//! only"), "//! only");
        let code = Code {
            code: "a/b",
            severity: Severity::Info,
            cause: None,
            docs: "//! One.\n//!\n//! Two.\n",
        };
        assert_eq!(code.summary(), "One.");
        assert_eq!(code.markdown(), "One.\n\nTwo.\n");
    }
}
