//! The report as a page.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context;
use record::cause;
use record::text::sanitize;

use crate::totals::{Totals, name};

/// Text from records, fit for a table cell.
fn cell(text: &str) -> String {
    sanitize(text)
        .replace('\\', "\\\\")
        .replace('|', "\\|")
        .replace('<', "&lt;")
        .replace('`', "'")
}

pub(crate) fn page(totals: &Totals, died: &[String]) -> String {
    let mut page = String::from("# Why the sites do not start\n\n");
    let count = |number: usize, one: &str, many: &str| {
        format!("{number} {}", if number == 1 { one } else { many })
    };
    let _ = writeln!(
        page,
        "{}, {} with a cause, {} not looked at.\n",
        count(totals.sites.len(), "site", "sites"),
        totals.explained(),
        count(totals.failures.len(), "place", "places"),
    );
    for tool in died {
        let _ = writeln!(
            page,
            "**{} did not end: its findings are not complete.**\n",
            cell(tool)
        );
    }
    let causes = totals.causes();
    if !causes.is_empty() {
        page.push_str("## Causes\n\n| sites | cause | what to do |\n| ---: | --- | --- |\n");
        for (id, sites) in &causes {
            let (title, fix) = cause::find(id).map_or((*id, ""), |cause| (cause.title, cause.fix));
            let _ = writeln!(
                page,
                "| {} | {} | {} |",
                sites.len(),
                cell(title),
                cell(fix)
            );
        }
        page.push('\n');
    }
    page.push_str("## Sites\n\n| site | cause | confidence | status | what was found |\n| --- | --- | ---: | --- | --- |\n");
    for subject in &totals.sites {
        let name = name(subject);
        let Some(verdict) = totals.leading.get(&name) else {
            let _ = writeln!(page, "| {} | no verdict | | | |", cell(&name));
            continue;
        };
        let _ = writeln!(
            page,
            "| {} | {} | {:.0}% | {} | {} |",
            cell(&name),
            cell(verdict.cause.as_deref().unwrap_or("-")),
            verdict.confidence * 100.0,
            cell(verdict.predicted_status.as_deref().unwrap_or("-")),
            cell(&verdict.message)
        );
    }
    if !totals.failures.is_empty() {
        page.push_str("\n## Not looked at\n\n| where | why |\n| --- | --- |\n");
        for (subject, message) in &totals.failures {
            let _ = writeln!(page, "| {} | {} |", cell(&name(subject)), cell(message));
        }
    }
    page
}

/// Writes beside the file first: a report is there whole, or not at all.
pub(crate) fn write(path: &Path, page: &str) -> anyhow::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    fs::write(&temporary, page)
        .and_then(|()| fs::rename(&temporary, path))
        .with_context(|| format!("cannot write {}", path.display()))
}
