//! The wire between the tools: what a record is, how it is read, written and judged.
//!
//! A tool hands its `run` function to [`tool::main`] and gets back everything that the record
//! contract (`docs/contract.md`) asks of a command line: targets from arguments or stdin,
//! pass-through of foreign lines, JSON Lines in pure ASCII, readable text on a terminal, masked
//! secrets, the closing `done` record and an exit code that follows from the records.
//!
//! This crate knows nothing of IIS, .NET or the file system's contents.

mod argument;
pub mod ascii;
pub mod cause;
pub mod cli;
pub mod code;
mod generate;
mod group;
pub mod input;
pub mod line;
mod list;
pub mod mask;
pub mod output;
pub mod pool;
pub mod tally;
pub mod text;
pub mod tool;
pub mod undo;
pub mod wire;
