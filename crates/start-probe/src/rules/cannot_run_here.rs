//! The program cannot be run on this machine, which says nothing about the server.
//!
//! A copied app on another system: its .exe is a Windows program, or `dotnet` is not installed here while the PATH of
//! the server is not known. `--dotnet PATH` brings a dotnet for an app that is started by one; else run the probe on
//! the server. What is missing in the app's own folder is told all the same, as `start/program-not-found`.
