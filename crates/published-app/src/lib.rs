//! A published ASP.NET Core app as it lies on a server: what would be started, with which files, and what those say.
//!
//! - [`load`]: the app in a folder; each part is read when it is asked for.
//! - [`launch`]: the command that the ASP.NET Core Module would build, for both hosting models.
//! - [`json`]: JSON with line and column by the rules of .NET's configuration and of the .NET host.
//! - [`runtime_config`], [`deps`]: the host's two files.
//! - [`pe`]: facts of program files.
//!
//! A part that is missing is `None`, one that cannot be read or is malformed a [`Problem`] with its place.

mod app;
mod deployment;
pub mod deps;
pub mod file;
pub mod folder;
pub mod json;
pub mod launch;
pub mod pe;
pub mod runtime_config;
pub mod settings_file;

pub use app::{App, NamedBy, Options, Program, ProgramFile, load, program_file};
pub use deployment::{Deployment, embedded_runtime_config};
pub use file::{Problem, ProblemKind};
