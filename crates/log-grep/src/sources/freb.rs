//! Failed Request Tracing (`fr000001.xml`): status, module and error code of one request.

use std::collections::BTreeMap;
use std::path::Path;

use quick_xml::events::Event as Markup;

use super::{Reading, Source};
use crate::number;
use crate::scan::{Context, Hit, Scanner, small};
use crate::text;

pub(super) fn read(scanner: &Scanner<'_>, path: &Path, bytes: &[u8]) -> Reading {
    let mut reading = Reading::new(path, Source::Freb);
    let text = text::readable(bytes);
    let mut captures: BTreeMap<String, String> = BTreeMap::new();
    let mut codes = Vec::new();
    let mut words = String::new();
    let mut name = String::new();
    let mut value = String::new();
    let mut parser = quick_xml::Reader::from_str(&text);
    parser.config_mut().check_end_names = false;
    while let Ok(markup) = parser.read_event() {
        match markup {
            Markup::Eof => break,
            Markup::Start(tag) | Markup::Empty(tag) => {
                value.clear();
                name.clear();
                for attribute in tag.attributes().with_checks(false).flatten() {
                    let key = attribute.key.as_ref().to_owned();
                    let content = super::event_xml::unescape(&attribute.value);
                    if tag.name().as_ref() == "failedRequest" {
                        keep(&mut captures, &key, &content);
                    } else if key == "Name" {
                        name = content;
                    }
                }
            }
            Markup::Text(part) => value.push_str(&super::event_xml::unescape(&part)),
            Markup::CData(part) => value.push_str(&part),
            Markup::End(_) => {
                let content = value.trim();
                match name.as_str() {
                    "ErrorCode" => {
                        let head = content
                            .split(|c: char| c == '(' || c.is_whitespace())
                            .rfind(|part| !part.is_empty());
                        let code = content
                            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
                            .chain(head)
                            .find_map(number::parse);
                        codes.extend(code.filter(|&code| code != 0));
                    }
                    "ModuleName" => {
                        drop(captures.insert("module".to_owned(), text::one_line(content)))
                    }
                    "HttpSubStatus" => {
                        drop(captures.insert("substatus".to_owned(), content.to_owned()))
                    }
                    _ => {}
                }
                if !content.is_empty() && content.len() < 64 * 1024 {
                    words.push_str(content);
                    words.push('\n');
                }
                name.clear();
                value.clear();
            }
            _ => {}
        }
    }
    // messages of the module that the trace repeats
    reading.take(small(scanner, words.as_bytes(), 0));
    reading.hits.iter_mut().for_each(|hit| hit.line = 0);
    let status = captures.get("status").cloned().unwrap_or_default();
    let dotted = match (status.contains('.'), captures.remove("substatus")) {
        (false, Some(substatus)) => format!("{status}.{substatus}"),
        _ => status,
    };
    let mut found: Vec<u16> = scanner.catalogue.by_status(&dotted).into_iter().collect();
    if let Some(&code) = codes.last() {
        captures.insert("code".to_owned(), number::hex(code));
        found.extend(scanner.catalogue.by_number(code));
    }
    captures.insert("status".to_owned(), dotted);
    let excerpt = text::excerpt(
        format!(
            "{} {}",
            captures["status"],
            captures.get("url").map_or("", String::as_str)
        )
        .as_bytes(),
        text::EXCERPT,
    );
    for signature in found {
        if !reading.hits.iter().any(|hit| hit.signature == signature) {
            reading.hits.push(Hit {
                signature,
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
                captures: captures.clone(),
                excerpt: excerpt.clone(),
            });
        }
    }
    reading
}

fn keep(captures: &mut BTreeMap<String, String>, key: &str, content: &str) {
    let name = match key {
        "url" => "url",
        "statusCode" => "status",
        "appPoolId" => "pool",
        "siteId" => "site",
        "failureReason" => "reason",
        _ => return,
    };
    captures.insert(name.to_owned(), text::one_line(content));
}
