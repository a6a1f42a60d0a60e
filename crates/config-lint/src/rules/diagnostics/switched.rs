//! Diagnostics of the module were switched on or off.
//!
//! `config-lint diagnostics on --for 30m DIR` turns the stdout log and the module's debug log (`debugFile`, `debugLevel`) on, waits, and puts the
//! exact bytes of web.config back; so does Ctrl-C. Without `--for` they stay on until `config-lint diagnostics off DIR`. What was there before
//! is kept in `web.config.diagnostics-undo` beside it, which a crash or a reboot does not remove. Each change of web.config restarts the app.

use crate::rules::nothing as check;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("diagnostics/switched", Severity::Info, None, record::module_docs!("switched.rs"), check);


