mod architecture;
mod args;
mod config;
mod examine;
mod machine;
mod resolve;
mod root;
mod rules;
mod run;
mod start;
mod support;

exe_resource::embed!();

static TOOL: record::tool::Tool = record::tool::Tool {
    name: "runtime-match",
    codes: rules::CODES,
};

fn main() -> std::process::ExitCode {
    record::tool::main(&TOOL, run::run)
}
