//! The tool's name and codes.

use std::sync::LazyLock;

use record::tool::Tool;

use crate::signature;

exe_resource::embed!();

/// The codes come out of the signature files, so the tool is put together when it starts.
pub(crate) static TOOL: LazyLock<Tool> = LazyLock::new(|| Tool {
    name: "log-grep",
    codes: signature::codes(),
});
