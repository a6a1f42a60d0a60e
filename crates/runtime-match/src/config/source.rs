//! The bytes behind a configuration: a file that is there, or not, or is broken.

use std::path::Path;
use std::sync::Arc;

use published_app::Problem;
use published_app::file::{self, MAX_CONFIGURATION};
use published_app::json::{Dialect, Document, SyntaxError};

use crate::resolve::host::Reader;

/// One file.
#[derive(Debug, Default)]
pub(crate) enum Source {
    #[default]
    Absent,
    /// It is there and cannot be read.
    Unreadable(Arc<Problem>),
    Broken(Box<SyntaxError>),
    Parsed(Document),
}

impl Source {
    pub(crate) fn load(path: &Path, reader: Reader) -> Source {
        match file::read(path, MAX_CONFIGURATION) {
            Ok(Some(bytes)) => Source::parse(bytes, reader),
            Ok(None) => Source::Absent,
            Err(problem) => Source::Unreadable(Arc::new(problem)),
        }
    }

    pub(crate) fn parse(bytes: Vec<u8>, reader: Reader) -> Source {
        match Document::parse(bytes, dialect(reader)) {
            Ok(document) => Source::Parsed(document),
            Err(broken) => Source::Broken(Box::new(broken.error)),
        }
    }
}

pub(crate) fn dialect(reader: Reader) -> Dialect {
    match reader {
        Reader::Casablanca => Dialect::HostCppRest,
        Reader::RapidJson => Dialect::HostRapidJson,
    }
}

/// `X.runtimeconfig.json` and `X.runtimeconfig.dev.json`.
#[derive(Debug, Default)]
pub(crate) struct Pair {
    pub(crate) main: Source,
    pub(crate) dev: Source,
}

impl Pair {
    /// `stem` is the name without `.runtimeconfig.json`.
    pub(crate) fn load(folder: &Path, stem: &str, reader: Reader) -> Pair {
        let place = |kind: &str| folder.join(format!("{stem}.runtimeconfig{kind}.json"));
        Pair {
            main: Source::load(&place(""), reader),
            dev: Source::load(&place(".dev"), reader),
        }
    }
}
