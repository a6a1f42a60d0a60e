//! `unblock`: removes the mark of the web from the files of an app, and tells whether it mattered.

mod app;
mod args;
mod change;
mod name;
mod pattern;
mod rules;
mod run;
mod scan;
mod source;
mod undo;

use record::tool::Tool;

exe_resource::embed!();

static TOOL: Tool = Tool {
    name: "unblock",
    codes: rules::CODES,
};

fn main() -> std::process::ExitCode {
    record::tool::main(&TOOL, run::run)
}
