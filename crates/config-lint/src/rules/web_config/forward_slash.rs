//! `processPath` or the app's dll is written with forward slashes.
//!
//! `./App.exe`, or `C:/Program Files/dotnet/dotnet.exe`: publishing turns such slashes round, because neither the module nor `dotnet`
//! took them for a path when that was written. Newer versions often do, so this is a warning. `--fix` writes backslashes;
//! other arguments stay as they are.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/forward-slash", Severity::Warning, Some(cause::PROCESSPATH_WRONG), record::module_docs!("forward_slash.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    if app.is_transform() || inherits_program(app) {
        return;
    }
    let mut tell = |name: &str, wrong: &str, cause| {
        let Some(value) = section.get(name).filter(|value| value.text.contains(wrong)) else { return };
        let right = value.text.replacen(wrong, &wrong.replace('/', "\\"), 1);
        let finding = rule
            .finding(format!("{wrong} of {name} is written with forward slashes, which not every module and dotnet takes for a path."))
            .cause(cause)
            .at(value.position.line, value.position.column)
            .help(format!("Write {name}=\"{}\".", right.replace('"', "&quot;")));
        let repair = core.element(value.origin.as_ref()).map(|element| {
            Repair::safe([Change::SetAttribute { element: element.span().start, name: name.to_owned(), value: right }])
        });
        findings.push(core.path(value.origin.as_ref()), finding, repair);
    };
    // a path that begins with one is of another system
    let is_hit = |path: &&str| path.contains('/') && !path.starts_with('/');
    if let Some(path) = section.process_path().filter(is_hit) {
        tell("processPath", path, cause::PROCESSPATH_WRONG);
    }
    let dll = app.program().and_then(|program| program.app.as_deref());
    if let Some(dll) = dll.filter(is_hit).filter(|dll| windows_path::has_extension(dll, "dll")) {
        tell("arguments", dll, cause::ARGUMENTS_WRONG);
    }
}
