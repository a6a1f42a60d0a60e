//! HTTPERR logs: what HTTP.sys answered by itself, with its reason phrase.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

use super::{Problem, Reading, Source};
use crate::scan::{Context, Hit, Scanner};
use crate::text;

/// Reason phrases that speak of an application pool, with the signature that explains them.
const REASONS: &[(&str, &str)] = &[
    ("AppOffline", "httperr-app-offline"),
    ("Disabled", "httperr-pool-disabled"),
    ("AppShutdown", "httperr-app-shutdown"),
    ("AppPoolTimer", "httperr-app-pool-timer"),
    ("QueueFull", "httperr-queue-full"),
    ("ConnLimit", "httperr-connection-limit"),
    (
        "Connection_Abandoned_By_ReqQueue",
        "httperr-connection-abandoned",
    ),
    (
        "Connection_Abandoned_By_AppPool",
        "httperr-connection-abandoned",
    ),
    ("N/A", "httperr-unavailable"),
];

const MAX_LINE: u64 = 64 * 1024;

pub(super) fn read(
    scanner: &Scanner<'_>,
    path: &Path,
    source: &mut dyn Read,
    limit: u64,
) -> Reading {
    let mut reading = Reading::new(path, Source::HttpErr);
    let mut folded: BTreeMap<(u16, String), Hit> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    let mut reader = BufReader::with_capacity(256 * 1024, source.take(limit));
    let mut line = Vec::new();
    let (mut offset, mut number) = (0, 0);
    loop {
        line.clear();
        match (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                reading.problem = Some(Problem::unreadable(path, error));
                break;
            }
        }
        let begin = offset;
        offset += line.len() as u64;
        number += 1;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        if let Some(fields) = text.strip_prefix("#Fields:") {
            names = fields.split_ascii_whitespace().map(str::to_owned).collect();
            continue;
        }
        if text.starts_with('#') {
            continue;
        }
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let word = |name: &str| {
            let at = names.iter().position(|have| have == name)?;
            // a URL with blanks in it moves what comes behind: count those from the end
            let back = names.len() - at;
            if back <= 5 {
                words.len().checked_sub(back).map(|at| words[at])
            } else {
                words.get(at).copied()
            }
        };
        let Some(reason) = word("s-reason") else {
            continue;
        };
        let Some(&(_, code)) = REASONS.iter().find(|(have, _)| *have == reason) else {
            continue;
        };
        if reason == "N/A" && word("sc-status") != Some("503") {
            continue;
        }
        let Some(signature) = scanner.catalogue.find(code) else {
            continue;
        };
        let queue = word("s-queuename").unwrap_or("-").to_owned();
        let time = word("date")
            .zip(word("time"))
            .and_then(|(date, time)| crate::time::at_head(format!("{date}T{time}").as_bytes()));
        let hit = folded
            .entry((signature, queue.clone()))
            .or_insert_with(|| Hit {
                signature,
                offset: begin,
                last_offset: begin,
                line: number - 1,
                count: 0,
                context: Context::Logged,
                depth: 0,
                caught: false,
                dotnet: true,
                first: time,
                last: time,
                captures: BTreeMap::from([
                    ("pool".to_owned(), text::one_line(&queue)),
                    ("reason".to_owned(), text::one_line(reason)),
                ]),
                excerpt: text::excerpt(text.as_bytes(), text::EXCERPT),
            });
        hit.count += 1;
        hit.last = time.or(hit.last);
        hit.last_offset = begin;
    }
    reading.hits = folded.into_values().collect();
    reading
}
