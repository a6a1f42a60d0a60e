//! The Windows side.

mod process;
mod registry;
mod service;

pub(crate) use process::workers;
pub(crate) use registry::registry;
pub(crate) use service::service;
