//! `acl-grant`: makes sure that an app's identity can read its folder, and write where the app writes.

mod args;
mod change;
mod goal;
mod identity;
mod orphan;
mod report;
mod rules;
mod run;
mod server;
mod traverse;
mod undo;
mod walk;

exe_resource::embed!();
static TOOL: record::tool::Tool = record::tool::Tool {
    name: "acl-grant",
    codes: rules::CODES,
};

fn main() -> std::process::ExitCode {
    record::tool::main(&TOOL, run::run)
}
