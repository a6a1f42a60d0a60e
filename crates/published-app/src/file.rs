//! Files of an app, read with bounds.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::json::{Broken, Position, SettingsError};
use crate::pe::PeError;

/// Configuration files larger than this are not read. .NET has no limit; files that people write have some kilobytes.
pub const MAX_CONFIGURATION: u64 = 8 << 20;
/// `*.deps.json` larger than this are not read; the largest real ones have some megabytes.
pub const MAX_DEPS: u64 = 128 << 20;

/// Something of an app that could not be looked at or is not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("{}: {kind}", path.display())]
pub struct Problem {
    pub path: PathBuf,
    pub kind: ProblemKind,
}

#[derive(Debug, thiserror::Error)]
pub enum ProblemKind {
    #[error("{0}")]
    Io(std::io::Error),
    /// A folder, device or pipe where a file should be.
    #[error("not a regular file")]
    NotAFile,
    /// Bytes in the file and the limit.
    #[error("{size} bytes are more than is read of such a file ({limit})")]
    TooLarge { size: u64, limit: u64 },
    /// Not JSON by the rules of its reader.
    #[error("{0}")]
    Json(Box<Broken>),
    /// JSON, but .NET's configuration refuses it.
    #[error("{0}")]
    Settings(SettingsError),
    /// JSON, but a member is not what the reader needs there.
    #[error("{message}")]
    Shape { message: String, position: Position },
    /// web.config is not well-formed.
    #[error("{0}")]
    Xml(iis_config::document::ParseError),
    #[error("{0}")]
    Pe(PeError),
}

impl Problem {
    pub(crate) fn new(path: &Path, kind: ProblemKind) -> Self {
        Self {
            path: path.to_owned(),
            kind,
        }
    }

    /// Line and column from 1, where the problem has a place in the file.
    pub fn position(&self) -> Option<(u32, u32)> {
        match &self.kind {
            ProblemKind::Json(broken) => {
                Some((broken.error.position.line, broken.error.position.column))
            }
            ProblemKind::Settings(error) => Some((error.position().line, error.position().column)),
            ProblemKind::Shape { position, .. } => Some((position.line, position.column)),
            ProblemKind::Xml(error) => Some((error.position.line, error.position.column)),
            _ => None,
        }
    }

    /// The error of the operating system, if that is what it is.
    pub fn os_error(&self) -> Option<&std::io::Error> {
        match &self.kind {
            ProblemKind::Io(error) => Some(error),
            _ => None,
        }
    }
}

/// A file's bytes; nothing if there is no such file.
///
/// # Errors
/// It is no regular file (nothing else is opened: a pipe would block), larger than `limit` bytes, or not readable.
pub fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Problem> {
    let problem = |kind| Problem::new(path, kind);
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(problem(ProblemKind::Io(error))),
    };
    if !metadata.is_file() {
        return Err(problem(ProblemKind::NotAFile));
    }
    let size = metadata.len();
    if size > limit {
        return Err(problem(ProblemKind::TooLarge { size, limit }));
    }
    // What has a size is read to there, so that no further call is needed to see its end; one that grows meanwhile is as it
    // was. Files that a system makes up have none.
    let most = if size > 0 { size } else { limit + 1 };
    let mut bytes = Vec::with_capacity(size as usize);
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    match read {
        Ok(_) if bytes.len() as u64 > limit => Err(problem(ProblemKind::TooLarge {
            size: bytes.len() as u64,
            limit,
        })),
        Ok(_) => Ok(Some(bytes)),
        Err(error) => Err(problem(ProblemKind::Io(error))),
    }
}
