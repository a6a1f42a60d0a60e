mod app;
mod argument;
mod args;
mod connection_string;
mod diagnostics;
mod finding;
mod handler_setting;
mod json_mistake;
mod launch;
mod own_section;
mod rules;
mod run;
mod schema;
mod server;
mod stdout_log;

exe_resource::embed!();

fn main() -> std::process::ExitCode {
    record::tool::main(&run::TOOL, run::run)
}
