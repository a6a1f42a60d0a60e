//! What NTFS keeps beside a file's data: security descriptors and named streams.
//!
//! [`descriptor`] and [`stream`] are pure and behave the same on every host; [`sys`] is the only place that talks to an
//! operating system, and it moves bytes only: who should be granted what is decided by the tools.

pub mod descriptor;
pub mod stream;
pub mod sys;
pub mod tree;

pub use descriptor::Descriptor;
pub use descriptor::sid::Sid;
