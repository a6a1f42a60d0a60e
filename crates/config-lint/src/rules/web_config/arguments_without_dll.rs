//! `dotnet` is started without an app.
//!
//! With `processPath="dotnet"` the arguments must begin with the app's dll. Without it `dotnet` prints its usage
//! (0x80008081), or looks for a command of the SDK, and the app does not start. In-process the module says "Application
//! arguments are empty". A dll path with blanks needs quotes out-of-process. The app's own `.exe` is no dll either: `dotnet` takes it
//! for one and stops at a file that holds no .NET code ("Format of the executable (.exe) or library (.dll) is invalid").

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/arguments-without-dll", Severity::Error, Some(cause::ARGUMENTS_WRONG), record::module_docs!("arguments_without_dll.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    let Some(program) = app.program().filter(|program| program.is_dotnet) else { return };
    let value = section.get("arguments");
    let text = section.arguments();
    let upper = text.to_ascii_uppercase();
    let other_rule = upper.contains("%LAUNCHER_ARGS%") || upper.contains("-ARGFILE");
    let unknown = program.arguments.iter().any(|argument| argument.contains('%'));
    if let Some((exe, dll)) = own_exe(app, program.app.as_deref()) {
        return started_with_exe(rule, app, exe, &dll, findings);
    }
    let is_dll = program.app.as_deref().is_some_and(|dll| ["dll", "exe"].iter().any(|known| windows_path::has_extension(dll, known)));
    let whole = text.to_ascii_lowercase().ends_with(".dll");
    let in_process = section.hosting_model() == Ok(HostingModel::InProcess);
    if other_rule || unknown || is_dll || app.is_transform() || inherits_program(app) || (whole && in_process) {
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
    let finding = if in_process && text.trim().is_empty() { finding.evidence("predicted_status", "500.0") } else { finding };
    let origin = value.and_then(|value| value.origin.as_ref());
    let repair = core.element(origin).and_then(|element| {
        if whole {
            return Some(Repair::safe([Change::SetAttribute {
                element: element.span().start,
                name: "arguments".into(),
                value: format!("\"{text}\""),
            }]));
        }
        launch.map(|launch| Repair::by_name(launch.changes(element)))
    });
    findings.push(core.path(origin), softened(app, finding), repair);
}

/// The app's exe, `dotnet`'s argument, and the dll beside it that is meant.
fn own_exe<'a>(app: &App<'_>, argument: Option<&'a str>) -> Option<(&'a str, String)> {
    let exe = argument.filter(|argument| windows_path::has_extension(argument, "exe"))?;
    let dll = format!("{}.dll", &exe[..exe.len() - 4]);
    (matches!(app.locate(exe), Place::Found(_)) && matches!(app.locate(&dll), Place::Found(_))).then_some((exe, dll))
}

fn started_with_exe(rule: &Rule, app: &App<'_>, exe: &str, dll: &str, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let Some(value) = core.section.get("arguments") else { return };
    let finding = rule
        .finding(format!("dotnet is started with {exe}, which is the app's own starter and no .NET code, so the app does not start."))
        .at(value.position.line, value.position.column)
        .help(format!("Write {dll} in its place, or processPath=\"{exe}\" without it."));
    let own = core.element(value.origin.as_ref()).filter(|_| value.text.contains(exe));
    let repair = own.map(|element| {
        Repair::safe([Change::SetAttribute {
            element: element.span().start,
            name: "arguments".into(),
            value: value.text.replacen(exe, dll, 1),
        }])
    });
    findings.push(core.path(value.origin.as_ref()), finding, repair);
}
