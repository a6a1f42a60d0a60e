//! The live Application and System logs of this computer.

use std::path::Path;

use super::{Problem, Reading, Source, event, event_xml};
use crate::scan::{Hits, Scanner};
use crate::sys;

/// Newest events of each log that are looked at.
const MOST: usize = 4_000;

/// Channels, and the providers in them whose events the signatures know.
const CHANNELS: &[(&str, &[&str])] = &[
    (
        "Application",
        &[
            "IIS AspNetCore Module V2",
            "IIS AspNetCore Module",
            "IIS Express AspNetCore Module V2",
            ".NET Runtime",
            "Application Error",
            "SideBySide",
        ],
    ),
    (
        "System",
        &[
            "Microsoft-Windows-WAS",
            "Microsoft-Windows-IIS-W3SVC",
            "Microsoft-Windows-IIS-W3SVC-WP",
            "Microsoft-Windows-HttpEvent",
        ],
    ),
];

/// Reads both logs. Nothing on systems that have none.
pub(crate) fn read(scanner: &Scanner<'_>) -> Vec<Reading> {
    if !sys::IS_LIVE {
        return Vec::new();
    }
    CHANNELS
        .iter()
        .map(|(channel, providers)| {
            let path = Path::new(*channel);
            let mut reading = Reading::new(path, Source::EventLog);
            let mut hits = Hits::default();
            let mut found = Vec::new();
            let result = sys::events(channel, &query(providers), MOST, &mut |xml| {
                found.extend(event_xml::parse(xml.as_bytes(), false));
            });
            // the newest come first; the log is read in its own order
            for event in found.iter().rev() {
                event::look(scanner, event, event.record, &mut hits);
            }
            if let Err(error) = result {
                reading.problem = Some(Problem::unreadable(path, error));
            }
            reading.hits = hits.finish();
            reading
        })
        .collect()
}

fn query(providers: &[&str]) -> String {
    let names: Vec<String> = providers
        .iter()
        .map(|name| format!("@Name='{name}'"))
        .collect();
    format!("*[System[Provider[{}]]]", names.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_is_one_xpath() {
        assert_eq!(
            query(&["a", "b"]),
            "*[System[Provider[@Name='a' or @Name='b']]]"
        );
    }
}
