use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use record::cli::{Common, HasCommon, MapArgs, TargetArgs};
use record::wire::Severity;

/// Finds the reason in the logs of Windows, IIS, the ASP.NET Core Module, the .NET host and the app
#[derive(Parser, Debug)]
#[command(
    name = "log-grep",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
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
    pub(crate) select: SelectArgs,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const EXAMPLES: &str = r"Examples:
  log-grep C:\inetpub\shop\logs                       every log of a folder
  log-grep Application.evtx u_ex260101.log            any kind of log
  site-list | log-grep | verdict                      the logs of each site of this server
  start-probe DIR | log-grep                          what a start on trial wrote
  log-grep --follow stdout_20260101120000_42.log      as it is written
  log-grep --grep 'timeout|deadlock' --context 2 DIR  plain search, same records
  log-grep explain 0x8007023e                         also -2147450730, 1020, 502.5";

#[derive(clap::Args, Debug, Clone)]
#[command(next_help_heading = "Selection")]
pub(crate) struct SelectArgs {
    /// Only what is newer: 90s, 30m, 2h, 3d, or a date with or without time (UTC)
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,

    /// Only what is older, as --since
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,

    /// Only the latest start attempt [default for a site]
    #[arg(long)]
    pub(crate) last_start: bool,

    /// All attempts, also for a site
    #[arg(long, conflicts_with = "last_start")]
    pub(crate) all_starts: bool,

    /// Show N lines around a match
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=50))]
    pub(crate) context: u8,

    /// Only this signature (repeatable)
    #[arg(long, value_name = "CODE")]
    pub(crate) signature: Vec<String>,

    /// Lowest severity that is shown
    #[arg(long, value_enum, default_value_t = Level::Warning)]
    pub(crate) level: Level,

    /// Go on reading what is written to the files
    #[arg(long)]
    pub(crate) follow: bool,

    /// Look for this expression in place of the signatures
    #[arg(long, value_name = "REGEX")]
    pub(crate) grep: Option<String>,

    /// Add the signatures (*.toml) of this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) signatures: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Level {
    Error,
    Warning,
    Info,
}

impl Level {
    pub(crate) fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Info => Severity::Info,
        }
    }
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Explain a code alone: HRESULT, exit code, host status, event id or HTTP status
    Explain {
        /// In any notation: 0x8007023e, -2147450730, 2147942402, e0434352, 1020, 502.5
        #[arg(value_name = "CODE", required = true, allow_hyphen_values = true)]
        codes: Vec<String>,
    },
}

impl HasCommon for Args {
    fn common(&self) -> &Common {
        &self.common
    }
}
