//! The status that IIS answers with, for a cause and a hosting model, where no record tells it.

use record::cause::*;

/// `500.19`, `502.5`, ... after the module's source and documentation; none where it depends on more
/// than the two, or on a model that is not known.
pub(crate) fn of(cause: &str, hosting_model: Option<&str>) -> Option<&'static str> {
    let fixed = match cause {
        RAPID_FAIL_STOPPED | POOL_IDENTITY_LOGON | POOL_MISSING | APP_OFFLINE
        | VC_REDIST_MISSING => "503",
        WEBCONFIG_MISSING => "403.14",
        WEBCONFIG_MALFORMED
        | SECTION_LOCKED
        | URL_REWRITE_MISSING
        | HOSTING_BUNDLE_MISSING
        | SUB_APP_INHERITS
        | PHYSICAL_PATH_MISSING => "500.19",
        MODULE_NAME_MISMATCH => "500.21",
        // the module refuses its section before it looks at the model
        HOSTING_MODEL_WRONG | PROCESSPATH_MISSING => "500.0",
        MULTIPLE_INPROCESS_APPS => "500.35",
        MIXED_HOSTING_MODELS => "500.34",
        INPROCESS_HANDLER_MISSING => "500.33",
        // refused connections or 503; the path of a virtual directory; any of several
        SITE_OR_POOL_STOPPED
        | VIRTUAL_DIRECTORY
        | ANCM_BUG
        | RUNTIME_OUT_OF_SUPPORT
        | STDOUT_LOG_UNWRITABLE
        | STDOUT_LOG_OFF => return None,
        _ => "",
    };
    if !fixed.is_empty() {
        return Some(fixed);
    }
    match hosting_model?.to_ascii_lowercase().as_str() {
        "outofprocess" => Some("502.5"),
        "inprocess" => Some(match cause {
            FRAMEWORK_MISSING | RUNTIMECONFIG_INVALID | MISSING_ASSEMBLY | ARGUMENTS_WRONG => {
                "500.31"
            }
            BITNESS_MISMATCH => "500.32",
            PROCESSPATH_WRONG | LAUNCHER_PLACEHOLDER | DOTNET_NOT_FOUND | WORKER_STALE_PATH
            | HOSTFXR_MISSING => "500.0",
            STARTUP_TIMEOUT => "500.37",
            _ => "500.30",
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_goes_by_who_answers() {
        for (cause, model, wanted) in [
            (HOSTING_BUNDLE_MISSING, None, Some("500.19")),
            (SUB_APP_INHERITS, Some("outofprocess"), Some("500.19")),
            (PROCESSPATH_MISSING, Some("outofprocess"), Some("500.0")),
            (HOSTING_MODEL_WRONG, None, Some("500.0")),
            (FRAMEWORK_MISSING, Some("InProcess"), Some("500.31")),
            (FRAMEWORK_MISSING, Some("OutOfProcess"), Some("502.5")),
            (FRAMEWORK_MISSING, None, None),
            (SITE_OR_POOL_STOPPED, Some("inprocess"), None),
        ] {
            assert_eq!(of(cause, model), wanted, "{cause}");
        }
    }
}
