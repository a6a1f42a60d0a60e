//! The workspace's own Rust sources as tokens: comments and the inside of strings are no code.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::workspace;

/// A source file.
pub struct Source {
    /// Below the checkout, with `/`.
    pub path: String,
    pub text: String,
    pub tokens: Vec<Token>,
    tests: Vec<RangeInclusive<usize>>,
}

/// A token; a group is its opening token, its content, its closing token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// As written; a string literal with its quotes.
    pub text: String,
    /// 1-based.
    pub line: usize,
    /// For an opening token where its closing one is, for any other its own place.
    pub end: usize,
}

/// All sources of the members.
#[must_use]
pub fn sources() -> Vec<Source> {
    let root = workspace::root();
    let mut paths = Vec::new();
    for folder in ["crates", "tests"] {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    paths
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a source file is UTF-8");
            let relative = path
                .strip_prefix(&root)
                .expect("below the root")
                .to_string_lossy()
                .replace('\\', "/");
            let stream: TokenStream = text
                .parse()
                .unwrap_or_else(|error| panic!("{relative}: {error}"));
            let mut tokens = Vec::new();
            flatten(stream, &mut tokens);
            let tests = Vec::new();
            Source {
                path: relative,
                text,
                tokens,
                tests,
            }
            .mark_tests()
        })
        .collect()
}

/// Every file below a folder, links not followed.
pub fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let entry = entry.expect("the folder is readable");
        if entry.file_type().expect("the entry is there").is_dir() {
            collect(&entry.path(), paths);
        } else {
            paths.push(entry.path());
        }
    }
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        let end = tokens.len();
        let TokenTree::Group(group) = tree else {
            tokens.push(Token {
                text: tree.to_string(),
                line,
                end,
            });
            continue;
        };
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        tokens.push(Token {
            text: open.into(),
            line,
            end,
        });
        flatten(group.stream(), tokens);
        let close_at = tokens.len();
        tokens[end].end = close_at;
        tokens.push(Token {
            text: close.into(),
            line: group.span_close().start().line,
            end: close_at,
        });
    }
}

impl Source {
    /// Where the tokens stand one after the other.
    #[must_use]
    pub fn find(&self, wanted: &[&str]) -> Vec<usize> {
        let at = |start: usize| {
            wanted
                .iter()
                .zip(&self.tokens[start..])
                .all(|(wanted, token)| *wanted == token.text)
        };
        let last = (self.tokens.len() + 1).saturating_sub(wanted.len());
        (0..last).filter(|start| at(*start)).collect()
    }

    /// `path:line` of a token.
    #[must_use]
    pub fn place(&self, token: usize) -> String {
        format!("{}:{}", self.path, self.tokens[token].line)
    }

    /// Whether a token is part of a test: a file of tests, or an item marked `#[cfg(test)]`.
    #[must_use]
    pub fn is_test(&self, token: usize) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
            || self.tests.iter().any(|item| item.contains(&token))
    }

    /// Where the items marked `#[cfg(test)]` lie.
    fn mark_tests(mut self) -> Self {
        for mark in self.find(&["cfg", "(", "test", ")", "]"]) {
            let mut rest = mark..self.tokens.len();
            let body = rest.find(|at| matches!(self.tokens[*at].text.as_str(), "{" | ";"));
            self.tests
                .extend(body.map(|body| mark..=self.tokens[body].end));
        }
        self
    }
}
