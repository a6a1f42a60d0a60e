//! `report`: the end of the pipe. What happened over all sites, and which tool died on the way.

mod args;
mod markdown;
mod run;
mod tool;
mod totals;

fn main() -> std::process::ExitCode {
    record::tool::main(&tool::TOOL, run::run)
}
