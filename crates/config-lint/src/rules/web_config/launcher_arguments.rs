//! `-argFile IISExeLauncherArgs.txt` was left in `arguments`.
//!
//! These are the arguments of Visual Studio's launcher, which some versions of the SDK left in the published web.config.
//! `dotnet` takes `-argFile` for a command that it does not have, and the app does not start; an app started by its own exe
//! gets two arguments that it does not know. `--fix` removes them.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/launcher-arguments", Severity::Error, Some(cause::ARGUMENTS_WRONG), record::module_docs!("launcher_arguments.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    let Some(value) = section.get("arguments") else { return };
    let Some(rest) = without_leftover(&value.text) else { return };
    let finding = rule
        .finding(format!(
            "arguments=\"{}\" still has the arguments of Visual Studio's launcher, so the program is started with what it does not understand.",
            value.text
        ))
        .at(value.position.line, value.position.column)
        .help(if rest.is_empty() { "Remove them.".to_owned() } else { format!("Write arguments=\"{rest}\".") });
    let mut finding = softened(app, finding);
    let is_exe = app.program().is_some_and(|program| !program.is_dotnet);
    if is_exe {
        finding.severity = finding.severity.min(Severity::Warning);
    }
    let launcher = app
        .program()
        .is_none_or(|program| program.path.contains('%') || program.path.to_ascii_lowercase().contains("vsiisexelauncher"));
    // the place holder's own repair writes both attributes
    let own = core.element(value.origin.as_ref());
    let repair = own.filter(|_| !launcher && (is_exe || !rest.is_empty())).map(|element| {
        Repair::safe([Change::SetAttribute { element: element.span().start, name: "arguments".to_owned(), value: rest }])
    });
    findings.push(core.path(value.origin.as_ref()), finding, repair);
}

/// The arguments without `-argFile FILE`; none where it is not there.
fn without_leftover(text: &str) -> Option<String> {
    let at = text.to_ascii_lowercase().find("-argfile")?;
    let before = text[..at].trim_end();
    let rest = text[at + "-argfile".len()..].trim_start();
    let after = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').map_or("", |(_, after)| after),
        None => rest.split_once(char::is_whitespace).map_or("", |(_, after)| after),
    };
    Some(format!("{before} {}", after.trim_start()).trim().to_owned())
}
