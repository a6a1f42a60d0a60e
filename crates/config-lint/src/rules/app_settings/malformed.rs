//! An appsettings file is not JSON as .NET reads it.
//!
//! The host builder reads `appsettings.json` and `appsettings.{Environment}.json` first of all. One that does not parse ends the start
//! with "Failed to load configuration from file" (500.30, or 502.5 out-of-process). Comments and a comma before a closing bracket are
//! allowed; a missing comma, a single backslash (`SERVER\X` is written `SERVER\\X`), a control character, a no-break space or a place
//! holder of a deployment without quotes is not. A broken `hosting.json` is a warning: only an app whose own code names it reads it.
//!
//! The message names the place where .NET stops, and the mistake that probably lies before it.

use published_app::json::{Broken, Dialect, Document, Encoding, Mistake, MistakeKind, TextEdit};

use crate::app::JsonContent;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/malformed", Severity::Error, Some(cause::CONFIG_MALFORMED), record::module_docs!("malformed.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for file in &app.settings {
        let name = file.name();
        match &file.content {
            JsonContent::Broken(broken) => {
                let mistake = broken.likely_mistake();
                let position = broken.error.position;
                let why = match &mistake {
                    Some(mistake) => clause(mistake),
                    None => broken.error.message.trim_end_matches('.').to_owned(),
                };
                let finding = rule
                    .finding(format!("{name} is not valid JSON: {why}, so {}.", consequence(app, file)))
                    .at(position.line, position.column)
                    .help(match &mistake {
                        Some(mistake) if is_whole(mistake.kind) => mistake.kind.help().to_owned(),
                        Some(mistake) => {
                            let help = match mistake.kind {
                                MistakeKind::MissingComma if mistake.message.contains("at the end") => "Put a comma at the end of the value",
                                kind => kind.help().trim_end_matches('.'),
                            };
                            format!("{help} in line {} of {name}.", mistake.position.line)
                        }
                        None => format!("Correct line {} of {name}.", position.line),
                    })
                    .evidence("reader_message", format!(
                        "{} LineNumber: {} | BytePositionInLine: {}.",
                        broken.error.message, broken.error.line_number, broken.error.byte_position_in_line
                    ));
                let edit = mistake.and_then(|mistake| mistake.edit).filter(|edit| mends(broken, edit));
                let repair = edit.map(|edit| {
                    Repair::safe([Change::Splice { at: edit.start, remove: edit.end - edit.start, text: edit.replacement }])
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

/// The file as a whole is another one than is due.
fn is_whole(kind: MistakeKind) -> bool {
    matches!(kind, MistakeKind::Empty | MistakeKind::Utf16 | MistakeKind::OtherFormat | MistakeKind::MissingBraces)
}

/// What is wrong, with its line.
fn clause(mistake: &Mistake) -> String {
    let (what, line) = (&mistake.message, mistake.position.line);
    if is_whole(mistake.kind) || what.contains(&format!("line {line}")) {
        return what.clone();
    }
    format!("line {line}: {what}")
}

/// Mistakes of one file that are mended in turn; more of them are for a person.
const MAX_MISTAKES: usize = 8;

/// Whether the text is JSON with the edit, or what is wrong further on can be mended in turn.
fn mends(broken: &Broken, edit: &TextEdit) -> bool {
    let text = &broken.text;
    if !matches!(text.encoding(), Encoding::Utf8 | Encoding::Utf8Bom) || text.invalid_at().is_some() {
        return false;
    }
    let mut bytes = text.as_bytes().to_vec();
    let mut edit = edit.clone();
    for _ in 0..MAX_MISTAKES {
        if edit.start > edit.end || edit.end > bytes.len() {
            return false;
        }
        bytes.splice(edit.start..edit.end, edit.replacement.bytes());
        let Err(broken) = Document::parse(bytes, Dialect::Configuration) else { return true };
        let Some(next) = broken.likely_mistake().and_then(|mistake| mistake.edit) else { return false };
        bytes = broken.text.as_bytes().to_vec();
        edit = next;
    }
    false
}
