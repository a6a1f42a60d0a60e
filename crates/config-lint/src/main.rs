mod app;
mod args;
mod argument;
mod diagnostics;
mod finding;
mod fix;
mod handler_setting;
mod in_force;
mod launch;
mod layout;
mod own_section;
mod rules;
mod run;
mod schema;
mod selection;
mod server;
mod setting;
mod stdout_log;
mod sys;

exe_resource::embed!();

fn main() -> std::process::ExitCode {
    record::tool::main(&run::TOOL, run::run)
}
