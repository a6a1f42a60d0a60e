use record::cause;
use record::cli::TargetArgs;
use record::tool::Session;
use record::wire::{Failure, Finding, Severity, Subject};

use crate::args::Args;
use crate::markdown;
use crate::totals::Totals;

pub(crate) const CAUSE: &str = "report/cause";
pub(crate) const TOOL_DIED: &str = "report/tool-died";

pub(crate) fn run(args: &Args, session: &mut Session) -> anyhow::Result<()> {
    let mut totals = Totals::default();
    session.out().group_by_site();
    session.each_record(&TargetArgs::default(), |incoming, _| {
        totals.add(incoming);
        Ok(())
    })?;
    let died = totals.died(&args.expect);
    if let Some(path) = &args.markdown {
        markdown::write(path, &markdown::page(&totals, &died))?;
    }
    // of a single site the verdict says it all
    let causes = if totals.sites.len() > 1 {
        totals.causes()
    } else {
        Vec::new()
    };
    for (cause, sites) in causes {
        let title = cause::find(cause).map_or(cause, |cause| cause.title);
        let message = format!("{} of {} sites: {title}", sites.len(), totals.sites.len());
        let mut finding = Finding::new(CAUSE, Severity::Info, message)
            .cause(cause)
            .evidence("count", sites.len())
            .evidence("sites", sites);
        if let Some(known) = cause::find(cause) {
            finding = finding.help(known.fix);
        }
        session.out().emit(&Subject::default(), finding)?;
    }
    for tool in died {
        let message = format!(
            "{tool} did not end with a done record: it died, or was stopped, and its findings are not complete"
        );
        session
            .out()
            .emit(&Subject::default(), Failure::new(TOOL_DIED, message))?;
    }
    Ok(())
}
