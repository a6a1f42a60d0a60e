//! The status that IIS answers with, for a cause and a hosting model.

use record::cause::*;

/// `500.19`, `502.5`, ... after the module's source and documentation; none where the model decides
/// and is not known.
pub(crate) fn of(cause: &str, hosting_model: Option<&str>) -> Option<&'static str> {
    let fixed = match cause {
        WEBCONFIG_MALFORMED | SECTION_LOCKED | URL_REWRITE_MISSING => "500.19",
        MODULE_NAME_MISMATCH => "500.21",
        RAPID_FAIL_STOPPED | POOL_IDENTITY_LOGON | APP_OFFLINE | VC_REDIST_MISSING => "503",
        MULTIPLE_INPROCESS_APPS => "500.35",
        MIXED_HOSTING_MODELS => "500.34",
        INPROCESS_HANDLER_MISSING => "500.33",
        RUNTIME_OUT_OF_SUPPORT
        | STDOUT_LOG_UNWRITABLE
        | STDOUT_LOG_OFF
        | VIRTUAL_DIRECTORY
        | SUB_APP_INHERITS
        | HOSTING_BUNDLE_MISSING
        | ANCM_BUG => return None,
        _ => "",
    };
    if !fixed.is_empty() {
        return Some(fixed);
    }
    match hosting_model?.to_ascii_lowercase().as_str() {
        "outofprocess" => Some("502.5"),
        "inprocess" => Some(match cause {
            FRAMEWORK_MISSING | RUNTIMECONFIG_INVALID | MISSING_ASSEMBLY => "500.31",
            BITNESS_MISMATCH => "500.32",
            PROCESSPATH_MISSING | PROCESSPATH_WRONG | LAUNCHER_PLACEHOLDER | DOTNET_NOT_FOUND
            | HOSTFXR_MISSING | HOSTING_MODEL_WRONG => "500.0",
            STARTUP_TIMEOUT => "500.37",
            _ => "500.30",
        }),
        _ => None,
    }
}
