//! The resolution step by step, asked for with `--trace`.
//!
//! `evidence.steps` has the lines in the order and wording of the host's own trace (`COREHOST_TRACE=1`, since .NET 10
//! `DOTNET_HOST_TRACE=1`), as far as they concern the choice of frameworks, up to the message that ends a refusal. Versions
//! are inspected in the order of their names here, and in that of the folder's entries there.
use serde_json::Value;

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("resolution/trace", Info, None, "resolution_trace.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(answer) = examined.answer().filter(|_| examined.machine.trace) else { return };
    let steps: Vec<Value> = answer.decision.trace.iter().cloned().map(Value::String).collect();
    let message = format!("The resolution took {} steps.", steps.len());
    reports.push(finding(&CODE, message).evidence("steps", steps));
}
