//! `*.runtimeconfig.json` as a given host reads it: the app's own and those of the frameworks.

pub(crate) mod chain;
pub(crate) mod modern;
mod source;

pub(crate) use source::{Pair, Source, dialect};

use std::sync::Arc;

use published_app::Problem;
use published_app::json::Position;

use crate::resolve::reference::RollForward;
use iis_config::environment::Environment;

/// What applies to every configuration file that is read in one start: environment and command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// `DOTNET_ROLL_FORWARD_ON_NO_CANDIDATE_FX`, read as a number.
    pub(crate) no_candidate: Option<i32>,
    /// `DOTNET_ROLL_FORWARD` as written.
    pub(crate) roll_forward: Option<String>,
    /// `DOTNET_ROLL_FORWARD_TO_PRERELEASE` reads as 1.
    pub(crate) to_prerelease: bool,
    /// `--roll-forward` or `--roll-forward-on-no-candidate-fx`.
    pub(crate) forced: Option<RollForward>,
    /// `--roll-forward-on-no-candidate-fx` as a 2.x host takes it.
    pub(crate) forced_no_candidate: Option<i32>,
    /// The host keeps texts as UTF-16: it is one for Windows.
    pub(crate) wide_texts: bool,
}

impl Settings {
    pub(crate) fn from_environment(environment: &Environment) -> Settings {
        Settings {
            // an empty variable is as good as none
            no_candidate: environment
                .get("DOTNET_ROLL_FORWARD_ON_NO_CANDIDATE_FX")
                .filter(|text| !text.is_empty())
                .map(c_integer),
            roll_forward: environment
                .get("DOTNET_ROLL_FORWARD")
                .filter(|text| !text.is_empty())
                .map(str::to_owned),
            to_prerelease: environment
                .get("DOTNET_ROLL_FORWARD_TO_PRERELEASE")
                .is_some_and(|text| c_integer(text) == 1),
            forced: None,
            forced_no_candidate: None,
            wide_texts: false,
        }
    }
}

/// A number in the way of C's `atoi`, which the host uses: leading blanks and sign, as many digits as there are, else 0.
pub(crate) fn c_integer(text: &str) -> i32 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let value = digits
        .bytes()
        .take_while(u8::is_ascii_digit)
        .fold(0_i64, |sum, digit| {
            (sum * 10 + i64::from(digit - b'0')).min(i64::from(u32::MAX))
        });
    let signed = if negative { -value } else { value };
    i32::try_from(signed).unwrap_or(if negative { i32::MIN } else { i32::MAX })
}

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum File {
    Main,
    Dev,
}

/// What is wrong, in the terms of an administrator; the host says `InvalidConfigFile` to all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Unreadable,
    Syntax,
    /// A value of the wrong JSON type.
    Type,
    /// No `runtimeOptions` (5.0 and later).
    NoOptions,
    RollForwardValue,
    RollForwardVariable,
    MixedSettings,
    DuplicateFramework,
    NamelessFramework,
    IncludedAndReferenced,
}

/// Why the host refuses a configuration file.
#[derive(Clone, Debug)]
pub(crate) struct ConfigError {
    pub(crate) fault: Fault,
    pub(crate) file: File,
    /// One sentence without position.
    pub(crate) message: String,
    pub(crate) position: Option<Position>,
    /// Where the file cannot be read: the file, and what the system said.
    pub(crate) problem: Option<Arc<Problem>>,
}

impl ConfigError {
    fn unreadable(file: File, problem: &Arc<Problem>) -> ConfigError {
        ConfigError {
            fault: Fault::Unreadable,
            file,
            message: format!("the file cannot be read: {}", problem.kind),
            position: None,
            problem: Some(Arc::clone(problem)),
        }
    }
}

/// An error is the same if its words and place are.
impl PartialEq for ConfigError {
    fn eq(&self, other: &ConfigError) -> bool {
        (self.fault, self.file, &self.message, self.position)
            == (other.fault, other.file, &other.message, other.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_c_reads_them() {
        for (text, value) in [
            ("1", 1),
            ("01", 1),
            (" 1", 1),
            ("1x", 1),
            ("true", 0),
            ("", 0),
            ("-2", -2),
            ("+2", 2),
            ("99999999999", i32::MAX),
        ] {
            assert_eq!(c_integer(text), value, "{text:?}");
        }
    }
}
