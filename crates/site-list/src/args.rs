use std::path::PathBuf;

use clap::Parser;
use record::cli::{Common, HasCommon, MapArgs, TargetArgs};

/// Lists the ASP.NET Core apps of a server, or below folders: one `site` record each, for the other tools
#[derive(Parser, Debug)]
#[command(
    name = "site-list",
    version,
    mut_arg("paths", |paths| paths.help("Folders to look for apps in, and below [default: the sites of this server]")),
    after_help = EXAMPLES
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: Common,

    #[command(flatten)]
    pub(crate) targets: TargetArgs,

    #[command(flatten)]
    pub(crate) server: ServerArgs,

    #[command(flatten)]
    pub(crate) map: MapArgs,
}

const EXAMPLES: &str = r"Examples:
  site-list                                     the sites of this server (on Windows)
  site-list --site 'Shop*' | config-lint        some of them
  site-list D:\publish                          apps below a folder
  site-list --root /mnt/server                  a copied or mounted server
  site-list --apphost applicationHost.config --map 'C:=/mnt/c' --map 'D:=/mnt/d'";

/// Which server, and what of it.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Server")]
pub(crate) struct ServerArgs {
    /// The server's configuration [default: this machine's, or that below --root, through redirection.config]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "from_file"])]
    pub(crate) apphost: Option<PathBuf>,

    /// The server's registry, an export (.reg) or the hive `System32\config\SYSTEM`, for its environment variables
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "from_file"])]
    pub(crate) registry: Option<PathBuf>,

    /// Only sites of this name; `*` and `?` stand for any characters; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub(crate) site: Vec<String>,

    /// Only applications in this pool
    #[arg(long, value_name = "GLOB")]
    pub(crate) pool: Vec<String>,

    /// Only applications with this virtual path, e.g. `/` or `/api*`; of folders: with this path
    #[arg(long, value_name = "GLOB")]
    pub(crate) app: Vec<String>,
}

impl HasCommon for Args {
    fn common(&self) -> &Common {
        &self.common
    }
}
