//! Finds signatures in bytes.

mod file;
pub(crate) mod prefilter;
pub(crate) mod region;
mod stream;
mod unfold;

pub(crate) use file::{Scanned, file, small};
pub(crate) use region::Context;
pub(crate) use stream::Stream;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::Timestamp;

use crate::exception;
use crate::number;
use crate::signature::{Catalogue, Signature, When};
use crate::text;
use prefilter::Prefilter;

/// Bytes of a line that are searched for signatures around an anchor, and how far a pattern may
/// reach beyond its line.
const REACH: usize = 2 * 1024;

/// Distinct hits that are kept of one window; more are only counted.
const MAX_DISTINCT: usize = 2_000;

/// Lines found by `--grep` that are kept of one log.
const MAX_PLAIN: usize = 100_000;

/// A signature met in a text, folded over equal occurrences.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) signature: u16,
    /// Where the first occurrence begins, in bytes from the start of the text.
    pub(crate) offset: u64,
    /// Where the last one begins.
    pub(crate) last_offset: u64,
    /// Line ends before the first occurrence.
    pub(crate) line: u64,
    pub(crate) count: u64,
    pub(crate) context: Context,
    /// `--->` between the head of the entry and the text: how far inside the chain it stands.
    pub(crate) depth: u8,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
    /// The entry says that the exception was caught while starting (CaptureStartupErrors): the server
    /// comes up all the same, and answers 500 to everything.
    pub(crate) caught: bool,
    /// The entry shows that a .NET program or the module wrote it: an exception, or its own names.
    pub(crate) dotnet: bool,
    pub(crate) captures: BTreeMap<String, String>,
    pub(crate) excerpt: String,
}

/// What is looked for.
pub(crate) struct Scanner<'c> {
    pub(crate) catalogue: &'c Catalogue,
    prefilter: Prefilter,
    /// The second search, made at the first exception that is met.
    inside: OnceLock<Option<Prefilter>>,
    /// Signatures of an exception of any kind, and of one that ended the process.
    exception: Option<u16>,
    unhandled: Option<u16>,
    /// `--grep`: lines that match are hits of their own.
    pub(crate) plain: Option<regex::bytes::Regex>,
    /// `--context N`: lines shown around a hit.
    pub(crate) around: usize,
}

/// The pseudo-signature of a line that `--grep` matched.
pub(crate) const PLAIN: u16 = u16::MAX;

impl<'c> Scanner<'c> {
    pub(crate) fn new(catalogue: &'c Catalogue) -> anyhow::Result<Self> {
        Ok(Self {
            catalogue,
            prefilter: Prefilter::new(catalogue)?,
            inside: OnceLock::new(),
            exception: catalogue.find("dotnet-exception"),
            unhandled: catalogue.find("dotnet-unhandled-exception"),
            plain: None,
            around: 0,
        })
    }

    /// Searches a whole text that is in memory.
    pub(crate) fn text(&self, bytes: &[u8]) -> Vec<Hit> {
        let mut hits = Hits::default();
        self.window(bytes, 0, 0..bytes.len(), &mut hits);
        hits.finish()
    }

    /// Searches `own` of `bytes`; the rest of them is there to be looked at from inside. `base` is
    /// the offset of `bytes` in its text. Lines are counted from the start of `own`.
    pub(crate) fn window(
        &self,
        bytes: &[u8],
        base: u64,
        own: std::ops::Range<usize>,
        hits: &mut Hits,
    ) {
        let mut lines = LineCount {
            at: own.start,
            count: 0,
        };
        self.catalogue.spare();
        if let Some(plain) = &self.plain {
            self.grep(plain, bytes, base, own, hits, &mut lines);
            return;
        }
        let mut done = own.start;
        let mut candidates: Vec<(u16, usize)> = Vec::new();
        let mut entry: Option<Judged> = None;
        self.prefilter.each(bytes, own.clone(), |places| {
            let mut rest = places;
            while let Some(&(place, _)) = rest.first() {
                let (start, end) = region::line_around(bytes, place);
                candidates.clear();
                while let Some((&(place, owner), tail)) = rest.split_first() {
                    if place >= end.max(start + 1) {
                        break;
                    }
                    rest = tail;
                    // a line that crosses the end of a block was searched with that block
                    if !candidates.iter().any(|&(have, _)| have == owner) {
                        candidates.push((owner, place - start));
                    }
                }
                if candidates.is_empty() {
                    rest = &rest[1..];
                    continue;
                }
                let line = Line {
                    bytes,
                    base,
                    start,
                    end,
                };
                lines.advance(bytes, start.max(done));
                done = start.max(done);
                self.line(&line, lines.count, &candidates, &mut entry, hits);
            }
        });
    }

    fn grep(
        &self,
        plain: &regex::bytes::Regex,
        bytes: &[u8],
        base: u64,
        own: std::ops::Range<usize>,
        hits: &mut Hits,
        lines: &mut LineCount,
    ) {
        let mut at = own.start;
        while at < own.end {
            let Some(found) = plain.find_at(bytes, at) else {
                break;
            };
            if found.start() >= own.end {
                break;
            }
            let (start, end) = region::line_around(bytes, found.start());
            lines.advance(bytes, start.max(own.start));
            let line = Line {
                bytes,
                base,
                start,
                end,
            };
            hits.add(Hit {
                signature: PLAIN,
                offset: base + start as u64,
                last_offset: base + start as u64,
                line: lines.count,
                count: 1,
                context: Context::Logged,
                depth: 0,
                first: crate::time::at_head(&bytes[start..end]),
                last: None,
                caught: false,
                dotnet: false,
                captures: BTreeMap::new(),
                excerpt: self.excerpt(&line, start, end),
            });
            at = end.max(found.start()).max(at) + 1;
        }
    }

    /// Tries the candidate signatures of one line. `entry` is the entry of the lines before, which this
    /// line may belong to.
    fn line(
        &self,
        line: &Line<'_>,
        number: u64,
        candidates: &[(u16, usize)],
        entry: &mut Option<Judged>,
        hits: &mut Hits,
    ) {
        let mut judged = entry
            .take()
            .filter(|entry| entry.start <= line.start && line.end <= entry.end);
        let mut is_exception = false;
        for &(index, at) in candidates {
            if index == prefilter::NUMBERS {
                self.numbers(line, at, number, &mut judged, hits);
                continue;
            }
            is_exception |= Some(index) == self.exception || Some(index) == self.unhandled;
            self.one(index, line, number, None, &mut judged, hits);
        }
        if is_exception {
            judged.get_or_insert_with(|| Judged::of(line));
            self.inside(line, number, &mut judged, hits);
        }
        *entry = judged;
    }

    /// Tries one signature on a line.
    fn one(
        &self,
        index: u16,
        line: &Line<'_>,
        number: u64,
        floor: Option<usize>,
        judged: &mut Option<Judged>,
        hits: &mut Hits,
    ) {
        let Some(signature) = self.catalogue.get(index) else {
            return;
        };
        let found = match self.find(signature, line, floor, judged) {
            Some(found) => found,
            None if Some(index) == self.exception => {
                // an exception behind other words of its line
                let judged = judged.get_or_insert_with(|| Judged::of(line));
                if judged.context < Context::Logged || !judged.dotnet || !judged.begins_on(line) {
                    return;
                }
                Found {
                    start: line.start,
                    end: line.end,
                    captures: BTreeMap::new(),
                }
            }
            None => return,
        };
        let judged = judged.get_or_insert_with(|| Judged::of(line));
        if signature.when == When::Healthy && judged.context != Context::Fatal {
            hits.healthy(line.base + found.start as u64, judged.time);
        }
        let index = match self.unhandled {
            Some(unhandled)
                if Some(index) == self.exception
                    && judged.context == Context::Fatal
                    && judged.dotnet =>
            {
                unhandled
            }
            _ => index,
        };
        hits.add(self.hit(index, line, number, &found, judged));
    }

    /// Tries the patterns of a signature around a line, from `floor` on where that is known. A match counts when it overlaps the line:
    /// forum posts and event viewers wrap long messages.
    fn find(
        &self,
        signature: &Signature,
        line: &Line<'_>,
        floor: Option<usize>,
        judged: &mut Option<Judged>,
    ) -> Option<Found> {
        let from = if let Some(floor) = floor {
            floor.min(line.start)
        } else if line.start > 0 {
            region::line_around(line.bytes, line.start - 1)
                .0
                .max(line.start.saturating_sub(REACH))
        } else {
            0
        };
        let to = line.bytes.len().min(line.end + REACH);
        let region = &line.bytes[from..to];
        let unfolded = unfold::unfold(region);
        let region = unfolded.as_ref().map_or(region, |text| &text.bytes[..]);
        let place = |at: usize| from + unfolded.as_ref().map_or(at, |text| text.source(at));
        for pattern in &signature.patterns {
            let Some(regex) = self.catalogue.compiled(&pattern.regex) else {
                continue;
            };
            // found first, captured then: looking for the captures everywhere would cost much more
            for all in regex.find_iter(region).take(4) {
                let (start, end) = (place(all.start()), place(all.end()));
                if start > line.end {
                    break;
                }
                if end <= line.start {
                    continue;
                }
                let unless = pattern.unless.as_ref();
                if let Some(unless) = unless.and_then(|unless| self.catalogue.compiled(unless)) {
                    let judged = judged.get_or_insert_with(|| Judged::of(line));
                    if unless.is_match(&line.bytes[judged.start..judged.end]) {
                        continue;
                    }
                }
                return Some(Found {
                    start,
                    end,
                    captures: captures(&regex, &region[..all.end()], all.start()),
                });
            }
        }
        None
    }

    /// Searches the entry of an exception, from this line on, for what is looked for only there.
    fn inside(&self, line: &Line<'_>, number: u64, judged: &mut Option<Judged>, hits: &mut Hits) {
        let Some(entry) = judged.as_ref().map(|judged| judged.start..judged.end) else {
            return;
        };
        let inside = self
            .inside
            .get_or_init(|| Prefilter::inside(self.catalogue).ok());
        let Some(inside) = inside else { return };
        // the lines of a chain each announce the rest of it
        let from = usize::try_from(hits.inside_to.saturating_sub(line.base)).unwrap_or(usize::MAX);
        let from = from.max(line.start);
        let end = entry.end.min(line.bytes.len());
        if from >= end {
            return;
        }
        hits.inside_to = line.base + end as u64;
        let mut places: Vec<(usize, u16)> = Vec::new();
        inside.each(&line.bytes[..end], from..end, |found| {
            places.extend(
                found
                    .iter()
                    .map(|(at, owner)| (region::line_around(line.bytes, *at).0, *owner)),
            );
        });
        places.sort_unstable();
        places.dedup();
        let mut count = LineCount {
            at: line.start,
            count: number,
        };
        for group in places.chunk_by(|a, b| a.0 == b.0) {
            let (start, end) = region::line_around(line.bytes, group[0].0);
            count.advance(line.bytes, start);
            let here = Line {
                start,
                end,
                ..*line
            };
            for &(_, owner) in group {
                self.one(owner, &here, count.count, Some(entry.start), judged, hits);
            }
        }
    }

    fn hit(&self, index: u16, line: &Line<'_>, number: u64, found: &Found, judged: &Judged) -> Hit {
        let mut captures = found.captures.clone();
        judged.describe(&mut captures);
        let offset = line.base + found.start as u64;
        let back = line.bytes[found.start.min(line.start)..line.start]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count() as u64;
        Hit {
            signature: index,
            offset,
            last_offset: offset,
            line: number.saturating_sub(back),
            count: 1,
            context: judged.context,
            depth: judged.depth(line, found.start),
            first: judged.time,
            last: None,
            caught: judged.caught,
            dotnet: judged.dotnet,
            captures,
            excerpt: self.excerpt(line, found.start, found.end),
        }
    }

    /// Codes in a line that announces one.
    fn numbers(
        &self,
        line: &Line<'_>,
        at: usize,
        number: u64,
        judged: &mut Option<Judged>,
        hits: &mut Hits,
    ) {
        let bytes = line.text();
        // why a log file could not be made is no reason why the app did not start
        let is_of_log = [&b"stdoutLogFile"[..], b"stdout redirection"]
            .iter()
            .any(|words| memchr::memmem::find(bytes, words).is_some());
        if is_of_log {
            return;
        }
        let codes = number::in_line(&bytes[at..bytes.len().min(at + 512)]);
        let starting = START_WORDS
            .iter()
            .any(|word| memchr::memmem::find(bytes, word.as_bytes()).is_some());
        let exited = [&b"xit code"[..], b"with code"]
            .iter()
            .any(|word| bytes[at..].starts_with(word));
        for &code in &codes {
            let known = self.catalogue.by_number(code).chain(
                self.catalogue
                    .by_exit(code)
                    .filter(|_| starting && exited && code == codes[0]),
            );
            for index in known {
                let Some(signature) = self.catalogue.get(index) else {
                    continue;
                };
                let judged = judged.get_or_insert_with(|| Judged::of(line));
                let mut captures = BTreeMap::new();
                captures.insert("code".to_owned(), number::hex(code));
                if codes.len() > 1 && codes[0] != code {
                    captures.insert("hresult".to_owned(), number::hex(codes[0]));
                }
                let found = Found {
                    start: line.start + at,
                    end: line.end,
                    captures,
                };
                let mut hit = self.hit(index, line, number, &found, judged);
                if signature.when == When::Any {
                    hit.dotnet |= starting;
                    hit.context = if starting {
                        Context::Fatal
                    } else {
                        Context::Logged.min(hit.context)
                    };
                }
                hits.add(hit);
            }
        }
    }

    /// The lines of a hit, with `--context` lines around them, bounded and readable.
    fn excerpt(&self, line: &Line<'_>, start: usize, end: usize) -> String {
        let bytes = line.bytes;
        let mut from = region::line_around(bytes, start.min(line.start)).0;
        let mut to = region::line_around(bytes, end.max(line.start).min(bytes.len()))
            .1
            .max(end);
        for _ in 0..self.around {
            from = if from == 0 {
                0
            } else {
                region::line_around(bytes, from - 1).0
            };
            if to < bytes.len() {
                let next = (to + 1 + usize::from(bytes[to] == b'\r')).min(bytes.len());
                to = region::line_around(bytes, next).1;
            }
        }
        let limit = text::EXCERPT + self.around * 400;
        // a hit far inside a huge line: show what is around the hit, not the head of the line
        if start > from + limit {
            from = start - limit / 4;
        }
        text::excerpt(&bytes[from..to.min(bytes.len())], limit)
    }
}

/// Words of a line that make a code in it the outcome of a start.
const START_WORDS: &[&str] = &[
    "failed to start",
    "Failed to start",
    "failed to load",
    "rocessStatus",
    "xited with code",
    "dotnet",
    "Program.Main",
    "managed exception",
    "background thread exit",
    "Return code",
    "etAspNetCore",
    "commandline",
    "Process was created",
    "500.",
    "502.",
    "created process",
    "stage '",
    "LastError",
    "HRESULT returned",
];

#[derive(Clone, Copy)]
struct Line<'b> {
    bytes: &'b [u8],
    base: u64,
    start: usize,
    end: usize,
}

impl Line<'_> {
    fn text(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }
}

struct Found {
    start: usize,
    end: usize,
    captures: BTreeMap<String, String>,
}

/// The named parts of the match that begins at `start`.
fn captures(regex: &regex::bytes::Regex, text: &[u8], start: usize) -> BTreeMap<String, String> {
    if regex.captures_len() == 1 {
        return BTreeMap::new();
    }
    let Some(found) = regex.captures_at(text, start) else {
        return BTreeMap::new();
    };
    regex
        .capture_names()
        .flatten()
        .filter_map(|name| {
            let value = text::readable(found.name(name)?.as_bytes());
            Some((name.to_owned(), text::one_line(&value)))
        })
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// The entry of a line, looked at once for all signatures of the line.
struct Judged {
    start: usize,
    end: usize,
    context: Context,
    caught: bool,
    dotnet: bool,
    time: Option<Timestamp>,
    chain: exception::Chain,
    /// Where the links of the chain are announced.
    arrows: Vec<usize>,
}

impl Judged {
    fn of(line: &Line<'_>) -> Self {
        let (start, end) = region::entry_around(line.bytes, line.start, line.end);
        let entry = &line.bytes[start..end];
        let mut context = region::judge(entry, line.start - start);
        let arrows = memchr::memmem::find_iter(entry, b"--->")
            .map(|at| start + at)
            .take(32)
            .collect();
        let unfolded = unfold::unfold(entry);
        let chain = exception::chain(&text::readable(
            unfolded.as_ref().map_or(entry, |text| &text.bytes[..]),
        ));
        if matches!(context, Context::Logged | Context::Bare) && chain.is_cancelled() {
            context = Context::Shutdown;
        }
        Self {
            start,
            end,
            context,
            caught: memchr::memmem::find(entry, b"Application startup exception").is_some(),
            dotnet: chain.is_dotnet() || region::names_module(entry),
            time: crate::time::at_head(region::bare(entry))
                .or_else(|| crate::time::at_head(line.text())),
            chain,
            arrows,
        }
    }

    /// True where the line names the exception itself.
    fn begins_on(&self, line: &Line<'_>) -> bool {
        self.chain.links.iter().any(|link| {
            link.kind.contains('.')
                && memchr::memmem::find(line.text(), link.kind.as_bytes()).is_some()
        })
    }

    fn depth(&self, line: &Line<'_>, at: usize) -> u8 {
        // the arrow of a link stands before its text on the same line
        let limit = at.max(line.start);
        u8::try_from(self.arrows.iter().filter(|&&arrow| arrow <= limit).count()).unwrap_or(u8::MAX)
    }

    /// The innermost exception and the app's own frame, as captures.
    fn describe(&self, captures: &mut BTreeMap<String, String>) {
        let outer = captures.get("type").cloned();
        let mut put = |name: &str, value: &str| {
            if !value.is_empty() && !captures.contains_key(name) {
                captures.insert(name.to_owned(), text::one_line(value));
            }
        };
        if let Some(inner) = self.chain.innermost() {
            put("exception", &inner.kind);
            put("exception_message", &inner.message);
        } else if let Some(kind) = outer {
            // not every type is called an exception
            put("exception", &kind);
        }
        if let Some(frame) = &self.chain.frame {
            put("frame", frame);
        }
    }
}

/// Counts line ends up to a place that only moves forward.
struct LineCount {
    at: usize,
    count: u64,
}

impl LineCount {
    fn advance(&mut self, bytes: &[u8], to: usize) {
        if to > self.at {
            self.count += memchr::memchr_iter(b'\n', &bytes[self.at..to]).count() as u64;
            self.at = to;
        }
    }
}

/// Hits of one text, equal ones folded into one.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    list: Vec<Hit>,
    index: std::collections::HashMap<(u16, u64), usize>,
    /// Hits that were distinct, but too many to keep.
    pub(crate) dropped: u64,
    /// How far the entries of exceptions were searched.
    inside_to: u64,
    /// Where the last sign of a healthy start stood, and when.
    pub(crate) healthy: Option<(u64, Option<Timestamp>)>,
}

impl Hits {
    /// Takes a hit; hits of one text come in the order of the text, save that two signatures of one
    /// line may come in any order.
    pub(crate) fn add(&mut self, mut hit: Hit) {
        hit.last = hit.last.or(hit.first);
        let key = (hit.signature, key(&hit));
        if let Some(&at) = self.index.get(&key) {
            let have = &mut self.list[at];
            if have.last_offset >= hit.offset && have.last_offset != have.offset {
                return;
            }
            if have.offset == hit.offset {
                return;
            }
            have.count += hit.count;
            have.last_offset = hit.last_offset;
            have.first = have.first.or(hit.first);
            have.last = hit.last.or(have.last);
            have.context = have.context.max(hit.context);
            have.depth = have.depth.max(hit.depth);
            have.caught |= hit.caught;
            have.dotnet |= hit.dotnet;
            for (name, value) in hit.captures {
                have.captures.entry(name).or_insert(value);
            }
            return;
        }
        let most = if hit.signature == PLAIN {
            MAX_PLAIN
        } else {
            MAX_DISTINCT
        };
        if self.list.len() >= most {
            self.dropped += hit.count;
            return;
        }
        self.index.insert(key, self.list.len());
        self.list.push(hit);
    }

    fn healthy(&mut self, offset: u64, time: Option<Timestamp>) {
        self.healthy = Some((offset, time));
    }

    /// Adds what was found further on in the same text.
    pub(crate) fn append(&mut self, later: Hits, lines_before: u64) {
        for mut hit in later.list {
            hit.line += lines_before;
            self.add(hit);
        }
        self.dropped += later.dropped;
        self.healthy = later.healthy.or(self.healthy.take());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn finish(self) -> Vec<Hit> {
        self.list
    }
}

/// What makes two hits of a signature the same failure: what was captured, save what differs from
/// one attempt to the next. A line that `--grep` found is never folded.
fn key(hit: &Hit) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    if hit.signature == PLAIN {
        hit.offset.hash(&mut hasher);
    }
    for (name, value) in &hit.captures {
        if !VARYING.contains(&name.as_str()) {
            (name, value).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// Captures that differ between attempts of one failing start.
const VARYING: &[&str] = &[
    "port",
    "pid",
    "retry",
    "frame",
    "exception_message",
    "offset",
];

#[cfg(test)]
mod tests;
