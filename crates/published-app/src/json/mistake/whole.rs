//! Files that are something else as a whole, and what other tools left in them.

use super::{Guess, Mistake, MistakeKind};
use crate::json::token::ErrorKind;

impl<'b> Guess<'b> {
    pub(super) fn whole_file(&self) -> Option<Mistake> {
        use MistakeKind::{Empty, OtherFormat, Utf16};
        let head = self.data.trim_ascii_start();
        if self.data.is_empty() {
            return self.mistake(Empty, 0, "the file is empty");
        }
        if self.data.iter().all(|&byte| byte == 0) {
            return self.mistake(Empty, 0, "the file holds nothing but zero bytes, as after a crash or a full disk while it was written");
        }
        let zeros = self.data.iter().take(64).filter(|&&byte| byte == 0).count();
        if zeros >= 8 || (zeros > 0 && self.data.len() < 16) {
            return self.mistake(Utf16, 0, "the file is UTF-16 without a byte-order mark, which is read as UTF-8: save it as UTF-8");
        }
        if self.error.kind == ErrorKind::NoTokens {
            return self.mistake(Empty, 0, "the file holds no value, only blanks or comments");
        }
        if !self.tokens.is_empty() {
            return None;
        }
        match head {
            [b'<', b'<', ..] => None,
            [b'<', ..] => self.mistake(OtherFormat, self.at, "this is XML or HTML, not JSON"),
            _ if head.starts_with(b"version https://git-lfs") => {
                self.mistake(OtherFormat, self.at, "this is a pointer of Git LFS: the file itself was not fetched before the deployment")
            }
            _ => None,
        }
    }

    pub(super) fn conflict(&self) -> Option<Mistake> {
        let line = self.text.line(self.error.position.line)?;
        let found = [&b"<<<<<<<"[..], b"=======", b">>>>>>>", b"|||||||"]
            .into_iter()
            .any(|marker| line.trim_ascii_start().starts_with(marker));
        found.then(|| {
            self.mistake(
                MistakeKind::MergeConflict,
                self.at,
                "a merge conflict was left in the file",
            )
        })?
    }

    pub(super) fn deploy_token(&self) -> Option<Mistake> {
        let rest = String::from_utf8_lossy(&self.rest()[..self.rest().len().min(200)]).into_owned();
        let line = rest.lines().next().unwrap_or_default();
        let pairs = [
            ("#{", "}"),
            ("__", "__"),
            ("$(", ")"),
            ("{{", "}}"),
            ("${", "}"),
            ("<%", "%>"),
            ("%", "%"),
            ("@@", "@@"),
            ("[[", "]]"),
        ];
        // the reader may already have taken a brace or two of the token
        let before = self.at.saturating_sub(2);
        let start = [self.at, before.max(self.at.saturating_sub(1)), before]
            .into_iter()
            .find_map(|start| {
                let text =
                    String::from_utf8_lossy(&self.data[start..(start + 200).min(self.data.len())])
                        .into_owned();
                let text = text.lines().next()?.to_owned();
                let (open, close) = pairs.iter().find(|(open, _)| text.starts_with(open))?;
                let name = text[open.len()..].split_once(close)?.0;
                let fits = !name.is_empty()
                    && name.len() < 100
                    && name
                        .chars()
                        .all(|c| c.is_alphanumeric() || "_.-: ".contains(c));
                fits.then(|| format!("{open}{name}{close}"))
            });
        if let Some(token) = start {
            return self.mistake(
                MistakeKind::DeployToken,
                self.at,
                format!("'{token}' looks like a placeholder that the deployment did not replace"),
            );
        }
        (line.starts_with('#') && !line.starts_with("#{")).then(|| {
            self.mistake(
                MistakeKind::Comment,
                self.at,
                "'#' begins no comment in JSON: .NET knows // and /* */",
            )
        })?
    }
}
