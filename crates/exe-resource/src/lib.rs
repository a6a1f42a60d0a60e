//! What Windows reads about an executable before it runs: its manifest and its version.
//!
//! A tool says `exe_resource::embed!();` once in its `main.rs`. On Windows that puts a resource section into the
//! executable, with no build script, resource compiler or checked-in object: the bytes are constants of this crate, and
//! the assembler directives are the same for the gnu and msvc linkers. Elsewhere it expands to nothing.
//!
//! The manifest asks for long paths without the `\\?\` prefix, for UTF-8 as the process's code page, and for the
//! caller's own rights (`asInvoker`): without the last one Windows guesses from a name such as "unblock" or "report"
//! whether a program is an installer that must be elevated.

mod sys;
pub mod version;

/// The manifest, the same for every tool.
pub const MANIFEST: &str = include_str!("manifest.xml");

/// The manifest's bytes as the array that a resource section holds.
#[must_use]
pub const fn manifest<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    bytes.copy_from_slice(MANIFEST.as_bytes());
    bytes
}

/// Resource data begins at a multiple of four.
#[repr(C, align(4))]
pub struct Aligned<T>(pub T);
