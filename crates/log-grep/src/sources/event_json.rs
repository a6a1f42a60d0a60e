//! `Get-WinEvent ... | ConvertTo-Json`, of Windows PowerShell 5.1 and of 7.

use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use super::event::{self, Event};
use super::{Problem, Reading, Source};
use crate::scan::{Hits, Scanner};

pub(super) fn read(scanner: &Scanner<'_>, path: &Path, bytes: &[u8]) -> Reading {
    let mut reading = Reading::new(path, Source::EventLog);
    let mut hits = Hits::default();
    let mut place = 0;
    let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    for value in &mut stream {
        match value {
            Ok(Value::Array(list)) => {
                for item in &list {
                    place += 1;
                    event::look(scanner, &event(item), place, &mut hits);
                }
            }
            Ok(item) => {
                place += 1;
                event::look(scanner, &event(&item), place, &mut hits);
            }
            Err(error) => {
                reading.problem = Some(Problem::damaged(format!(
                    "{} is no complete JSON: {error}",
                    path.display()
                )));
                break;
            }
        }
    }
    reading.healthy = hits.healthy;
    reading.dropped = hits.dropped;
    reading.hits = hits.finish();
    reading
}

fn event(item: &Value) -> Event {
    let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| item[name].as_u64().unwrap_or(0);
    let mut data = vec![text("Message")];
    if let Some(list) = item["Properties"].as_array() {
        // `-Depth 3` gives the strings themselves; the message repeats the first of them
        data.extend(
            list.iter()
                .filter_map(|property| property["Value"].as_str())
                .filter(|value| {
                    !item["Message"]
                        .as_str()
                        .is_some_and(|message| message.contains(*value))
                })
                .map(str::to_owned),
        );
    }
    Event {
        provider: text("ProviderName"),
        id: number("Id") as u32,
        level: number("Level") as u8,
        time: time(&item["TimeCreated"]),
        record: number("RecordId"),
        channel: text("LogName"),
        computer: text("MachineName"),
        data,
    }
}

/// ISO-8601 (7), `/Date(1577836800000)/` (5.1), or an object with a `DateTime` (5.1 with `-Depth`).
fn time(value: &Value) -> Option<Timestamp> {
    let text = value.as_str().or_else(|| value["value"].as_str())?;
    if let Some(millis) = text.strip_prefix("/Date(") {
        let digits: String = millis
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '-')
            .collect();
        return Timestamp::from_millisecond(digits.parse().ok()?).ok();
    }
    crate::time::at_head(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_powershells() {
        let old = serde_json::json!({"Id": 1018, "ProviderName": "p", "TimeCreated": "/Date(1577836800000)/",
            "Message": "m", "Level": 2});
        assert_eq!(
            event(&old).time.unwrap().to_string(),
            "2020-01-01T00:00:00Z"
        );
        let new = serde_json::json!({"Id": 1018, "TimeCreated": "2020-01-01T02:00:00+02:00", "Message": "m"});
        assert_eq!(
            event(&new).time.unwrap().to_string(),
            "2020-01-01T00:00:00Z"
        );
    }
}
