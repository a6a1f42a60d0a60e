//! An option before the app's dll is wrong.
//!
//! The words between `dotnet` and the dll are the host's: `--roll-forward` with an unknown value, `--roll-forward`
//! together with `--roll-forward-on-no-candidate-fx`, an option without its value, a file that is not there. The host
//! would end with 0x80008081 (-2147450751). Correct `arguments` in web.config.
use record::cause;

use super::{Reports, code, finding, refusal};
use crate::examine::Examined;
use crate::start::decide::Failure;

code!("host/option-invalid", Error, Some(cause::ARGUMENTS_WRONG), "host_option_invalid.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure)) = refusal::of(examined) else { return };
    let message = match failure {
        Failure::OptionValueMissing(option) => format!("The host option {option} has no value after it."),
        Failure::RollForwardOption(value) => format!("--roll-forward has the unknown value '{value}'."),
        Failure::BothRollForwardOptions => {
            "--roll-forward and --roll-forward-on-no-candidate-fx cannot be given together.".to_owned()
        }
        Failure::OptionFile { option, path } => format!("The file '{path}' of {option} does not exist."),
        _ => return,
    };
    let mut finding = finding(&CODE, message).help("Correct the words before the dll in `arguments` of web.config.");
    if let Some(at) = examined.place_of("arguments") {
        finding = finding.at(at.line, at.column);
    }
    reports.push(refusal::evidence(finding, examined, answer, failure));
}
