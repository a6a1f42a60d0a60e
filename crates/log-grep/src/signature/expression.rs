//! The expressions of signatures, compiled when they are first tried.

use std::sync::{Arc, Mutex, PoisonError};

use regex::bytes::{Regex, RegexBuilder};

/// Memory that one compiled expression may take, in bytes. A larger one is refused by name.
const MAX_REGEX: usize = 1 << 20;

/// Bytes, not Unicode: logs are of any encoding. `^` and `$` stand for lines. The size limit bounds
/// what a pattern of the user can cost; matching itself is linear in this engine.
///
/// What a compiled expression learns while it searches can be some hundred times its text, so that
/// [`give_up`](Self::give_up) exists.
#[derive(Debug)]
pub(crate) struct Expression {
    text: String,
    compiled: Mutex<Option<Arc<Regex>>>,
}

impl Expression {
    pub(super) fn new(text: String) -> Self {
        Self {
            text,
            compiled: Mutex::new(None),
        }
    }

    /// The mistake in the expression, if there is one.
    pub(super) fn check(&self) -> Result<(), regex::Error> {
        self.compile().map(drop)
    }

    fn compile(&self) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&self.text)
            .unicode(false)
            .multi_line(true)
            .size_limit(MAX_REGEX)
            .dfa_size_limit(MAX_REGEX)
            .build()
    }

    /// The compiled form, and whether it was made for this call. `None` for an expression that does
    /// not compile, which is found out before.
    pub(super) fn get(&self) -> Option<(Arc<Regex>, bool)> {
        let mut compiled = self.lock();
        if let Some(regex) = &*compiled {
            return Some((Arc::clone(regex), false));
        }
        let regex = Arc::new(self.compile().ok()?);
        *compiled = Some(Arc::clone(&regex));
        Some((regex, true))
    }

    /// Frees the compiled form, once nobody searches with it.
    pub(super) fn give_up(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<Regex>>> {
        // nothing is left half done in there
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
