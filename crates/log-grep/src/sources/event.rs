//! Events, whatever form they came in, and what their ids say.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::scan::{Context, Hit, Hits, Scanner};
use crate::signature::When;
use crate::text;

/// One event of a Windows event log.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Event {
    pub(crate) provider: String,
    pub(crate) id: u32,
    /// 1 critical, 2 error, 3 warning, 4 information; the types of Azure's file are translated.
    pub(crate) level: u8,
    pub(crate) time: Option<Timestamp>,
    pub(crate) record: u64,
    pub(crate) channel: String,
    pub(crate) computer: String,
    /// Strings of EventData or UserData, or the rendered message.
    pub(crate) data: Vec<String>,
}

/// Strings of one event that are searched, in bytes together: the event log itself allows 31,839
/// characters a string.
const MAX_TEXT: usize = 1 << 20;

/// Searches one event. `place` is its number in the log.
pub(crate) fn look(scanner: &Scanner<'_>, event: &Event, place: u64, hits: &mut Hits) {
    let mut text = String::new();
    for data in &event.data {
        if text.len() + data.len() > MAX_TEXT {
            break;
        }
        text.push_str(data);
        text.push('\n');
    }
    if text.is_empty() {
        // an event without strings is found by the empty expression all the same
        text.push('\n');
    }
    let ceiling = ceiling(event);
    let mut found = scanner.text(text.as_bytes());
    // a signature that fits the provider and id, where the text said nothing: other languages
    if scanner.plain.is_none() {
        for index in scanner.catalogue.by_event_id(event.id) {
            let Some(signature) = scanner.catalogue.get(index) else {
                continue;
            };
            let provider = event.provider.to_lowercase();
            let fits = signature
                .providers
                .iter()
                .any(|part| provider.contains(&part.to_lowercase()));
            if fits && !found.iter().any(|hit| hit.signature == index) {
                found.push(Hit {
                    signature: index,
                    offset: 0,
                    last_offset: 0,
                    line: 0,
                    count: 1,
                    context: Context::Bare,
                    depth: 0,
                    caught: false,
                    dotnet: true,
                    first: None,
                    last: None,
                    captures: positional(event),
                    excerpt: text::excerpt(text.as_bytes(), text::EXCERPT),
                });
            }
        }
    }
    for mut hit in found {
        hit.context = match ceiling {
            Some(Context::Fatal) if hit.context >= Context::Logged => Context::Fatal,
            Some(_) if hit.context == Context::Bare => Context::Logged,
            _ => hit.context,
        };
        hit.offset = place;
        hit.last_offset = place;
        hit.first = event.time;
        hit.last = event.time;
        hit.captures
            .insert("event_id".to_owned(), event.id.to_string());
        hit.captures
            .insert("provider".to_owned(), event.provider.clone());
        if let Some(pid) = process_id(event) {
            hit.captures.insert("pid".to_owned(), pid);
        }
        if scanner.plain.is_some() {
            hit.captures
                .insert("record".to_owned(), event.record.to_string());
            hit.captures
                .insert("level".to_owned(), event.level.to_string());
            hit.captures
                .insert("computer".to_owned(), event.computer.clone());
        }
        let healthy = scanner
            .catalogue
            .get(hit.signature)
            .is_some_and(|signature| signature.when == When::Healthy);
        if healthy && is_module(event) {
            hits.healthy = Some((place, event.time));
        }
        hits.add(hit);
    }
}

fn is_module(event: &Event) -> bool {
    event.provider.contains("AspNetCore Module")
}

/// What the provider and id say about any text inside.
fn ceiling(event: &Event) -> Option<Context> {
    let runtime = event.provider.starts_with(".NET Runtime");
    match event.id {
        // the module's errors; its notices keep what their own text says
        1000 | 1007 | 1010 | 1011 | 1018 | 1020 | 1027 | 1031 | 1034 | 1035 if is_module(event) => {
            Some(Context::Fatal)
        }
        1023 | 1025 | 1026 if runtime => None,
        // the event log provider of Microsoft.Extensions.Logging
        1000 if runtime => Some(Context::Logged),
        _ => None,
    }
}

/// The unnamed strings of an event of another language, under the names the English text gives.
fn positional(event: &Event) -> BTreeMap<String, String> {
    let mut captures = BTreeMap::new();
    if let Some(first) = event.data.first()
        && first.len() < 260
        && (5000..6000).contains(&event.id)
    {
        captures.insert("pool".to_owned(), text::one_line(first));
    }
    captures
}

/// `Process Id: 1234.` of the module.
fn process_id(event: &Event) -> Option<String> {
    event.data.iter().find_map(|data| {
        let rest = data.trim().strip_prefix("Process Id: ")?;
        Some(rest.trim_end_matches('.').to_owned())
    })
}
