//! `verdict`: joins what the other tools found about a site into one ranked answer.

mod args;
mod evidence;
mod judge;
mod run;
mod stage;
mod status;
mod suspect;

use record::tool::Tool;

exe_resource::embed!();

static TOOL: Tool = Tool {
    name: "verdict",
    codes: &[],
};

fn main() -> std::process::ExitCode {
    record::tool::main(&TOOL, run::run)
}
