//! A start of the app: options, decision, status.

pub(crate) mod decide;
pub(crate) mod options;
pub(crate) mod status;
