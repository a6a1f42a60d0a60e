//! The switch: only Windows executables have a resource section.

#[cfg(not(windows))]
mod unsupported;
#[cfg(windows)]
mod windows;
