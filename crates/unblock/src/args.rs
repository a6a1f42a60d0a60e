use clap::Parser;
use record::cli::{ChangeArgs, Common, HasCommon, TargetArgs};

/// Remove the mark of the web (the Zone.Identifier stream) from files, and nothing else.
///
/// Goes through folders and all that is below, never through links. The files' bytes, other streams, times, attributes
/// and permissions stay. Says where each mark came from and whether it stops the app at all.
#[derive(Debug, Parser)]
#[command(
    name = "unblock",
    version,
    after_help = "Examples:\n  unblock --check C:\\inetpub\\shop\n  unblock --undo-file undo.jsonl C:\\inetpub\\shop\n  unblock --undo undo.jsonl\n  unblock --include *.dll --exclude wwwroot C:\\inetpub\\shop\n  site-list | unblock --check | verdict"
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) targets: TargetArgs,

    /// Remove marks of these zones only (1 intranet, 2 trusted, 3 internet, 4 restricted)
    ///
    /// A mark that names no zone counts as one of the internet.
    #[arg(long, value_name = "ZONE,...", value_delimiter = ',', default_values_t = [3, 4], conflicts_with = "all_zones")]
    pub(crate) zone: Vec<u32>,

    /// Remove marks of every zone
    #[arg(long)]
    pub(crate) all_zones: bool,

    /// Look only at files whose name or path below the target matches GLOB
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,

    /// Leave out files, and folders with all that is in them, whose name or path matches GLOB
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,

    /// Also remove files named `NAME:Zone.Identifier` that lie beside NAME and hold a mark (left by WSL and archivers)
    #[arg(long)]
    pub(crate) sidecar: bool,

    #[command(flatten)]
    pub(crate) change: ChangeArgs,

    #[command(flatten)]
    pub(crate) common: Common,
}

impl HasCommon for Args {
    fn common(&self) -> &Common {
        &self.common
    }
}

impl Args {
    /// Whether a mark of this zone is to go.
    pub(crate) fn takes(&self, zone: Option<u32>) -> bool {
        const INTERNET: u32 = 3;
        self.all_zones || self.zone.contains(&zone.unwrap_or(INTERNET))
    }
}
