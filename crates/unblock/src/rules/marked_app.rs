//! Files of the app carry the mark of the web: what that means for this app.
//!
//! .NET Framework refuses to load a marked assembly (0x80131515, 0x80131417) of the internet or restricted zone, so an app
//! that targets net4xx does not start: then this is an error with the cause `blocked-file`, and `refused` tells how many
//! libraries that are. Marks on native libraries, on the program itself and on other files are none of the runtime's
//! matter, and `<loadFromRemoteSources enabled="true"/>` in the program's own `.exe.config` lifts the refusal: then this is
//! only information. .NET and .NET Core ignore the mark when they load
//! assemblies: for such an app removing it changes nothing about a start that fails, and this is only information.
//! On both, SmartScreen, AppLocker and Smart App Control may act on marked programs.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "unblock/marked-app",
    severity: Severity::Info,
    cause: None,
    docs: record::module_docs!("marked_app.rs"),
};
