use std::path::PathBuf;

use clap::Parser;
use record::cli::{Common, HasCommon};

/// Sum up the records of a pipe: causes over all sites, and tools that died.
///
/// Reads records on stdin and passes them on. Adds one finding for each cause with the sites that it stops, and a failure
/// for each tool that did not end with `done`.
#[derive(Debug, Parser)]
#[command(
    name = "report",
    version,
    after_help = "Examples:\n  site-list | config-lint | runtime-match | verdict | report --markdown report.md\n  ... | verdict | report --expect site-list,config-lint,runtime-match,verdict"
)]
pub(crate) struct Args {
    /// Also write a readable report to FILE
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,

    /// Tools that must have ended with `done`, heard of or not
    #[arg(long, value_name = "TOOL,...", value_delimiter = ',')]
    pub(crate) expect: Vec<String>,

    #[command(flatten)]
    pub(crate) common: Common,
}

impl HasCommon for Args {
    fn common(&self) -> &Common {
        &self.common
    }
}
