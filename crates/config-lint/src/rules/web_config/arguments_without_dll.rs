//! `dotnet` is started without an app.
//!
//! With `processPath="dotnet"` the arguments must begin with the app's dll. Without it `dotnet` prints its usage
//! (0x80008081), or looks for a command of the SDK, and the app does not start. In-process the module says "Application
//! arguments are empty". A dll path with blanks needs quotes out-of-process.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/arguments-without-dll", Severity::Error, Some(cause::ARGUMENTS_WRONG), record::module_docs!("arguments_without_dll.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, element, section)) = app.own() else { return };
    let Some(program) = app.program().filter(|program| program.is_dotnet) else { return };
    let value = section.get("arguments");
    let text = section.arguments();
    let upper = text.to_ascii_uppercase();
    let other_rule = upper.contains("%LAUNCHER_ARGS%") || upper.contains("-ARGFILE");
    let unknown = program.arguments.iter().any(|argument| argument.contains('%'));
    let is_dll = program.app.as_deref().is_some_and(|dll| {
        ["dll", "exe"].iter().any(|known| windows_path::extension(dll).is_some_and(|e| e.eq_ignore_ascii_case(known)))
    });
    let whole = text.to_ascii_lowercase().ends_with(".dll");
    let in_process = section.hosting_model() == Ok(HostingModel::InProcess);
    if other_rule || unknown || is_dll || app.is_transform() || app.inherits("arguments") || (whole && in_process) {
        return;
    }
    let position = value.map_or(section.position, |value| value.position);
    let launch = Launch::guess(app).filter(|launch| launch.process_path == "dotnet");
    let (message, help) = if whole {
        (
            format!("The dll path {text} has blanks and no quotes around it, so dotnet takes its first word for a command and the app does not start."),
            format!("Write arguments=\"&quot;{text}&quot;\"."),
        )
    } else {
        (
            match program.app.as_deref() {
                None => "dotnet is started without an app's dll, so it prints its usage and the app does not start.".to_owned(),
                Some(word) => format!("dotnet is started with {word} in place of an app's dll, which is a command of the SDK, so the app does not start."),
            },
            match &launch {
                Some(launch) => format!("Write {launch}."),
                None => "Write arguments=\".\\App.dll\" with the name of the app.".to_owned(),
            },
        )
    };
    let finding = rule.finding(message).at(position.line, position.column).help(help);
    let repair = if whole {
        Some(Repair::safe([Change::SetAttribute {
            element: element.span().start,
            name: "arguments".into(),
            value: format!("\"{text}\""),
        }]))
    } else {
        launch.map(|launch| Repair::by_name(launch.changes(element)))
    };
    findings.push(path, softened(app, finding), repair);
}
