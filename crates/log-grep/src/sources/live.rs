//! The live event logs of this computer.

use std::io;
use std::path::Path;
use std::sync::OnceLock;

use super::{Problem, Reading, Source, event, event_xml};
use crate::scan::{Hits, Scanner};
use crate::sys;

/// Newest events of each log that are looked at.
const MOST: usize = 4_000;

/// A channel, and the providers in it whose events the signatures know.
struct Channel {
    name: &'static str,
    providers: &'static [&'static str],
    /// Not every Windows has it, and not everybody may read it.
    optional: bool,
}

const IIS: &str = "Microsoft-Windows-IIS-W3SVC-WP";

const CHANNELS: &[Channel] = &[
    Channel {
        name: "Application",
        providers: &[
            "IIS AspNetCore Module V2",
            "IIS AspNetCore Module",
            "IIS Express AspNetCore Module V2",
            ".NET Runtime",
            "Application Error",
            "SideBySide",
            // modules that could not be loaded (2280)
            IIS,
        ],
        optional: false,
    },
    Channel {
        name: "System",
        providers: &[
            "Microsoft-Windows-WAS",
            "Microsoft-Windows-IIS-W3SVC",
            IIS,
            "Microsoft-Windows-HttpEvent",
        ],
        optional: false,
    },
    Channel {
        name: "Microsoft-Windows-AppLocker/EXE and DLL",
        providers: &["Microsoft-Windows-AppLocker"],
        optional: true,
    },
    Channel {
        name: "Microsoft-Windows-CodeIntegrity/Operational",
        providers: &["Microsoft-Windows-CodeIntegrity"],
        optional: true,
    },
];

/// `ERROR_EVT_CHANNEL_NOT_FOUND`, `ERROR_ACCESS_DENIED`.
const ABSENT: [i32; 2] = [15007, 5];

/// The logs of this computer, read when the first site asks for them.
#[derive(Default)]
pub(crate) struct Live(OnceLock<Vec<Reading>>);

impl Live {
    /// What the logs hold; what could not be read is told once. Nothing on systems that have none.
    pub(crate) fn readings(&self, scanner: &Scanner<'_>) -> Vec<Reading> {
        if !sys::IS_LIVE {
            return Vec::new();
        }
        let mut problems = Vec::new();
        let kept = self.0.get_or_init(|| {
            let mut all: Vec<Reading> = CHANNELS
                .iter()
                .map(|channel| read(channel, scanner, &mut sys::events))
                .collect();
            problems = all
                .iter_mut()
                .map(|reading| reading.problem.take())
                .collect();
            all
        });
        let mut problems = problems.into_iter();
        kept.iter()
            .map(|kept| {
                let mut reading = Reading::new(&kept.path, kept.source);
                reading.hits = kept.hits.clone();
                reading.problem = problems.next().flatten();
                reading
            })
            .collect()
    }
}

/// A channel of programs and files of the whole computer, of which few are a site's.
pub(crate) fn is_of_policy(reading: &Reading) -> bool {
    CHANNELS
        .iter()
        .any(|channel| channel.optional && reading.path == Path::new(channel.name))
}

/// What gives the events of a channel that fit a query: see [`sys::events`].
type Events<'a> = dyn FnMut(&str, &str, usize, &mut dyn FnMut(&str)) -> io::Result<()> + 'a;

fn read(channel: &Channel, scanner: &Scanner<'_>, events: &mut Events<'_>) -> Reading {
    let path = Path::new(channel.name);
    let mut reading = Reading::new(path, Source::EventLog);
    let mut hits = Hits::default();
    let mut found = Vec::new();
    let result = events(channel.name, &query(channel.providers), MOST, &mut |xml| {
        found.extend(event_xml::parse(xml.as_bytes(), false));
    });
    // the newest come first; the log is read in its own order
    for event in found.iter().rev() {
        event::look(scanner, event, event.record, &mut hits);
    }
    if let Err(error) = result {
        let absent = error
            .raw_os_error()
            .is_some_and(|code| ABSENT.contains(&code));
        if !(channel.optional && absent) {
            reading.problem = Some(Problem::unreadable(path, error));
        }
    }
    reading.hits = hits.finish();
    reading
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
    fn a_channel_that_not_every_windows_has_may_be_absent() {
        let catalogue = crate::signature::Catalogue::embedded();
        let scanner = Scanner::new(&catalogue).expect("signatures");
        for (code, told) in [(15007, [true, true, false, false]), (1722, [true; 4])] {
            let problems: Vec<bool> = CHANNELS
                .iter()
                .map(|channel| {
                    let mut events = |_: &str, _: &str, _: usize, _: &mut dyn FnMut(&str)| {
                        Err(io::Error::from_raw_os_error(code))
                    };
                    read(channel, &scanner, &mut events).problem.is_some()
                })
                .collect();
            assert_eq!(problems, told, "{code}");
        }
    }

    /// IIS tells of a module that cannot be loaded in the Application log.
    #[test]
    fn a_module_that_is_not_loaded_is_met_in_the_application_log() {
        let catalogue = crate::signature::Catalogue::embedded();
        let scanner = Scanner::new(&catalogue).expect("signatures");
        let event = r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>
            <Provider Name="Microsoft-Windows-IIS-W3SVC-WP"/><EventID>2280</EventID><Level>2</Level>
            <TimeCreated SystemTime="2026-11-10T08:15:00Z"/><EventRecordID>7</EventRecordID>
            <Channel>Application</Channel><Computer>S</Computer></System>
            <EventData><Data Name="ModuleDll">C:\Program Files\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll</Data></EventData></Event>"#;
        let mut events = |channel: &str, query: &str, _: usize, look: &mut dyn FnMut(&str)| {
            if channel == "Application" && query.contains("Microsoft-Windows-IIS-W3SVC-WP") {
                look(event);
            }
            Ok(())
        };
        let hits: usize = CHANNELS
            .iter()
            .map(|channel| read(channel, &scanner, &mut events).hits.len())
            .sum();
        assert_eq!(hits, 1);
    }

    #[test]
    fn the_query_is_one_xpath() {
        assert_eq!(
            query(&["a", "b"]),
            "*[System[Provider[@Name='a' or @Name='b']]]"
        );
    }
}
