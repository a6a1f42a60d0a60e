//! The server's configuration cannot be read.
//!
//! `applicationHost.config` is not well-formed XML: IIS does not start (WAS event 5189 or 5036), no site answers. The message
//! has the place. IIS keeps earlier versions in `inetpub\history`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "server/config-malformed",
    Severity::Error,
    Some(cause::WEBCONFIG_MALFORMED),
    record::module_docs!("config_malformed.rs"),
    Check::Met,
);
