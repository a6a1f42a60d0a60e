//! The Windows registry as a value: what the running system has, and what exports and hives say of one that is not here.
//!
//! - [`Registry`]: keys and values in memory, asked as a program of 32 or 64 bits would ask.
//! - [`export`]: `.reg` files.
//! - [`hive`]: the files that Windows itself keeps the registry in.
//! - [`live`]: the registry of the machine that the program runs on.
//!
//! Each source takes the same two lists of paths, all of which begin with `HKEY_LOCAL_MACHINE`: *trees* are taken over with
//! what is below them, *keys* without. What was not asked for is not kept.
//!
//! Nothing here prints, writes or knows records. A key that is not there is an absent value; one that is there and may
//! not be read is an error that names it.

mod environment;
pub mod export;
mod file;
pub mod hive;
pub mod live;
mod path;
mod sys;
mod tree;
mod value;

pub use environment::ENVIRONMENT_KEYS;
pub use file::{ReadError, read};
pub use tree::{Registry, View};
pub use value::Value;

/// Keys this deep below an asked tree are not followed: the registry allows 512, what is asked for has five.
const DEEPEST: usize = 16;
