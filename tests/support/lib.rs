//! What several tests of this package need: where the binaries are, how to run a pipe, how to build samples.

pub mod hive;
pub mod ntfs;
pub mod pe;
pub mod pipe;
pub mod sample;
pub mod source;
pub mod wine;
pub mod workspace;
