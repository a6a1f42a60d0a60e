//! The tool's name and codes.

use record::code::Code;
use record::tool::Tool;
use record::wire::Severity;

use crate::run;

exe_resource::embed!();

pub(crate) static TOOL: Tool = Tool {
    name: "report",
    codes: &[
        Code {
            code: run::CAUSE,
            severity: Severity::Info,
            cause: None,
            docs: "How many sites one cause stops.\n\nOne finding for each cause that leads some site's verdicts, with the sites in `evidence.sites`; the finding only counts, the verdicts themselves say why.",
        },
        Code {
            code: run::TOOL_DIED,
            severity: Severity::Error,
            cause: None,
            docs: "A tool of the pipe ended without its `done` record.\n\nEvery tool closes its output with `done`. Records of a tool without one, or a tool named by `--expect` that is not heard of at all, mean that it died or was stopped: what it would have said is missing, and silence about a site is no sign of health. Run the tool alone to see its error.",
        },
    ],
};
