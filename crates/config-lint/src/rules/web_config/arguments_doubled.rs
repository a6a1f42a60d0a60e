//! `arguments` names the app's dll once too often.
//!
//! Publishing over a web.config whose arguments spell the dll in another way puts it there a second time:
//! `.\App.dll .\app.dll`. The app gets its own name as an argument; some command line readers stop there. It is the same where
//! `processPath` names the app's own exe and `arguments` its dll: the exe needs none. `--fix` takes it out.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/arguments-doubled", Severity::Warning, Some(cause::ARGUMENTS_WRONG), record::module_docs!("arguments_doubled.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    let (Some(program), Some(value)) = (app.program(), section.get("arguments")) else { return };
    let is_dll = |argument: &&String| windows_path::has_extension(argument, "dll");
    let Some(first) = program.arguments.first().filter(is_dll) else { return };
    // the argument that is one too many, what is told of it, and where it is looked for
    let (surplus, message, from) = if program.is_dotnet {
        let Some(second) = program.arguments.get(1).filter(is_dll) else { return };
        if !windows_path::same(file_name(first), file_name(second)) {
            return;
        }
        let message = format!("arguments=\"{}\" names the app's dll twice, so the app gets its own name as an argument.", value.text);
        (second, message, value.text.find(first.as_str()).map_or(0, |at| at + first.len()))
    } else {
        if !windows_path::same(stem(file_name(&program.path)), stem(file_name(first))) {
            return;
        }
        let message = format!(
            "processPath already starts {}, so {first} of arguments reaches the app as an argument of its own.",
            file_name(&program.path)
        );
        (first, message, 0)
    };
    let kept = value.text.get(from..).and_then(|rest| rest.find(surplus.as_str())).filter(|_| !value.text.contains('"')).map(|at| {
        let (before, after) = (&value.text[..from + at], &value.text[from + at + surplus.len()..]);
        format!("{} {}", before.trim_end(), after.trim_start()).trim().to_owned()
    });
    let finding = rule.finding(message).at(value.position.line, value.position.column).help(match &kept {
        Some(kept) => format!("Write arguments=\"{kept}\"."),
        None => format!("Take {surplus} out of arguments."),
    });
    let own = core.element(value.origin.as_ref());
    let repair = kept.zip(own).map(|(kept, element)| {
        Repair::safe([Change::SetAttribute { element: element.span().start, name: "arguments".into(), value: kept }])
    });
    findings.push(core.path(value.origin.as_ref()), finding, repair);
}

fn file_name(path: &str) -> &str {
    windows_path::file_name(path).unwrap_or(path)
}

/// The name without its extension.
fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
