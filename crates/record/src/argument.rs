//! Arguments as Windows PowerShell 5.1 hands them on: it puts `'C:\Program Files\'` between quotation marks as it is, and
//! the C runtime reads the backslash before the second one as its escape. So the mark becomes part of the argument, and so
//! does all that follows up to the next mark.

use std::any::TypeId;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Command;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

/// Paths out of which a mark was taken.
#[derive(Clone, Default)]
pub(crate) struct Dropped(Arc<Mutex<Vec<PathBuf>>>);

impl Dropped {
    fn add(&self, path: PathBuf) {
        let mut dropped = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !dropped.contains(&path) {
            dropped.push(path);
        }
    }

    /// The paths so far, each once.
    pub(crate) fn take(&self) -> Vec<PathBuf> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The command with a parser for all its paths, which takes a mark at their end away and refuses one inside.
pub(crate) fn paths(command: Command, dropped: &Dropped) -> Command {
    let for_arguments = dropped.clone();
    let command = command.mut_args(move |arg| {
        if arg.get_value_parser().type_id() != TypeId::of::<PathBuf>() {
            return arg;
        }
        let dropped = for_arguments.clone();
        arg.value_parser(OsStringValueParser::new().try_map(move |value| path(value, &dropped)))
    });
    let for_subcommands = dropped.clone();
    command.mut_subcommands(move |subcommand| paths(subcommand, &for_subcommands))
}

fn path(value: OsString, dropped: &Dropped) -> Result<PathBuf, String> {
    let path = PathBuf::from(&value);
    let Some(text) = value.to_str().filter(|text| text.contains('"')) else {
        return Ok(path);
    };
    // elsewhere than on Windows a file may have such a name
    if fs::symlink_metadata(&path).is_ok() {
        return Ok(path);
    }
    match text.split_once('"') {
        Some((start, "")) => {
            let path = PathBuf::from(start);
            dropped.add(path.clone());
            Ok(path)
        }
        _ if std::path::MAIN_SEPARATOR == '\\' => Err(
            "it holds a quotation mark: leave out the backslash at the end of a quoted path, which PowerShell 5.1 cannot pass on"
                .to_owned(),
        ),
        _ => Ok(path),
    }
}

/// The arguments with those taken apart that a mark at a path's end has glued to the options behind it:
/// `C:\Program Files\Shop" --format text` is three.
pub(crate) fn apart(argument: OsString) -> Vec<OsString> {
    let parts = argument.to_str().and_then(|text| {
        let (start, rest) = text.split_once('"')?;
        let glued = start.contains('\\') && rest.starts_with(" -");
        (glued && fs::symlink_metadata(text).is_err()).then(|| (start.to_owned(), rest.to_owned()))
    });
    let Some((start, rest)) = parts else {
        return vec![argument];
    };
    let mut all = vec![OsString::from(format!("{start}\""))];
    all.extend(words(&rest).into_iter().map(OsString::from));
    all
}

/// Words between blanks; what stands between quotation marks is one.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    for character in text.chars() {
        match character {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' | '\t' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;
    use crate::cli::{Common, TargetArgs};

    fn taken(argument: &str) -> Vec<String> {
        apart(argument.into())
            .into_iter()
            .map(|part| part.into_string().unwrap())
            .collect()
    }

    #[test]
    fn options_behind_a_glued_path_are_options_again() {
        assert_eq!(
            taken(r#"C:\Program Files\Shop" --format text"#),
            [r#"C:\Program Files\Shop""#, "--format", "text"]
        );
        assert_eq!(
            taken(r#"--root=D:\a b" --site "My Shop" -x"#),
            [r#"--root=D:\a b""#, "--site", "My Shop", "-x"]
        );
        for whole in [r#"C:\a""#, r#"C:\a" b"#, r#"say "a" -b"#, r"C:\a -b", "--x"] {
            assert_eq!(taken(whole), [whole]);
        }
    }

    #[test]
    fn every_path_of_a_command_loses_the_mark_at_its_end() {
        let dropped = Dropped::default();
        let command = TargetArgs::augment_args(Common::augment_args(Command::new("t")));
        let command = paths(command, &dropped).subcommand(Command::new("s"));
        let matches = command
            .try_get_matches_from([
                "t",
                r#"no\a""#,
                "--output",
                r#"no\b""#,
                "--from-file=no\\c\"",
            ])
            .unwrap();
        let targets = TargetArgs::from_arg_matches(&matches).unwrap();
        let common = Common::from_arg_matches(&matches).unwrap();
        assert_eq!(targets.paths, [PathBuf::from(r"no\a")]);
        assert_eq!(targets.from_file, Some(PathBuf::from(r"no\c")));
        assert_eq!(common.output, Some(PathBuf::from(r"no\b")));
        assert_eq!(dropped.take().len(), 3);
        assert!(dropped.take().is_empty());
    }

    #[test]
    fn a_mark_inside_a_path_is_named_on_windows() {
        let result = path(r#"C:\a" C:\b"#.into(), &Dropped::default());
        assert_eq!(
            result.is_err(),
            std::path::MAIN_SEPARATOR == '\\',
            "{result:?}"
        );
    }
}
