//! When in a start each cause strikes. Of two true causes the earlier one is what the visitor sees
//! today; the later one is what he would see after it is mended.

use record::cause::*;

/// 1 (the request reaches no module) to 8 (nothing listens where it should); 9 stops nothing.
pub(crate) fn of(cause: &str) -> u8 {
    match cause {
        RAPID_FAIL_STOPPED | POOL_IDENTITY_LOGON | APP_OFFLINE | VIRTUAL_DIRECTORY => 1,
        WEBCONFIG_MALFORMED
        | SECTION_LOCKED
        | URL_REWRITE_MISSING
        | SUB_APP_INHERITS
        | HOSTING_BUNDLE_MISSING
        | MODULE_NAME_MISMATCH
        | VC_REDIST_MISSING
        | ANCM_BUG => 2,
        PROCESSPATH_MISSING
        | LAUNCHER_PLACEHOLDER
        | HOSTING_MODEL_WRONG
        | MULTIPLE_INPROCESS_APPS
        | MIXED_HOSTING_MODELS
        | PORT_SETTING
        | ENVIRONMENT_DUPLICATE => 3,
        PROCESSPATH_WRONG | ARGUMENTS_WRONG | DOTNET_NOT_FOUND | WRONG_DOTNET_ON_PATH
        | WORKER_STALE_PATH | ACCESS_DENIED | POLICY_BLOCKED | BLOCKED_FILE | BITNESS_MISMATCH => 4,
        HOSTFXR_MISSING
        | RUNTIMECONFIG_INVALID
        | FRAMEWORK_MISSING
        | INPROCESS_HANDLER_MISSING
        | MISSING_ASSEMBLY
        | CORECLR_INIT_FAILED
        | MIXED_DEPLOYMENT => 5,
        CONFIG_MALFORMED
        | CONFIG_DUPLICATE_KEY
        | CONFIG_FILE_MISSING
        | SETTING_MISSING
        | CONNECTION_STRING_INVALID
        | WRONG_ENVIRONMENT
        | SECRET_STORE_UNAVAILABLE
        | AGENT_OR_PROFILER => 6,
        DI_REGISTRATION
        | UNHANDLED_EXCEPTION
        | DATABASE_UNREACHABLE
        | DATABASE_LOGIN
        | DATABASE_STATE
        | SQL_ENCRYPTION
        | LOAD_USER_PROFILE_OFF => 7,
        PORT_IN_USE | PORT_RESERVED | LISTENS_ELSEWHERE | HTTPS_CERTIFICATE | STARTUP_TIMEOUT => 8,
        _ => NEVER,
    }
}

/// The stage of causes that hide or warn, and stop no start.
pub(crate) const NEVER: u8 = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_but_the_harmless_has_its_stage() {
        let harmless: Vec<&str> = TABLE
            .iter()
            .map(|cause| cause.id)
            .filter(|id| of(id) == NEVER)
            .collect();
        assert_eq!(
            harmless,
            [
                RUNTIME_OUT_OF_SUPPORT,
                STDOUT_LOG_UNWRITABLE,
                STDOUT_LOG_OFF
            ]
        );
    }
}
