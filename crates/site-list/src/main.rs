mod account;
mod app;
mod args;
mod azure;
mod folder;
mod host;
mod machine;
mod rules;
mod run;
mod selection;
mod sys;

exe_resource::embed!();

static TOOL: record::tool::Tool = record::tool::Tool {
    name: "site-list",
    codes: rules::CODES,
};

fn main() -> std::process::ExitCode {
    record::tool::main(&TOOL, run::run)
}
