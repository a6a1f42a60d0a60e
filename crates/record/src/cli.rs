//! Blocks of arguments that every tool shares, so that they are spelt and explained once.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::generate::Generate;
use crate::tally::FailOn;

/// How records are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line, pure ASCII.
    Jsonl,
    /// For reading.
    Text,
}

/// Output, exit code and documentation: in every tool.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct Common {
    /// How records are shown [default: text on a terminal, jsonl elsewhere]
    #[arg(long, value_enum, global = true)]
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

/// Lets [`crate::tool::main`] find the shared block in a tool's arguments.
pub trait HasCommon {
    fn common(&self) -> &Common;
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
