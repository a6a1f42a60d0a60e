//! The steps of a resolution, told as the host's own trace tells them.

use super::host::{Host, Reader};
use crate::config::{Pair, Source};

/// Collects lines; costs nothing when switched off.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    lines: Option<Vec<String>>,
}

impl Trace {
    pub(crate) fn on() -> Trace {
        Trace {
            lines: Some(Vec::new()),
        }
    }

    pub(crate) fn line(&mut self, text: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(text());
        }
    }

    /// The reading of a pair of configuration files; `path` gives the path of either, by what stands before `.json`.
    pub(crate) fn config(
        &mut self,
        host: &Host,
        pair: &Pair,
        is_valid: bool,
        path: impl Fn(&str) -> String,
    ) {
        let (main, dev) = (|| path(""), || path(".dev"));
        self.line(|| format!("Runtime config is cfg={} dev={}", main(), dev()));
        let rapid = host.reader() == Reader::RapidJson;
        // the later hosts tell of the file that they read first
        if rapid {
            self.line(|| format!("Attempting to read dev runtime config: {}", dev()));
        }
        self.line(|| format!("Attempting to read runtime config: {}", main()));
        if !rapid {
            self.line(|| format!("Attempting to read dev runtime config: {}", dev()));
        }
        if rapid && matches!(pair.main, Source::Absent) {
            self.line(|| format!("Runtime config does not exist at [{}]", main()));
        }
        self.line(|| {
            format!(
                "Runtime config [{}] is valid=[{}]",
                main(),
                u8::from(is_valid)
            )
        });
    }

    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default()
    }
}
