//! start-probe: starts an app as the ASP.NET Core Module does, out-of-process, and says what came of it.

mod args;
mod attempt;
mod capture;
mod configuration;
mod environment;
mod event;
mod evidence;
mod exit_code;
mod interrupt;
mod observation;
mod outcome;
mod plan;
mod pool_task;
mod port;
mod probe;
mod request;
mod rules;
mod run;
mod sys;

fn main() -> std::process::ExitCode {
    record::tool::main(&run::TOOL, run::run)
}
