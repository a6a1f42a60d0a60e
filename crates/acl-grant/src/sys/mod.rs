//! What only a running server knows: its registry. Of a copied one the hive is read.

#[cfg(not(windows))]
mod unsupported;
#[cfg(windows)]
mod windows;

#[cfg(not(windows))]
pub(crate) use unsupported::registry;
#[cfg(windows)]
pub(crate) use windows::registry;
