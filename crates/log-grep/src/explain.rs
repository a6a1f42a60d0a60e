//! `log-grep explain CODE`: what a code means, without any log.

use std::io;

use record::output::Output;
use record::wire::{Finding, Severity, Subject};

use crate::number;
use crate::signature::Catalogue;

/// Emits what is known of each code, best explanation first.
///
/// # Errors
/// The output is closed.
pub(crate) fn explain(catalogue: &Catalogue, codes: &[String], out: &mut Output) -> io::Result<()> {
    for code in codes {
        let found = find(catalogue, code);
        if found.is_empty() {
            let finding = Finding::new(
                "log/unknown-code",
                Severity::Warning,
                format!("nothing is known about the code {code}"),
            )
            .help("Codes may be HRESULTs, Win32 errors, exit codes, event ids or statuses like 502.5.");
            out.emit(&Subject::default(), finding)?;
        }
        for (code, index) in found {
            let Some(signature) = catalogue.get(index) else {
                continue;
            };
            let mut finding = Finding::new(
                &format!("log/{}", signature.code),
                Severity::Info,
                format!("{code}: {}", signature.means),
            )
            .help(signature.help.clone())
            .evidence("code", code.as_str());
            if let Some(value) = number::parse(&code).filter(|_| !code.contains('.')) {
                finding = finding
                    .evidence("hex", number::hex(value))
                    .evidence("signed", i64::from(value.cast_signed()))
                    .evidence("unsigned", value);
            }
            if let Some(cause) = signature.cause {
                finding = finding.cause(cause);
            }
            if let Some(link) = &signature.reference {
                finding = finding.docs(link.clone());
            }
            out.emit(&Subject::default(), finding)?;
        }
    }
    Ok(())
}

/// Signatures of a status, a number, a Win32 code, an event id or a signature's own name, each with the code that it
/// stands for: of a status alone (`502`) all its sub-statuses are told.
fn find(catalogue: &Catalogue, code: &str) -> Vec<(String, u16)> {
    let code = code.trim();
    if let Some(index) = catalogue.find(code.strip_prefix("log/").unwrap_or(code)) {
        return vec![(code.to_owned(), index)];
    }
    if code.contains('.') {
        let found = catalogue.by_status(code);
        return found
            .map(|index| (code.to_owned(), index))
            .into_iter()
            .collect();
    }
    let Some(value) = number::parse(code) else {
        return Vec::new();
    };
    let mut found: Vec<u16> = catalogue.by_number(value).collect();
    if value <= 0xffff {
        found.extend(catalogue.by_number(0x8007_0000 | value));
        found.extend(catalogue.by_event_id(value));
        found.extend(catalogue.explaining(value));
        found.extend(catalogue.by_exit(value));
    }
    found.sort_unstable();
    found.dedup();
    found.sort_by_key(|&index| {
        catalogue
            .get(index)
            .map(|signature| std::cmp::Reverse(signature.rank))
    });
    let mut found: Vec<_> = found
        .into_iter()
        .map(|index| (code.to_owned(), index))
        .collect();
    let mut subs: Vec<_> = catalogue
        .statuses()
        .filter_map(|(status, index)| {
            let sub: u32 = status.strip_prefix(code)?.strip_prefix('.')?.parse().ok()?;
            Some((sub, status, index))
        })
        .collect();
    // in the order of their numbers: which one it was stands in the request log
    subs.sort_unstable();
    found.extend(
        subs.into_iter()
            .map(|(_, status, index)| (status.to_owned(), index)),
    );
    found
}
