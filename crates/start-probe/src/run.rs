//! Targets in, records out.

use std::io;
use std::time::Duration;

use anyhow::{Context, bail};
use iis_config::environment::Environment;
use iis_config::windows_path::PathMap;
use record::input::Target;
use record::output::Output;
use record::tool::{Session, Tool};
use record::wire::Failure;

use crate::args::Args;
use crate::interrupt::Busy;
use crate::observation::Observation;
use crate::plan::{self, Plan};
use crate::{configuration, evidence, interrupt, pool_task, probe, rules, sys};

exe_resource::embed!();

/// This tool.
pub(crate) static TOOL: Tool = Tool {
    name: "start-probe",
    codes: &rules::CODES,
};

/// Probes each target, one after the other: starts at the same time would slow each other down.
pub(crate) fn run(args: &Args, session: &mut Session) -> anyhow::Result<()> {
    if let Some(pid) = args.send_break {
        return sys::send_break(pid).context("Ctrl-Break could not be sent");
    }
    if args.keep_running && (args.targets.paths.len() != 1 || args.targets.from_file.is_some()) {
        bail!("--keep-running needs one app folder");
    }
    sys::watch_interrupts()?;
    sys::adopt_orphans()?;
    let environment = worker_environment();
    let handed = args
        .site_record
        .as_deref()
        .map(pool_task::site_record)
        .transpose()?;
    session.each_target_streaming(&args.targets, |target, out| {
        one(args, &environment, handed.as_ref().unwrap_or(target), out)?;
        match interrupt::requests() > 0 && !args.keep_running {
            true => Err(io::ErrorKind::Interrupted.into()),
            false => Ok(()),
        }
    })
}

fn one(
    args: &Args,
    environment: &Environment,
    target: &Target,
    out: &mut Output,
) -> io::Result<()> {
    let site_map = target.site.iter().flat_map(|site| &site.map).cloned();
    let maps: Vec<String> = args.map.map.iter().cloned().chain(site_map).collect();
    let map = match PathMap::new(args.map.root.as_deref(), &maps) {
        Ok(map) => map,
        Err(error) => {
            let failure = Failure::new("start/no-configuration", error.to_string());
            return out.emit(&target.subject, failure);
        }
    };
    let configuration = match configuration::read(target, &map, environment) {
        Ok(configuration) => configuration,
        Err(failure) => return out.emit(&target.subject, *failure),
    };
    let wishes = plan::Wishes {
        dotnet: args.dotnet.clone(),
        timeout: args.timeout.map(Duration::from_secs),
        in_process: args.in_process,
        copied: args.map.root.is_some() || !maps.is_empty(),
    };
    let plan = Plan::new(target, &configuration, environment, map, &wishes);
    if args.as_pool && plan.refusal.is_none() {
        return pool_task::run(args, target, &plan, out);
    }
    if let Some(why) = plan.not_here.as_ref().filter(|_| plan.refusal.is_none()) {
        if let Some(finding) = rules::check_unstarted(&plan) {
            out.emit(&target.subject, finding)?;
        }
        let way = match plan.is_dotnet {
            true => "pass --dotnet, or run the probe on the server",
            false => "run the probe on the server",
        };
        let message = format!("the app cannot be run here: {why}; {way}");
        return out.emit(
            &target.subject,
            Failure::new("start/cannot-run-here", message),
        );
    }
    let mut given: Vec<(String, String)> = args
        .environment
        .iter()
        .map(|name| ("ASPNETCORE_ENVIRONMENT".to_owned(), name.clone()))
        .collect();
    given.extend(args.variables.iter().cloned());
    let wishes = probe::Wishes {
        given,
        no_request: args.no_request,
    };

    let busy = Busy::new();
    let (mut seen, running) = match probe::start(&plan, &wishes) {
        Ok(started) => started,
        Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
        Err(error) => return out.emit(&target.subject, could_not(&error)),
    };
    let Some(mut running) = running else {
        drop(busy);
        return tell(&seen, target, out);
    };
    if args.keep_running {
        tell(&seen, target, out)?;
        running.wait()?;
        return match running.end(&mut seen, 1) {
            Ok(()) => Ok(()),
            Err(error) => out.emit(&target.subject, could_not(&error)),
        };
    }
    let ended = running.end(&mut seen, 0);
    drop(busy);
    if let Err(error) = ended {
        out.emit(&target.subject, could_not(&error))?;
    }
    tell(&seen, target, out)
}

fn tell(seen: &Observation<'_>, target: &Target, out: &mut Output) -> io::Result<()> {
    out.emit(&target.subject, evidence::probe(seen))?;
    for finding in rules::check(seen) {
        out.emit(&target.subject, finding)?;
    }
    Ok(())
}

fn could_not(error: &io::Error) -> Failure {
    Failure::new(
        "start/could-not-probe",
        format!("the probe itself failed: {error}"),
    )
    .os_error(error)
}

/// The environment of the worker, as near as this process has it; Windows' own names where there are none. The PATH of
/// another system leads nowhere on the server.
fn worker_environment() -> Environment {
    let mut environment = Environment::windows_defaults();
    for (name, value) in std::env::vars_os() {
        if sys::WINDOWS || name != "PATH" {
            environment.set(&name.to_string_lossy(), &value.to_string_lossy());
        }
    }
    environment
}
