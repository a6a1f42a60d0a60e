//! Events as XML: what Event Viewer and wevtutil export, and Azure App Service's `eventlog.xml`,
//! whose levels are the types of ReportEvent. Text between the events is searched as text.

use std::io::Read;
use std::path::Path;

use quick_xml::events::Event as Markup;

use super::event::{self, Event};
use super::{Problem, Reading, Source};
use crate::scan::{Hits, Scanner, Stream};

/// Largest single event, in bytes.
const MAX_EVENT: usize = 4 << 20;

pub(super) fn read(
    scanner: &Scanner<'_>,
    path: &Path,
    source: &mut dyn Read,
    limit: u64,
) -> Reading {
    let mut reading = Reading::new(path, Source::EventLog);
    let mut between = Stream::new(scanner);
    let mut hits = Hits::default();
    let mut buffer: Vec<u8> = Vec::new();
    let mut piece = vec![0; 256 * 1024];
    let mut place = 0;
    let mut total: u64 = 0;
    let mut azure = None;
    loop {
        let count = match source.read(&mut piece) {
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => {
                reading.problem = Some(Problem::unreadable(path, error));
                0
            }
        };
        total += count as u64;
        let ended = count == 0 || total > limit;
        buffer.extend_from_slice(&piece[..count]);
        let mut done = 0;
        while let Some((start, end)) = next_event(&buffer[done..]) {
            between.push(&buffer[done..done + start]);
            let xml = &buffer[done + start..done + end];
            let is_azure =
                *azure.get_or_insert_with(|| memchr::memmem::find(xml, b"xmlns").is_none());
            place += 1;
            match parse(xml, is_azure) {
                Some(event) => event::look(scanner, &event, place, &mut hits),
                // not XML after all, as in a listing that somebody pasted
                None => between.push(xml),
            }
            done += end;
        }
        if ended || buffer.len() - done > MAX_EVENT {
            between.push(&buffer[done..]);
            done = buffer.len();
        }
        buffer.drain(..done);
        if ended {
            break;
        }
    }
    let outside = between.finish();
    // the same event is often given twice, as text and as XML
    hits.append(outside.hits, 0);
    reading.healthy = hits.healthy;
    reading.dropped = hits.dropped;
    reading.hits = hits.finish();
    reading
}

/// Begin and end of the next complete `<Event ...>...</Event>`.
fn next_event(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let start = from + memchr::memmem::find(&bytes[from..], b"<Event")?;
        match bytes.get(start + 6)? {
            b'>' | b' ' | b'\t' | b'\r' | b'\n' => {
                let end =
                    start + memchr::memmem::find(&bytes[start..], b"</Event>")? + b"</Event>".len();
                return Some((start, end));
            }
            _ => from = start + 6,
        }
    }
}

/// Reads one event. `None` where it has no provider and no id.
pub(crate) fn parse(xml: &[u8], azure: bool) -> Option<Event> {
    let text = String::from_utf8_lossy(xml);
    let mut reader = quick_xml::Reader::from_str(&text);
    reader.config_mut().check_end_names = false;
    let mut event = Event::default();
    let mut path: Vec<String> = Vec::new();
    let mut value = String::new();
    let mut inside_data = false;
    let mut level = 0;
    let mut seen = false;
    loop {
        match reader.read_event() {
            Err(_) => break,
            Ok(Markup::Eof) => break,
            Ok(Markup::Start(tag)) => {
                let name = local(tag.name().as_ref());
                seen |= attributes(&mut event, &name, &tag);
                inside_data |= name == "EventData" || name == "UserData" || name == "RenderingInfo";
                path.push(name);
                value.clear();
            }
            Ok(Markup::Empty(tag)) => {
                let name = local(tag.name().as_ref());
                seen |= attributes(&mut event, &name, &tag);
            }
            Ok(Markup::Text(part)) => value.push_str(&part),
            Ok(Markup::CData(part)) => value.push_str(&part),
            Ok(Markup::GeneralRef(name)) => value.push_str(&entity(&name)),
            Ok(Markup::End(_)) => {
                let name = path.pop().unwrap_or_default();
                let text = value.trim();
                match name.as_str() {
                    "EventID" if !inside_data => event.id = text.parse().unwrap_or(0),
                    "Level" if !inside_data => level = text.parse().unwrap_or(0),
                    "EventRecordID" => event.record = text.parse().unwrap_or(0),
                    "Channel" => event.channel = text.to_owned(),
                    "Computer" => event.computer = text.to_owned(),
                    "EventData" | "UserData" => inside_data = false,
                    // Event Viewer's rendering repeats the level and the like
                    "RenderingInfo" => inside_data = false,
                    "Task" | "Keywords" | "Keyword" | "Opcode" | "Version" | "Level"
                    | "Provider" => {}
                    _ if inside_data && !text.is_empty() => event.data.push(text.to_owned()),
                    _ => {}
                }
                value.clear();
            }
            Ok(_) => {}
        }
    }
    event.level = if azure { of_report_event(level) } else { level };
    (seen || event.id != 0).then_some(event)
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

/// Takes the provider and the time. True where there was a provider.
fn attributes(event: &mut Event, name: &str, tag: &quick_xml::events::BytesStart<'_>) -> bool {
    let get = |wanted: &str| {
        tag.attributes()
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.as_ref() == wanted)
            .map(|attribute| unescape(&attribute.value))
    };
    match name {
        "Provider" => {
            event.provider = get("Name")
                .or_else(|| get("EventSourceName"))
                .unwrap_or_default();
            true
        }
        "TimeCreated" => {
            event.time = get("SystemTime").and_then(|time| crate::time::at_head(time.as_bytes()));
            false
        }
        _ => false,
    }
}

/// Types of ReportEvent (1 error, 2 warning, 4 information) as levels of events.
fn of_report_event(kind: u8) -> u8 {
    match kind {
        1 => 2,
        2 => 3,
        _ => 4,
    }
}

fn entity(name: &str) -> String {
    match name {
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "amp" => "&".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        _ => name
            .strip_prefix('#')
            .and_then(|number| match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            })
            .and_then(char::from_u32)
            .map(String::from)
            .unwrap_or_default(),
    }
}

/// Text with its character references resolved.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.find(';').filter(|&end| end <= 10) {
            Some(end) => {
                out.push_str(&entity(&rest[..end]));
                rest = &rest[end + 1..];
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn azure_levels_and_entities() {
        let xml = b"<Event><System><Provider Name=\"IIS AspNetCore Module V2\"/><EventID>1018</EventID>\
            <Level>1</Level><TimeCreated SystemTime=\"2025-01-01T00:00:00Z\"/><EventRecordID>7</EventRecordID>\
            <Channel>Application</Channel><Computer>C</Computer></System><EventData><Data>a &lt;b&gt;</Data>\
            <Data>Process Id: 9.</Data></EventData></Event>";
        let event = parse(xml, true).unwrap();
        assert_eq!((event.id, event.level, event.record), (1018, 2, 7));
        assert_eq!(event.data, ["a <b>", "Process Id: 9."]);
        assert_eq!(event.time.unwrap().to_string(), "2025-01-01T00:00:00Z");
        assert_eq!(parse(xml, false).unwrap().level, 1);
    }

    #[test]
    fn broken_markup_gives_what_was_read() {
        let event = parse(
            b"<Event><System><Provider Name=\"x\"/><EventID>5</EventID></Sys<",
            false,
        )
        .unwrap();
        assert_eq!((event.provider.as_str(), event.id), ("x", 5));
        assert!(parse(b"<Event>nothing</Event>", false).is_none());
    }
}
