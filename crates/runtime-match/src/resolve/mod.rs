//! Framework resolution: from references and installed versions to the frameworks that a start would get.

pub(crate) mod chain;
pub(crate) mod choose;
pub(crate) mod host;
pub(crate) mod outcome;
pub(crate) mod reference;
pub(crate) mod settle;
pub(crate) mod shelf;
pub(crate) mod trace;
pub(crate) mod version;
