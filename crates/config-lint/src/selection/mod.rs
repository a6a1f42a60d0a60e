//! Which findings are told: levels and exceptions of a settings file, an earlier run, comments in the files themselves.

pub(crate) mod baseline;
pub(crate) mod level;
pub(crate) mod suppression;
