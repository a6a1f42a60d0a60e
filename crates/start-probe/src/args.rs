//! The command line.

use std::path::PathBuf;

use clap::Parser;
use record::cli::{Common, HasCommon, MapArgs, TargetArgs};

/// Start an ASP.NET Core app exactly as the IIS module does, and say why it dies.
///
/// Reads the app's <aspNetCore>, builds the module's command line and environment, starts the process on a port of its
/// own, waits for an IPv4 listener as the module does (every 250 ms, startupTimeLimit, two tries), sends one request
/// with the pairing token and shuts the app down as the module does. Nothing of a live site is touched: another port,
/// another process, and the whole process tree is ended at the end. (On Linux a probe that is itself ended by `kill -9`
/// takes along the program that it started, but not what that program has started.)
#[derive(Clone, Debug, Parser)]
#[command(
    name = "start-probe",
    version,
    after_help = "Examples:\n  start-probe C:\\inetpub\\shop\n  start-probe ./publish --environment Development --timeout 20\n  start-probe ./publish | log-grep\n  site-list --site shop | start-probe | log-grep | verdict | report"
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) targets: TargetArgs,

    /// Start with ASPNETCORE_ENVIRONMENT=NAME in place of the configured one
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,

    /// Set a variable for the app; it wins over web.config
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) variables: Vec<(String, String)>,

    /// Seconds until a try has failed [default: startupTimeLimit of web.config, else 120]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: Option<u64>,

    /// The dotnet to use where the program is `dotnet`: the file or its folder
    #[arg(long, value_name = "PATH")]
    pub(crate) dotnet: Option<PathBuf>,

    /// Keep the app up after its record until Ctrl-C (one target only)
    #[arg(long, conflicts_with = "as_pool")]
    pub(crate) keep_running: bool,

    /// Send no request to the started app
    #[arg(long)]
    pub(crate) no_request: bool,

    /// Treat the app as an in-process one: without the variables that only that model sets, and with its statuses
    #[arg(long)]
    pub(crate) in_process: bool,

    /// Run as the application pool's account, through a scheduled task that exists only meanwhile (elevated, Windows)
    #[arg(long)]
    pub(crate) as_pool: bool,

    /// The pool of --as-pool where the target is a folder [default: the site's]
    #[arg(long, value_name = "POOL", requires = "as_pool")]
    pub(crate) pool: Option<String>,

    /// Send Ctrl-Break to the console of a process: this tool's own second half
    #[arg(long, hide = true, value_name = "PID", exclusive = true)]
    pub(crate) send_break: Option<u32>,

    /// The site record of the one target: how --as-pool hands it to the probe inside the task
    #[arg(long, hide = true, value_name = "FILE", conflicts_with = "as_pool")]
    pub(crate) site_record: Option<PathBuf>,

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

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some(("", _)) => Err("a variable needs a name: NAME=VALUE".into()),
        _ if text.contains('\0') => Err("a variable cannot hold a NUL character".into()),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err("write it as NAME=VALUE".into()),
    }
}
