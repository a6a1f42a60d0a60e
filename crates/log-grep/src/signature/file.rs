//! The form of a signature file.

use std::borrow::Cow;

use anyhow::Context as _;
use record::wire::Severity;
use serde::Deserialize;

use super::expression::Expression;
use super::{Pattern, Signature};

/// What a hit of the signature says by itself, before its surroundings are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum When {
    /// Only a failing start writes this text: it is a failure wherever it stands.
    #[default]
    Start,
    /// An exception or message that running apps write too: a failure only where the surroundings
    /// say that the process ended, or where nothing around it says otherwise.
    Any,
    /// A notice that explains, and never is a failure by itself.
    Notice,
    /// The app came up: failures before it are history.
    Healthy,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureFile {
    cause: Option<String>,
    severity: String,
    rank: u8,
    #[serde(default)]
    when: When,
    message: String,
    means: String,
    help: String,
    reference: Option<String>,
    #[serde(default)]
    literals: Vec<String>,
    /// Literals that count only in the entry of an exception: they may be as common as they like.
    #[serde(default)]
    inside: Vec<String>,
    #[serde(default)]
    /// Codes of 32 bits that mean this failure, in any notation.
    pub(super) numbers: Vec<String>,
    /// Status and sub-status of IIS (`502.5`) that mean this failure.
    #[serde(default)]
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read out of the raw text, see raw_list")
    )]
    pub(super) statuses: Vec<String>,
    #[serde(default)]
    providers: Vec<String>,
    #[serde(default)]
    pub(super) event_ids: Vec<String>,
    /// Event ids that `explain` tells of. Unlike `event_ids` they match nothing.
    #[serde(default)]
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read out of the raw text, see raw_list")
    )]
    pub(super) explains: Vec<String>,
    #[serde(default)]
    patterns: Vec<PatternFile>,
    #[serde(default)]
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by the tests of the signatures")
    )]
    pub(super) must: Vec<String>,
    #[serde(default)]
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by the tests of the signatures")
    )]
    pub(super) must_not: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PatternFile {
    /// Which versions write this form; for the reader of the file.
    #[expect(dead_code, reason = "documents the pattern beside it")]
    versions: Option<String>,
    regex: String,
    unless: Option<String>,
}

/// Reads the TOML alone.
pub(super) fn read(text: &str) -> anyhow::Result<SignatureFile> {
    Ok(toml::from_str(text)?)
}

/// Parses one signature; its expressions are compiled when they are tried. The error names the key that is wrong.
pub(super) fn parse(code: Cow<'static, str>, text: &str) -> anyhow::Result<Signature> {
    let file = read(text)?;
    let cause = match &file.cause {
        None => None,
        Some(id) => Some(
            record::cause::find(id)
                .with_context(|| format!("cause: no such id `{id}`"))?
                .id,
        ),
    };
    let severity = match file.severity.as_str() {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        "info" => Severity::Info,
        other => anyhow::bail!("severity: `{other}` is not error, warning or info"),
    };
    anyhow::ensure!(file.rank <= 100, "rank: over 100");
    anyhow::ensure!(
        file.patterns.is_empty() || !file.literals.is_empty() || !file.inside.is_empty(),
        "literals: a signature with patterns needs at least one, here or in `inside`"
    );
    for literal in &file.literals {
        anyhow::ensure!(
            literal.len() >= 4,
            "literals: `{literal}` is shorter than 4 bytes"
        );
    }
    let patterns = file
        .patterns
        .into_iter()
        .map(|pattern| Pattern {
            regex: Expression::new(pattern.regex),
            unless: pattern.unless.map(Expression::new),
        })
        .collect();
    for text in &file.numbers {
        crate::number::parse(text).with_context(|| format!("numbers: `{text}` is no code"))?;
    }
    for text in &file.event_ids {
        text.parse::<u32>()
            .with_context(|| format!("event_ids: `{text}` is no event id"))?;
    }
    Ok(Signature {
        code,
        cause,
        severity,
        rank: file.rank,
        when: file.when,
        message: file.message,
        means: file.means,
        help: file.help,
        reference: file.reference,
        patterns,
        providers: file.providers,
    })
}

/// Names the expression that does not compile.
pub(super) fn check(signature: &Signature) -> anyhow::Result<()> {
    for pattern in &signature.patterns {
        pattern.regex.check().context("patterns.regex")?;
        if let Some(unless) = &pattern.unless {
            unless.check().context("patterns.unless")?;
        }
    }
    Ok(())
}

/// The literals alone, for the prefilter and for the search in exceptions.
pub(super) fn literals(text: &str) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    let file = read(text)?;
    Ok((file.literals, file.inside))
}
