//! The run: each target's findings, or its repair.

use record::input::Target;
use record::tool::{Session, Tool};
use record::wire::{Body, Subject};

use crate::app::{App, Overlay};
use crate::args::{Args, Command, LintArgs};
use crate::diagnostics;
use crate::finding::Found;
use crate::fix::{self, Wanted};
use crate::rules;
use crate::selection::baseline::Baseline;
use crate::selection::level::Levels;
use crate::selection::suppression;
use crate::server::Servers;

/// What the tool is called and can report.
pub(crate) static TOOL: Tool = Tool {
    name: "config-lint",
    codes: rules::CODES,
};

// looking at a small site is a quarter memory, on all cores at once
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub(crate) fn run(args: &Args, session: &mut Session) -> anyhow::Result<()> {
    if let Some(Command::Diagnostics { switch }) = &args.command {
        anyhow::ensure!(
            !args.is_more_than_command(),
            "what is meant for diagnostics stands behind it: config-lint diagnostics on --check DIR"
        );
        return diagnostics::run(switch, session);
    }
    if let Some(undo) = &args.change.undo {
        return fix::undo::run(undo, args.change.check, session);
    }
    let servers = Servers::new(
        &args.map,
        args.lint.schema_dir.as_deref(),
        &args.lint.registry,
    )?;
    let lint = Lint::new(&args.lint)?;
    if let Some(wanted) = Wanted::of(args) {
        if let Wanted::Findings(codes) = wanted {
            rules::check_codes(codes)?;
        }
        return fix::run(args, wanted, &servers, &lint, session);
    }
    anyhow::ensure!(
        !args.change.check,
        "--check goes with --fix, --hosting-model or diagnostics"
    );
    session.each_target(&args.targets, |target, out| {
        for (subject, body) in lint.records(target, &servers) {
            out.emit(&subject, body);
        }
    })
}

/// Which findings are told, and how loudly.
pub(crate) struct Lint {
    levels: Levels,
    baseline: Option<Baseline>,
}

impl Lint {
    fn new(args: &LintArgs) -> anyhow::Result<Self> {
        Ok(Self {
            levels: args
                .config
                .as_deref()
                .map(Levels::read)
                .transpose()?
                .unwrap_or_default(),
            baseline: args.baseline.as_deref().map(Baseline::read).transpose()?,
        })
    }

    /// Everything that is told about a target.
    pub(crate) fn records(&self, target: &Target, servers: &Servers) -> Vec<(Subject, Body)> {
        let app = App::load(target, servers, &Overlay::new());
        let findings = rules::check(&app);
        let mut records = Vec::with_capacity(findings.found.len());
        for (file, failure) in findings.failures {
            records.push((target.subject.with_path(&file), failure.into()));
        }
        for mut found in findings.found {
            if self.tells(target, &app, &mut found) {
                records.push((target.subject.with_path(&found.file), found.finding.into()));
            }
        }
        records
    }

    /// Gives a finding its severity; false where it was silenced, or told by an earlier run.
    pub(crate) fn tells(&self, target: &Target, app: &App<'_>, found: &mut Found) -> bool {
        if suppression::is_suppressed(app, found)
            || !self.levels.apply(&found.file, &mut found.finding)
        {
            return false;
        }
        self.baseline.as_ref().is_none_or(|baseline| {
            !baseline.has(&target.subject.with_path(&found.file), &found.finding)
        })
    }
}
