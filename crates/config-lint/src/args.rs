use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use record::cli::{ChangeArgs, Common, Format, HasCommon, MapArgs, TargetArgs};
use record::output::Layout;

use crate::layout;

/// Finds what is wrong in the configuration of an ASP.NET Core app behind IIS, and repairs it
#[derive(Parser, Debug)]
#[command(
    name = "config-lint",
    version,
    subcommand_negates_reqs = true,
    mut_arg("format", |arg| arg.value_parser(Format::parser(&["sarif", "github"]))),
    after_help = EXAMPLES,
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: Common,

    #[command(flatten)]
    pub(crate) targets: TargetArgs,

    #[command(flatten)]
    pub(crate) map: MapArgs,

    #[command(flatten)]
    pub(crate) lint: LintArgs,

    #[command(flatten)]
    pub(crate) fix: FixArgs,

    #[command(flatten)]
    pub(crate) change: ChangeArgs,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const EXAMPLES: &str = r"Examples:
  config-lint C:\inetpub\shop                        what is wrong with one app
  site-list | config-lint                            all apps of this server
  config-lint --fix --check C:\inetpub\shop          what --fix would change
  config-lint --fix --only stdout-log/off DIR        turn the stdout log on, make its folder
  config-lint diagnostics on --for 30m DIR           log everything for half an hour
  config-lint --format sarif --output lint.sarif DIR for code scanning
  config-lint --explain web-config/launcher-placeholder";

/// Which findings are told.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Rules")]
pub(crate) struct LintArgs {
    /// Levels and exceptions (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Leave out what FILE, the JSON Lines of an earlier run, already tells
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Folder of the server's own section schemas (inetsrv\config\schema); every section is checked against them
    #[arg(long, value_name = "DIR")]
    pub(crate) schema_dir: Option<PathBuf>,

    /// The server's registry, an export (.reg) or the hive `System32\config\SYSTEM`, for the machine's environment
    /// variables; repeat it for several parts [default: that of this machine, or the hive below --root]
    #[arg(long, value_name = "FILE")]
    pub(crate) registry: Vec<PathBuf>,
}

/// What is repaired.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Repairs")]
pub(crate) struct FixArgs {
    /// Repair what can be repaired safely: warnings and errors, or the codes of --only
    #[arg(long)]
    pub(crate) fix: bool,

    /// Repair only these codes
    #[arg(long, value_name = "CODE", value_delimiter = ',', requires = "fix")]
    pub(crate) only: Vec<String>,

    /// Show what --fix would change as a unified diff; nothing is written
    #[arg(long)]
    pub(crate) diff: bool,

    /// Switch the app to this hosting model
    #[arg(long, value_enum, value_name = "MODEL", conflicts_with = "fix")]
    pub(crate) hosting_model: Option<Model>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Model {
    #[value(name = "inprocess")]
    InProcess,
    #[value(name = "outofprocess")]
    OutOfProcess,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Switch the stdout log and the module's debug log on for a while
    Diagnostics {
        #[command(subcommand)]
        switch: Switch,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Switch {
    /// Switch logging on; with --for wait and switch it off again, also on Ctrl-C
    On {
        #[command(flatten)]
        targets: TargetArgs,

        /// How long, e.g. 90s, 30m, 2h [default: until `diagnostics off`]
        #[arg(long = "for", value_name = "TIME", value_parser = duration)]
        period: Option<std::time::Duration>,

        /// Change nothing, report what would change
        #[arg(long, visible_alias = "what-if")]
        check: bool,
    },
    /// Put the exact bytes back that were there before
    Off {
        #[command(flatten)]
        targets: TargetArgs,

        /// Change nothing, report what would change
        #[arg(long, visible_alias = "what-if")]
        check: bool,
    },
}

/// `90`, `90s`, `30m`, `2h`, `1d`; at most a week.
fn duration(text: &str) -> Result<std::time::Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err("write a number and s, m, h or d: 30m".into()),
    };
    match digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
    {
        Some(seconds @ 1..=604_800) => Ok(std::time::Duration::from_secs(seconds)),
        Some(_) => Err("from 1s to 7d".into()),
        None => Err("write a number and s, m, h or d: 30m".into()),
    }
}

impl Args {
    /// Whether an option or path stands before the name of a command, which would not reach it.
    pub(crate) fn is_more_than_command(&self) -> bool {
        let Self {
            common: _,
            targets,
            map,
            lint,
            fix,
            change,
            command: _,
        } = self;
        targets.is_given()
            || targets.literal_path
            || map.root.is_some()
            || !map.map.is_empty()
            || lint.config.is_some()
            || lint.baseline.is_some()
            || lint.schema_dir.is_some()
            || !lint.registry.is_empty()
            || fix.fix
            || fix.diff
            || fix.hosting_model.is_some()
            || change.check
            || change.undo.is_some()
            || change.undo_file.is_some()
    }
}

impl HasCommon for Args {
    fn common(&self) -> &Common {
        &self.common
    }

    fn layout(&self) -> Option<Box<dyn Layout>> {
        match self.common.format {
            Some(Format::Own("sarif")) => Some(Box::new(layout::Sarif::default())),
            Some(Format::Own(_)) => Some(Box::new(layout::GitHub)),
            _ if self.fix.diff && self.common.is_readable() => Some(Box::new(layout::Diff)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn periods() {
        assert_eq!(duration("30m"), Ok(std::time::Duration::from_secs(1800)));
        assert_eq!(duration("90"), Ok(std::time::Duration::from_secs(90)));
        for bad in ["", "m", "0", "8d", "30x", "99999999999999999999h", "-1s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
