//! Nothing to look at was found.
//!
//! No published ASP.NET Core app lies in the folder or below it (there is neither a `web.config` with `<aspNetCore>` nor a
//! `*.runtimeconfig.json`), or no application of the server fits the names that were asked for. Name the folder that
//! `dotnet publish` wrote: a project folder with sources is not published. It is a warning for a file that is no part of a published
//! app and for a .NET installation where other targets are apps: a pattern such as `D:\sites\*` meets those, too.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("folder/no-app", Severity::Error, None, record::module_docs!("no_app.rs"), Check::Met);
