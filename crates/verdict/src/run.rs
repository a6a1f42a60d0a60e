use record::cli::TargetArgs;
use record::input::Incoming;
use record::tool::Session;

use crate::args::Args;
use crate::evidence::Evidence;
use crate::judge;

pub(crate) fn run(args: &Args, session: &mut Session) -> anyhow::Result<()> {
    let mut evidence = Evidence::default();
    session.out().group_by_site();
    session.each_record(&TargetArgs::default(), |incoming, _| {
        match incoming {
            Incoming::Target(target) => evidence.site(target.subject, target.site),
            Incoming::Record(record) => evidence.add(*record),
        }
        Ok(())
    })?;
    for case in evidence.cases() {
        for verdict in judge::verdicts(case, args.top) {
            session.out().emit(&case.subject, verdict)?;
        }
    }
    Ok(())
}
