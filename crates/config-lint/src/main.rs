mod app;
mod args;
mod argument;
mod connection_string;
mod diagnostics;
mod finding;
mod fix;
mod handler_setting;
mod json_mistake;
mod launch;
mod layout;
mod own_section;
mod rules;
mod run;
mod schema;
mod selection;
mod server;
mod stdout_log;
mod sys;

exe_resource::embed!();

fn main() -> std::process::ExitCode {
    record::tool::main(&run::TOOL, run::run)
}
