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
mod understand;

use std::sync::LazyLock;

use record::tool::Tool;

exe_resource::embed!();

/// The codes come out of the signature files, so the tool is put together when it starts.
static TOOL: LazyLock<Tool> = LazyLock::new(|| Tool {
    name: "log-grep",
    codes: signature::codes(),
});

fn main() -> std::process::ExitCode {
    record::tool::main(&TOOL, run::run)
}
