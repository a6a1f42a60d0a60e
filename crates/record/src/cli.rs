//! Blocks of arguments that every tool shares, so that they are spelt and explained once.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Map, Value};

use crate::generate::Generate;
use crate::output::Layout;
use crate::tally::FailOn;
use crate::undo::Writer;

/// How records are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line, pure ASCII.
    Jsonl,
    /// For reading.
    Text,
    /// A form of the tool's own, see [`HasCommon::layout`].
    Own(&'static str),
}

impl Format {
    /// Accepts `jsonl`, `text` and the names of the tool's own forms. A tool that has some says so with
    /// `#[command(mut_arg("format", |arg| arg.value_parser(Format::parser(&["..."]))))]`.
    pub fn parser(own: &'static [&'static str]) -> impl TypedValueParser<Value = Self> {
        let names = ["jsonl", "text"].into_iter().chain(own.iter().copied());
        PossibleValuesParser::new(names).map(move |name| match name.as_str() {
            "text" => Self::Text,
            other => own
                .iter()
                .find(|own| **own == other)
                .map_or(Self::Jsonl, |own| Self::Own(own)),
        })
    }
}

/// Output, exit code and documentation: in every tool.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct Common {
    /// How records are shown [default: text on a terminal, jsonl elsewhere]
    #[arg(long, value_parser = Format::parser(&[]), value_name = "FORMAT", global = true)]
    pub format: Option<Format>,

    /// Write the records to FILE (UTF-8 without BOM) in place of stdout
    #[arg(long, value_name = "FILE", global = true)]
    pub output: Option<PathBuf>,

    /// From which severity on the exit code is 1; records passed through count
    #[arg(
        long,
        value_enum,
        default_value = "error",
        value_name = "SEVERITY",
        global = true
    )]
    pub fail_on: FailOn,

    /// Explain a finding code and exit
    #[arg(long, value_name = "CODE", exclusive = true)]
    pub explain: Option<String>,

    /// List the finding codes of this tool and exit
    #[arg(long, exclusive = true)]
    pub list_codes: bool,

    /// Print a shell completion script, or the man page, and exit
    #[arg(long, value_enum, value_name = "WHAT", exclusive = true)]
    pub generate: Option<Generate>,
}

impl Common {
    /// Records are shown for reading: asked for, or by default on a terminal.
    pub fn is_readable(&self) -> bool {
        match self.format {
            Some(format) => format == Format::Text,
            None => self.output.is_none() && std::io::stdout().is_terminal(),
        }
    }
}

/// Lets [`crate::tool::main`] find the shared block in a tool's arguments.
pub trait HasCommon {
    fn common(&self) -> &Common;

    /// What writes the records where the tool has a form of its own for them and was asked for it; it
    /// takes the place of JSON Lines and text.
    fn layout(&self) -> Option<Box<dyn Layout>> {
        None
    }
}

/// What a tool looks at; without any of it, the site records on stdin.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Targets")]
pub struct TargetArgs {
    /// App folders or files [default: the site records on stdin]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Read further paths from LIST, one a line (`-`: stdin)
    #[arg(long, value_name = "LIST")]
    pub from_file: Option<PathBuf>,

    /// Take `*` and `?` in paths as they are
    #[arg(long)]
    pub literal_path: bool,
}

impl TargetArgs {
    /// True where targets were named, so that stdin is not read for records.
    pub fn is_given(&self) -> bool {
        !self.paths.is_empty() || self.from_file.is_some()
    }
}

/// Where the drives of a copied or mounted server lie on this machine.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Copied servers")]
pub struct MapArgs {
    /// Folder that holds the copy of a server's system drive (C:)
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,

    /// Folder that stands for a drive or share of the server, e.g. `D:=/mnt/d`
    #[arg(long, value_name = "DRIVE:=DIR")]
    pub map: Vec<String>,
}

/// How a tool that changes things is held back and turned back.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Changes")]
pub struct ChangeArgs {
    /// Change nothing, report what would change; exit 1 if anything would (also -WhatIf)
    #[arg(long, visible_alias = "what-if")]
    pub check: bool,

    /// Write what is needed to undo the change to FILE, before the change
    #[arg(long, value_name = "FILE")]
    pub undo_file: Option<PathBuf>,

    /// Put back what FILE holds
    #[arg(long, value_name = "FILE", conflicts_with = "undo_file")]
    pub undo: Option<PathBuf>,
}

impl ChangeArgs {
    /// The undo file that changes are written to before they are made; none without one, or where nothing is changed.
    fn kept(&self) -> Option<&PathBuf> {
        self.undo_file.as_ref().filter(|_| !self.check)
    }

    /// Opens the undo file of `tool`; none without one, or where nothing is changed.
    ///
    /// # Errors
    /// It cannot be opened, or is no undo file of the tool.
    pub fn open_undo(&self, tool: &'static str) -> anyhow::Result<Option<Writer>> {
        let open = |file: &PathBuf| {
            let cannot = || format!("the undo file {} cannot be opened", file.display());
            Writer::open(file, tool).with_context(cannot)
        };
        self.kept().map(open).transpose()
    }

    /// The `undo` field of an action that was applied: where to find what takes it back.
    pub fn undo_field(&self) -> Map<String, Value> {
        let field = |file: &PathBuf| ("file".to_owned(), file.to_string_lossy().into());
        self.kept().map(field).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    #[command(mut_arg("format", |arg| arg.value_parser(Format::parser(&["sheet"]))))]
    struct Own {
        #[command(flatten)]
        common: Common,
    }

    #[derive(Parser)]
    struct Plain {
        #[command(flatten)]
        common: Common,
    }

    #[test]
    fn a_tool_adds_forms_of_its_own_to_the_shared_ones() {
        let format =
            |name| Own::try_parse_from(["t", "--format", name]).map(|own| own.common.format);
        assert_eq!(format("sheet").unwrap(), Some(Format::Own("sheet")));
        assert_eq!(format("text").unwrap(), Some(Format::Text));
        assert_eq!(format("jsonl").unwrap(), Some(Format::Jsonl));
        assert!(format("other").is_err());
        assert!(Plain::try_parse_from(["t", "--format", "sheet"]).is_err());
    }
}
