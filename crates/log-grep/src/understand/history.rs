//! Healthy starts, and which failures they came after.

use jiff::Timestamp;

use crate::scan::Hit;
use crate::signature::{Catalogue, When};
use crate::sources::{Reading, Source};

/// Seconds within which a server that caught its startup exception says that it listens.
const SAME_START: i64 = 120;

/// The last healthy starts of each log.
pub(super) struct Starts {
    list: Vec<Start>,
}

struct Start {
    reading: usize,
    offset: u64,
    time: Option<Timestamp>,
    /// App folder or id that the sign names.
    app: Option<String>,
    is_event: bool,
}

/// Collects the signs of healthy starts.
pub(super) fn starts(catalogue: &Catalogue, readings: &[Reading]) -> Starts {
    let mut list = Vec::new();
    for (index, reading) in readings.iter().enumerate() {
        let is_event = reading.source == Source::EventLog;
        if is_event {
            // an event log holds the starts of all apps: each hit names its own
            for hit in &reading.hits {
                // 1001 and 1032 of the module; what an app says inside other events proves nothing
                let own = hit
                    .captures
                    .get("event_id")
                    .is_some_and(|id| id == "1001" || id == "1032");
                let healthy = own
                    && catalogue
                        .get(hit.signature)
                        .is_some_and(|signature| signature.when == When::Healthy);
                if healthy {
                    list.push(Start {
                        reading: index,
                        offset: hit.last_offset,
                        time: hit.last,
                        app: app(hit),
                        is_event,
                    });
                }
            }
        } else if let Some((offset, time)) = reading.healthy
            && !super::port::was_missed(catalogue, reading)
        {
            list.push(Start {
                reading: index,
                offset,
                time: time.or(reading.name.and_then(|name| name.started)),
                app: None,
                is_event,
            });
        }
    }
    Starts { list }
}

impl Starts {
    /// True where the app started after this hit: in the same log further on, or in another log at a
    /// later time.
    pub(super) fn after(&self, reading: usize, hit: &Hit) -> bool {
        let failed = app(hit);
        self.list.iter().any(|start| {
            let same_app = match (&start.app, &failed) {
                (Some(a), Some(b)) => a == b || (is_id(a) != is_id(b)),
                _ => true,
            };
            if !same_app {
                return false;
            }
            if hit.caught {
                // the server that answers 500 says that it listens, too
                return start
                    .time
                    .zip(hit.last.or(hit.first))
                    .is_some_and(|(start, failed)| {
                        start.as_second() - failed.as_second() > SAME_START
                    });
            }
            if start.reading == reading {
                return start.offset > hit.last_offset;
            }
            start.is_event
                && start
                    .time
                    .zip(hit.last.or(hit.first))
                    .is_some_and(|(start, failed)| start > failed)
        })
    }
}

/// Folder or id of the app, in one spelling.
fn app(hit: &Hit) -> Option<String> {
    let name = hit
        .captures
        .get("root")
        .or_else(|| hit.captures.get("app"))?;
    Some(name.trim_end_matches('\\').to_lowercase())
}

/// `/LM/W3SVC/1/ROOT`: an id cannot be compared with a folder.
fn is_id(app: &str) -> bool {
    app.starts_with("/lm/") || app.starts_with("machine/")
}
