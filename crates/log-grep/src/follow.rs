//! `--follow`: goes on reading what is written to logs, through rotation and truncation.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::Duration;

use record::input::Target;
use record::tool::Session;
use record::wire::Subject;

use crate::emit;
use crate::run::Work;
use crate::scan;
use crate::sources::{Reading, Source, StdoutName};
use crate::understand::judge;

/// How often files are looked at.
const PAUSE: Duration = Duration::from_millis(250);

/// Bytes that are read of one file at a time.
const PIECE: u64 = 1 << 20;

/// A file that is followed.
struct Followed {
    at: u64,
    /// What was read and ends in no line end yet.
    rest: Vec<u8>,
    /// The file itself, so that a new one under the old name is noticed.
    first: Vec<u8>,
}

/// Follows the files of all targets; folders are looked through for new files each time.
///
/// # Errors
/// No target, or a closed output, which ends it.
pub(crate) fn follow(work: &Work<'_>, session: &mut Session) -> anyhow::Result<()> {
    let mut targets: Vec<Target> = Vec::new();
    session.each_target_streaming(&work.args.targets, |target, _| {
        targets.push(target.clone());
        Ok(())
    })?;
    let mut files: BTreeMap<PathBuf, Followed> = BTreeMap::new();
    let mut fresh = true;
    loop {
        for target in &targets {
            for path in work.logs(target, &mut Vec::new()) {
                let known = files.entry(path.clone()).or_insert_with(|| Followed {
                    // what stands there already counts for files that appear later, not for the first look
                    at: if fresh {
                        std::fs::metadata(&path).map_or(0, |data| data.len())
                    } else {
                        0
                    },
                    rest: Vec::new(),
                    first: Vec::new(),
                });
                for text in known.grow(&path) {
                    emit_piece(work, session, &target.subject, &path, &text)?;
                }
            }
        }
        fresh = false;
        std::thread::sleep(PAUSE);
    }
}

fn emit_piece(
    work: &Work<'_>,
    session: &mut Session,
    subject: &Subject,
    path: &std::path::Path,
    text: &[u8],
) -> anyhow::Result<()> {
    let mut reading = Reading::new(path, Source::Stdout);
    reading.name = StdoutName::of(path);
    reading.hits = scan::small(work.scanner, text, 0).hits.finish();
    // lines are counted in the piece, which says nothing about the file
    let found = judge(work.scanner.catalogue, &mut [reading], work.selection);
    emit::answers(work.scanner.catalogue, subject, &found, session.out())?;
    Ok(())
}

impl Followed {
    /// What was written since the last look, cut at a line end.
    fn grow(&mut self, path: &std::path::Path) -> Vec<Vec<u8>> {
        let mut pieces = Vec::new();
        let Ok(mut file) = File::open(path) else {
            return pieces;
        };
        let length = file.metadata().map_or(0, |data| data.len());
        let mut first = vec![0; self.first.len().max(64)];
        let have = file.read(&mut first).unwrap_or(0);
        first.truncate(have);
        let replaced = !first.starts_with(&self.first);
        if length < self.at || replaced {
            // cut off, or another file under the name
            self.at = 0;
            self.rest.clear();
        }
        self.first = first;
        while self.at < length {
            if file.seek(SeekFrom::Start(self.at)).is_err() {
                break;
            }
            let before = self.rest.len();
            match (&mut file).take(PIECE).read_to_end(&mut self.rest) {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
            self.at += (self.rest.len() - before) as u64;
            let cut = memchr::memrchr(b'\n', &self.rest).map_or(0, |at| at + 1);
            // a line longer than a piece is not waited for
            let cut = if cut == 0 && self.rest.len() as u64 >= PIECE {
                self.rest.len()
            } else {
                cut
            };
            if cut > 0 {
                pieces.push(self.rest.drain(..cut).collect());
            }
        }
        pieces
    }
}
