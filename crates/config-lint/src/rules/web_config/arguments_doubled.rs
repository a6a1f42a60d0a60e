//! `arguments` names the app's dll twice.
//!
//! Publishing over a web.config whose arguments spell the dll in another way puts it there a second time:
//! `.\App.dll .\app.dll`. The app gets its own name as an argument; some command line readers stop there. `--fix` leaves one.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/arguments-doubled", Severity::Warning, Some(cause::ARGUMENTS_WRONG), record::module_docs!("arguments_doubled.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, element, section)) = app.own() else { return };
    let (Some(program), Some(value)) = (app.program(), section.get("arguments")) else { return };
    let is_dll = |argument: &String| windows_path::extension(argument).is_some_and(|e| e.eq_ignore_ascii_case("dll"));
    let [first, second, ..] = program.arguments.as_slice() else { return };
    let doubled = is_dll(first)
        && is_dll(second)
        && windows_path::same(windows_path::file_name(first).unwrap_or(first), windows_path::file_name(second).unwrap_or(second));
    if !doubled {
        return;
    }
    let rest = value.text.trim_start().find(second.as_str()).filter(|at| *at > 0);
    let finding = rule
        .finding(format!("arguments=\"{}\" names the app's dll twice, so the app gets its own name as an argument.", value.text))
        .at(value.position.line, value.position.column)
        .help(format!("Write the dll once: arguments=\"{first}\"."));
    let repair = rest.filter(|_| !value.text.contains('"')).map(|at| {
        let text = value.text.trim_start();
        let kept = format!("{} {}", text[..at].trim_end(), text[at + second.len()..].trim_start());
        Repair::safe([Change::SetAttribute { element: element.span().start, name: "arguments".into(), value: kept.trim_end().to_owned() }])
    });
    findings.push(path, finding, repair);
}
