//! From the command line to records.

use std::path::{Path, PathBuf};

use record::input::Target;
use record::output::Emitter;
use record::tool::Session;
use record::wire::{Body, Framework, Resolution};
use serde_json::{Value, json};

use crate::args::Args;
use crate::examine::{Answer, Examined};
use crate::machine::Machine;
use crate::root::NETCORE_APP;
use crate::rules;

// looking at a small site is a quarter memory, on all cores at once
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Looks at every target.
///
/// # Errors
/// A root, listing or registry export that cannot be read, no target, a closed stdout.
pub(crate) fn run(args: &Args, session: &mut Session) -> anyhow::Result<()> {
    let from_stdin = args
        .list_runtimes
        .as_ref()
        .is_some_and(|file| file.as_os_str() == "-");
    anyhow::ensure!(
        !from_stdin || args.targets.is_given(),
        "--list-runtimes - reads stdin: name the apps to look at as well"
    );
    let machine = Machine::new(args)?;
    session.each_target(&args.targets, |target, out| look(target, &machine, out))
}

fn look(target: &Target, machine: &Machine, out: &mut Emitter) {
    let examined = Examined::new(target, machine);
    let subject = &target.subject;
    let reports = rules::check(&examined);
    let stops = |report: &Body| match report {
        Body::Finding(finding) => rules::STOPS_OWN_RUNTIME.contains(&finding.code.as_str()),
        _ => false,
    };
    if let Some(resolution) = resolution(&examined).filter(|_| !reports.iter().any(stops)) {
        out.emit(subject, resolution);
    }
    for report in reports {
        match file_of(&report, target) {
            Some(file) => out.emit(&subject.with_path(&file), report),
            None => out.emit(subject, report),
        }
    }
}

/// The file that a finding is about, where it is there: line and column are of that file.
fn file_of(report: &Body, target: &Target) -> Option<PathBuf> {
    let Body::Finding(finding) = report else {
        return None;
    };
    let file = Path::new(finding.evidence.get("file")?.as_str()?);
    // whole, or the name of a file of the app
    let file = match file.starts_with(&target.path) {
        true => file.to_owned(),
        false => target.path.join(file),
    };
    file.is_file().then_some(file)
}

/// The record of what the app would run on; nothing where it would not start.
fn resolution(examined: &Examined<'_>) -> Option<Resolution> {
    // the module starts no such program
    if examined
        .launch()
        .is_some_and(|launch| launch.error.is_some() && launch.dotnet.is_none())
    {
        return None;
    }
    let deployment = examined
        .deployment()
        .name()
        .unwrap_or("framework-dependent")
        .to_owned();
    if let Some(program) = &examined.program
        && program.brings_runtime(&examined.app)
    {
        if program.native {
            return None;
        }
        examined.deployment().name()?;
        return Some(Resolution {
            frameworks: included(examined),
            arch: program
                .arch(&examined.app)
                .map(|arch| arch.name().to_owned()),
            deployment: Some(deployment),
            ..Resolution::default()
        });
    }
    let answer = examined
        .answer()
        .filter(|answer| answer.decision.resolved)?;
    let decision = &answer.decision;
    let mut frameworks: Vec<Framework> = decision
        .frameworks
        .iter()
        .map(|framework| Framework {
            name: framework.name.clone(),
            requested: Some(framework.reference.text.clone()),
            resolved: Some(framework.version.clone()),
            roll_forward: Some(framework.reference.roll_forward().name().to_owned()),
            path: Some(
                decision.roots[framework.root].shown_version(&framework.name, &framework.version),
            ),
        })
        .collect();
    if decision.self_contained {
        frameworks = included(examined);
    }
    Some(Resolution {
        frameworks,
        dotnet_root: Some(answer.root.shown().to_owned()).filter(|_| !decision.self_contained),
        arch: answer.arch.map(|arch| arch.name().to_owned()),
        deployment: Some(deployment),
        host_version: answer
            .root
            .host()
            .host()
            .map(|host| host.version.to_string()),
        other_roots: examined.roots[1..].iter().map(side_by_side).collect(),
    })
}

/// The frameworks that a self-contained app says it holds, the root framework last.
fn included(examined: &Examined<'_>) -> Vec<Framework> {
    let config = examined.app.runtime_config().ok().flatten();
    let included = config
        .map(|config| config.included.as_slice())
        .unwrap_or_default();
    let mut included: Vec<_> = included.iter().collect();
    included.sort_by_key(|framework| framework.name == NETCORE_APP);
    included
        .into_iter()
        .map(|framework| Framework {
            name: framework.name.clone(),
            requested: framework.version.clone(),
            resolved: framework.version.clone(),
            roll_forward: None,
            path: None,
        })
        .collect()
}

/// Another root's answer, flat.
fn side_by_side(answer: &Answer) -> Value {
    let failure = answer.decision.failure.as_ref();
    let frameworks: Vec<String> = answer
        .decision
        .frameworks
        .iter()
        .map(|f| format!("{} {}", f.name, f.version))
        .collect();
    json!({
        "dotnet_root": answer.root.shown(),
        "arch": answer.arch.map(|arch| arch.name()),
        "host_version": answer.root.host().host().map(|host| host.version.to_string()),
        "starts": failure.is_none(),
        "host_status": failure.map(|failure| failure.status(answer.root.host().host()).hex()),
        "frameworks": frameworks.join(", "),
    })
}
