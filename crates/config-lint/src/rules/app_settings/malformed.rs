//! An appsettings file is not JSON as .NET reads it.
//!
//! The host builder reads `appsettings.json` and `appsettings.{Environment}.json` first of all. One that does not parse ends the start
//! with "Failed to load configuration from file" (500.30, or 502.5 out-of-process). Comments and a comma before a closing bracket are
//! allowed; a missing comma, a single backslash (`SERVER\X` is written `SERVER\\X`), a control character, a no-break space or a place
//! holder of a deployment without quotes is not.
//!
//! The message names the place where .NET stops, and the mistake that probably lies before it.

use crate::json_mistake;
use crate::app::JsonContent;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/malformed", Severity::Error, Some(cause::CONFIG_MALFORMED), record::module_docs!("malformed.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for file in &app.settings {
        let name = file.name();
        match &file.content {
            JsonContent::Broken(broken) => {
                let mistake = json_mistake::find(broken);
                let position = broken.error.position;
                let why = match &mistake {
                    Some(mistake) => mistake.what.clone(),
                    None => broken.error.message.trim_end_matches('.').to_owned(),
                };
                let finding = rule
                    .finding(format!("{name} is not valid JSON: {why}, so {}.", consequence(app, file)))
                    .at(position.line, position.column)
                    .help(match &mistake {
                        Some(mistake) => format!("{} in line {} of {name}.", mistake.help, mistake.line),
                        None => format!("Correct line {} of {name}.", position.line),
                    })
                    .evidence("reader_message", format!(
                        "{} LineNumber: {} | BytePositionInLine: {}.",
                        broken.error.message, broken.error.line_number, broken.error.byte_position_in_line
                    ));
                let repair = mistake.and_then(|mistake| mistake.splice).map(|(at, remove, text)| {
                    Repair::safe([Change::Splice { at, remove, text }])
                });
                findings.push(&file.path, settle(app, file, finding), repair);
            }
            JsonContent::Refused(_, SettingsError::NotAnObject { found, at }) => {
                let finding = rule
                    .finding(format!("{name} holds {} at its top and not an object, so {}.", found.name().to_lowercase(), consequence(app, file)))
                    .at(at.line, at.column)
                    .help(format!("Put what {name} holds between {{ and }}."));
                findings.add(&file.path, settle(app, file, finding));
            }
            JsonContent::Refused(_, error @ (SettingsError::Surrogate { .. } | SettingsError::TooLarge { .. })) => {
                let position = error.position();
                let finding = rule
                    .finding(format!("{name} cannot be read by .NET: {}", error.to_string().trim_end_matches('.')) + ".")
                    .at(position.line, position.column)
                    .help(format!("Correct line {} of {name}.", position.line));
                findings.add(&file.path, settle(app, file, finding));
            }
            _ => {}
        }
    }
}
