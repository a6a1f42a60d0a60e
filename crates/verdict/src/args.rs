use clap::Parser;
use record::cli::{Common, HasCommon};

/// Say why each site does not start: join the findings, log matches and probes of the other tools.
///
/// Reads their records on stdin, passes them on, and adds one `verdict` record for each likely cause of each site, the
/// likeliest first.
#[derive(Debug, Parser)]
#[command(
    name = "verdict",
    version,
    after_help = "Examples:\n  site-list C:\\inetpub\\shop | config-lint | runtime-match | log-grep | verdict\n  site-list | config-lint | runtime-match | verdict --top 1 --output why.jsonl"
)]
pub(crate) struct Args {
    /// Give at most N causes for a site
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) top: u32,

    #[command(flatten)]
    pub(crate) common: Common,
}

impl HasCommon for Args {
    fn common(&self) -> &Common {
        &self.common
    }
}
