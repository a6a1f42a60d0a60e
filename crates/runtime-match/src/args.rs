//! The command line.

use std::path::PathBuf;

use clap::Parser;
use record::cli::{Common, HasCommon, MapArgs, TargetArgs};

use crate::root::Runtime;
use crate::support::Date;

/// Says which .NET frameworks an app would get, or exactly why the host would refuse it
///
/// Nothing is started: the answer is worked out from the files and the environment that the worker process would have.
#[derive(Parser, Clone, Debug)]
#[command(version, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) targets: TargetArgs,

    /// A dotnet root (the folder with `host` and `shared`) to use in place of the one that would be found; repeat it
    /// to see several side by side, the first counts
    #[arg(long, value_name = "DIR")]
    pub(crate) dotnet_root: Vec<PathBuf>,

    /// Take the installed frameworks from the output of `dotnet --list-runtimes` (`-`: stdin)
    #[arg(long, value_name = "FILE", conflicts_with = "dotnet_root")]
    pub(crate) list_runtimes: Option<PathBuf>,

    /// The server's registry: an export (.reg) or a hive (`System32\config\SOFTWARE`, `SYSTEM`), for install locations,
    /// machine environment and version of Windows; repeat it for several parts [default: this machine's, or the hives of
    /// `--root`]
    #[arg(long, value_name = "FILE")]
    pub(crate) registry: Vec<PathBuf>,

    /// Add a variable to the worker's environment
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) env: Vec<(String, String)>,

    /// Bitness of the worker where no site record tells
    #[arg(long, value_name = "32|64", value_parser = ["32", "64"])]
    pub(crate) bitness: Option<String>,

    /// Judge support dates as of this day [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) as_of: Option<Date>,

    /// Which sites stop starting if this runtime is removed? `8.0.4`, or `Microsoft.NETCore.App/8.0.4` for one framework
    #[arg(long, value_name = "VERSION")]
    pub(crate) would_break: Vec<Runtime>,

    /// Which sites start working if this runtime, and the host that it brings, is installed? Written as for `--would-break`;
    /// both options together are one question
    #[arg(long, value_name = "VERSION")]
    pub(crate) if_installed: Vec<Runtime>,

    /// Tell the resolution step by step, as the host's own trace would
    #[arg(long)]
    pub(crate) trace: bool,

    #[command(flatten)]
    pub(crate) map: MapArgs,

    #[command(flatten)]
    pub(crate) common: Common,
}

impl HasCommon for Args {
    fn common(&self) -> &Common {
        &self.common
    }
}

const EXAMPLES: &str = r"Examples:
  runtime-match C:\inetpub\wwwroot\shop
  site-list | runtime-match
  site-list | runtime-match --would-break 8.0.4
  site-list --root /mnt/server --apphost ... | runtime-match --root /mnt/server --registry software.reg
  runtime-match --list-runtimes runtimes.txt ./publish";

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a variable is written NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn variables() {
        assert_eq!(variable("A=b=c"), Ok(("A".into(), "b=c".into())));
        assert_eq!(variable("A="), Ok(("A".into(), String::new())));
        assert!(variable("=b").is_err() && variable("A").is_err());
    }
}
