//! `log-grep`: finds the reason of a failed start in whatever Windows, IIS, the module, the host or the app wrote.

mod args;
mod emit;
mod exception;
mod explain;
mod follow;
mod number;
mod run;
mod scan;
mod signature;
mod sources;
mod sys;
mod text;
mod time;
mod tool;
mod understand;

fn main() -> std::process::ExitCode {
    record::tool::main(&tool::TOOL, run::run)
}
