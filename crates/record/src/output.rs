//! Records on their way out: JSON Lines or text, to stdout or to `--output`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::ascii;
use crate::cli::{Common, Format};
use crate::group::Groups;
use crate::mask;
use crate::tally::{Glance, Tally};
use crate::text::{self, Renderer};
use crate::wire::{Body, Record, Subject};

/// A form of a tool's own for what leaves: every record, passed-through ones included, comes by here.
pub trait Layout {
    /// What to write for this record; its secrets are masked already.
    fn record(&mut self, record: &Record) -> String;

    /// What to write after the last record.
    fn end(&mut self) -> String;
}

/// JSON Lines of the records, or a form to show them in.
enum Shown {
    Lines,
    Text(Renderer),
    Own(Box<dyn Layout>),
}

impl Shown {
    fn record(&mut self, record: &Record) -> String {
        match self {
            Self::Lines => String::new(),
            Self::Text(renderer) => renderer.render(record),
            Self::Own(layout) => layout.record(record),
        }
    }
}

/// Where records leave. Every record is masked, counted and written; at once, or with others that are ready.
pub struct Output {
    tool: &'static str,
    sink: BufWriter<Box<dyn Write>>,
    shown: Shown,
    held: Option<Groups>,
    own: Tally,
    all: Tally,
    flushed: Instant,
    pub(crate) targets: u64,
}

/// How long a record may wait for others while more work is done.
pub(crate) const HELD: Duration = Duration::from_millis(1);

impl Output {
    /// # Errors
    /// `--output` cannot be created.
    pub(crate) fn open(
        tool: &'static str,
        common: &Common,
        layout: Option<Box<dyn Layout>>,
    ) -> anyhow::Result<Self> {
        let (sink, terminal): (Box<dyn Write>, bool) = match &common.output {
            Some(path) => {
                let file = File::create(path)
                    .map_err(|error| anyhow::anyhow!("cannot write {}: {error}", path.display()))?;
                (Box::new(file), false)
            }
            None => (Box::new(io::stdout().lock()), io::stdout().is_terminal()),
        };
        let readable = layout.is_none()
            && common
                .format
                .map_or(terminal, |format| format == Format::Text);
        let sink: Box<dyn Write> = if readable && common.output.is_none() {
            // takes the colours out where nobody wants them, speaks to a plain Windows console
            Box::new(anstream::AutoStream::auto(io::stdout()))
        } else if readable {
            Box::new(anstream::StripStream::new(sink))
        } else {
            sink
        };
        Ok(Self {
            tool,
            sink: BufWriter::with_capacity(64 << 10, sink),
            shown: match layout {
                Some(layout) => Shown::Own(layout),
                None if readable => Shown::Text(Renderer::default()),
                None => Shown::Lines,
            },
            held: None,
            own: Tally::default(),
            all: Tally::default(),
            flushed: Instant::now(),
            targets: 0,
        })
    }

    /// Holds the records of a readable output back and shows them site by site at the end: for tools that wait for the
    /// end of their input anyway. JSON Lines stay as they come.
    pub fn group_by_site(&mut self) {
        if matches!(self.shown, Shown::Text(_)) {
            self.held = Some(Groups::default());
        }
    }

    /// Writes a record of this tool at once.
    ///
    /// # Errors
    /// The reader is gone, or the disk is full.
    pub fn emit(&mut self, subject: &Subject, body: impl Into<Body>) -> io::Result<()> {
        self.hold(subject, body)?;
        self.flush()
    }

    /// Writes a record of this tool that may wait for [`Self::flush`]: one of many that are ready together.
    ///
    /// # Errors
    /// As [`Self::emit`].
    pub fn hold(&mut self, subject: &Subject, body: impl Into<Body>) -> io::Result<()> {
        let mut emitted = self.emitter();
        emitted.emit(subject, body);
        self.add(emitted)
    }

    /// Lets go of everything that was written so far: before whatever may take its time.
    ///
    /// # Errors
    /// As [`Self::emit`].
    pub fn flush(&mut self) -> io::Result<()> {
        self.flushed = Instant::now();
        self.sink.flush()
    }

    /// [`Self::flush`] where that is a millisecond ago: between the small steps of long work.
    ///
    /// # Errors
    /// As [`Self::emit`].
    pub fn flush_when_due(&mut self) -> io::Result<()> {
        if self.sink.buffer().is_empty() || self.flushed.elapsed() < HELD {
            return Ok(());
        }
        self.flush()
    }

    /// What this tool has said so far.
    pub fn tally(&self) -> &Tally {
        &self.own
    }

    /// Collects records apart from the output, to be written later with [`Self::add`].
    pub(crate) fn emitter(&self) -> Emitter {
        Emitter {
            tool: self.tool,
            tally: Tally::default(),
            kept: match self.shown {
                Shown::Lines => Kept::Lines(Vec::new()),
                _ => Kept::Records(Vec::new()),
            },
        }
    }

    pub(crate) fn add(&mut self, emitted: Emitter) -> io::Result<()> {
        self.own.add(&emitted.tally);
        self.all.add(&emitted.tally);
        match emitted.kept {
            Kept::Lines(lines) => self.sink.write_all(&lines),
            Kept::Records(records) => records
                .into_iter()
                .try_for_each(|record| self.render(record)),
        }
    }

    fn render(&mut self, record: Record) -> io::Result<()> {
        match &mut self.held {
            Some(groups) => groups.add(record),
            None => self.sink.write_all(self.shown.record(&record).as_bytes())?,
        }
        Ok(())
    }

    /// Passes a foreign line on, byte for byte; in text it is rendered like a record of our own. It waits for a flush.
    pub(crate) fn pass(&mut self, line: &[u8], glance: &Glance) -> io::Result<()> {
        self.all.glance(glance);
        if matches!(self.shown, Shown::Lines) {
            self.sink.write_all(line)?;
            return self.sink.write_all(b"\n");
        }
        match Record::parse(line) {
            Some(record) => self.render(masked(record)),
            None => Ok(()),
        }
    }

    /// Shows what was held back for its site.
    pub(crate) fn release(&mut self) -> io::Result<()> {
        let held = self.held.take();
        held.into_iter()
            .flat_map(Groups::into_records)
            .try_for_each(|record| self.render(record))?;
        self.flush()
    }

    /// Writes the closing `done`, or the summary of a text.
    pub(crate) fn finish(&mut self) -> io::Result<Tally> {
        self.all.ended(self.tool);
        self.release()?;
        let end = match &mut self.shown {
            Shown::Lines => {
                let done = self.own.done(self.targets);
                self.emit(&Subject::default(), done)?;
                return Ok(self.all);
            }
            Shown::Text(_) => text::summary(&self.all, self.targets),
            Shown::Own(layout) => layout.end(),
        };
        self.sink.write_all(end.as_bytes())?;
        self.sink.flush()?;
        Ok(self.all)
    }

    /// Plain text that is no record, for `--explain` and its like.
    pub(crate) fn plain(&mut self, text: &str) -> io::Result<()> {
        self.sink.write_all(text.as_bytes())?;
        self.sink.flush()
    }
}

/// Records of one target, collected where other targets are looked at beside it.
pub struct Emitter {
    tool: &'static str,
    tally: Tally,
    kept: Kept,
}

enum Kept {
    Lines(Vec<u8>),
    Records(Vec<Record>),
}

impl Emitter {
    /// Adds a record about `subject`.
    pub fn emit(&mut self, subject: &Subject, body: impl Into<Body>) {
        let record = Record {
            tool: self.tool.to_owned(),
            subject: subject.clone(),
            body: body.into(),
        };
        self.tally.count(&record.body);
        match &mut self.kept {
            Kept::Lines(lines) => {
                let mut line = ascii::to_line(&record);
                if mask::may_hold_secret(&line) {
                    line = masked_line(&line).unwrap_or(line);
                }
                lines.append(&mut line);
                lines.push(b'\n');
            }
            Kept::Records(records) => records.push(masked(record)),
        }
    }
}

/// The line with every string masked; the order of fields stays.
fn masked_line(line: &[u8]) -> Option<Vec<u8>> {
    let mut value = serde_json::from_slice(line).ok()?;
    mask::value(&mut value);
    Some(ascii::to_line(&value))
}

fn masked(record: Record) -> Record {
    let line = ascii::to_line(&record);
    if !mask::may_hold_secret(&line) {
        return record;
    }
    masked_line(&line)
        .and_then(|line| Record::parse(&line))
        .unwrap_or(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Finding, Severity};

    struct Codes(u32);

    impl Layout for Codes {
        fn record(&mut self, record: &Record) -> String {
            self.0 += 1;
            format!("{}\n", record.body.kind())
        }

        fn end(&mut self) -> String {
            format!("{} records\n", self.0)
        }
    }

    #[test]
    fn a_layout_sees_own_and_foreign_records_and_writes_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("out");
        let common = Common {
            output: Some(file.clone()),
            ..Common::default()
        };
        let mut output = Output::open("t", &common, Some(Box::new(Codes(0)))).unwrap();
        let finding = Finding::new("a/b", Severity::Error, "m");
        output.emit(&Subject::default(), finding).unwrap();
        let line = br#"{"schema":"ancm-tools/1","type":"site","tool":"x","site":null,"app":null,"path":"/p"}"#;
        let glance = serde_json::from_slice(line).unwrap();
        output.pass(line, &glance).unwrap();
        assert_eq!(output.finish().unwrap().findings.error, 1);
        drop(output);
        assert_eq!(
            std::fs::read_to_string(file).unwrap(),
            "finding\nsite\n2 records\n"
        );
    }

    #[test]
    fn a_held_record_waits_for_the_flush_and_an_emitted_one_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("out");
        let common = Common {
            output: Some(file.clone()),
            ..Common::default()
        };
        let mut output = Output::open("t", &common, None).unwrap();
        let finding = || Finding::new("a/b", Severity::Error, "m");
        let lines = || std::fs::read_to_string(&file).unwrap().lines().count();
        output.hold(&Subject::default(), finding()).unwrap();
        assert_eq!(lines(), 0);
        output.flush().unwrap();
        assert_eq!(lines(), 1);
        output.emit(&Subject::default(), finding()).unwrap();
        assert_eq!(lines(), 2);
        output.hold(&Subject::default(), finding()).unwrap();
        std::thread::sleep(HELD);
        output.flush_when_due().unwrap();
        assert_eq!(lines(), 3);
    }
}
