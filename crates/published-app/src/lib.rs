//! A published ASP.NET Core app as it lies on a server.

pub mod deps;
pub mod file;
pub mod folder;
pub mod json;
pub mod pe;
pub mod runtime_config;
