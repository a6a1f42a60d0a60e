//! The run: each target's findings, or its repair.

use record::tool::{Session, Tool};

use crate::app::{App, Overlay};
use crate::args::Args;
use crate::rules;
use crate::server::Servers;

/// What the tool is called and can report.
pub(crate) static TOOL: Tool = Tool {
    name: "config-lint",
    codes: rules::CODES,
};

pub(crate) fn run(args: &Args, session: &mut Session) -> anyhow::Result<()> {
    let servers = Servers::new(&args.map, args.lint.schema_dir.as_deref())?;
    let nothing = Overlay::new();
    session.each_target(&args.targets, |target, out| {
        let app = App::load(target, &servers, &nothing);
        let findings = rules::check(&app);
        for (file, failure) in findings.failures {
            out.emit(&target.subject.with_path(&file), failure);
        }
        for found in findings.found {
            out.emit(&target.subject.with_path(&found.file), found.finding);
        }
    })
}
