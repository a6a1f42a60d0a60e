use std::path::PathBuf;

use clap::Parser;
use record::cli::{ChangeArgs, Common, HasCommon, MapArgs, TargetArgs};

/// Make sure that an app's identity can read and execute its folder, and write where the app writes.
///
/// Looks first: a permission is added only where the effective access falls short, once at the top with inheritance.
/// Nothing that anybody has is taken away, inheritance is never cut, other entries stay as they are.
#[derive(Debug, Parser)]
#[command(
    name = "acl-grant",
    version,
    after_help = "Examples:\n  acl-grant --check --pool DefaultAppPool C:\\inetpub\\shop\n  acl-grant --pool Shop --logs logs --undo-file undo.jsonl C:\\inetpub\\shop\n  acl-grant --account CONTOSO\\web --traverse D:\\sites\\shop\n  acl-grant --undo undo.jsonl\n  site-list | acl-grant --check | verdict"
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) targets: TargetArgs,

    /// The application pool whose identity it is; the pool need not exist yet [default: of the site record]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["sid", "account"], help_heading = "Identity")]
    pub(crate) pool: Option<String>,

    /// The identity's SID (S-1-...)
    #[arg(
        long,
        value_name = "SID",
        conflicts_with = "account",
        help_heading = "Identity"
    )]
    pub(crate) sid: Option<String>,

    /// The identity's name: well-known anywhere, any other account on Windows
    #[arg(long, value_name = "NAME", help_heading = "Identity")]
    pub(crate) account: Option<String>,

    /// A group, by SID or name, that the identity is a member of
    ///
    /// IIS_IUSRS, Users, Everyone and Authenticated Users are always taken into account.
    #[arg(long, value_name = "GROUP", help_heading = "Identity")]
    pub(crate) member_of: Vec<String>,

    /// Folder for logs: the identity gets modify. A relative path is below the target, another one may be the server's
    #[arg(long, value_name = "DIR")]
    pub(crate) logs: Vec<PathBuf>,

    /// Folder that the app writes to, as --logs
    #[arg(long, value_name = "DIR")]
    pub(crate) write: Vec<PathBuf>,

    /// Also let the identity pass through the folders above (this folder only): for accounts without the right to
    /// bypass traverse checking
    #[arg(long)]
    pub(crate) traverse: bool,

    /// Remove entries of application pools that the server does not have; needs its site records on stdin
    #[arg(long)]
    pub(crate) remove_orphans: bool,

    #[command(flatten)]
    pub(crate) map: MapArgs,

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
