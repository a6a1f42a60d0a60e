//! When in a start each cause strikes, as IIS meets them. Of two true causes the earlier one is what
//! the visitor sees today; the later one is what he would see after it is mended.

use record::cause::*;

/// 10 (no worker process) to 79 (nothing listens where it should); [`NEVER`] stops nothing.
pub(crate) fn of(cause: &str) -> u8 {
    match cause {
        // HTTP.sys and WAS: no worker process takes the request
        SITE_OR_POOL_STOPPED | POOL_MISSING => 10,
        POOL_IDENTITY_LOGON => 11,
        VC_REDIST_MISSING => 12,
        RAPID_FAIL_STOPPED => 14,
        // the worker process reads the configuration
        PHYSICAL_PATH_MISSING => 15,
        WEBCONFIG_MISSING => 16,
        WEBCONFIG_MALFORMED => 17,
        SECTION_LOCKED | URL_REWRITE_MISSING | SUB_APP_INHERITS | HOSTING_BUNDLE_MISSING => 18,
        MODULE_NAME_MISMATCH | ANCM_BUG => 20,
        // the module, in the order of its source: the file, then its section, then the pool's other apps
        APP_OFFLINE => 22,
        HOSTING_MODEL_WRONG | PROCESSPATH_MISSING => 24,
        MULTIPLE_INPROCESS_APPS | MIXED_HOSTING_MODELS => 25,
        ENVIRONMENT_DUPLICATE | PORT_SETTING => 27,
        // it looks for the program and starts it
        ACCESS_DENIED => PROCESS,
        LAUNCHER_PLACEHOLDER => 31,
        PROCESSPATH_WRONG | DOTNET_NOT_FOUND | WRONG_DOTNET_ON_PATH | WORKER_STALE_PATH => 32,
        POLICY_BLOCKED => 33,
        ARGUMENTS_WRONG => 34,
        // .NET's host
        BITNESS_MISMATCH => 36,
        HOSTFXR_MISSING => 38,
        RUNTIMECONFIG_INVALID => 40,
        FRAMEWORK_MISSING => 42,
        MISSING_ASSEMBLY => 44,
        INPROCESS_HANDLER_MISSING => 45,
        CORECLR_INIT_FAILED => 46,
        BLOCKED_FILE => 47,
        MIXED_DEPLOYMENT => 48,
        AGENT_OR_PROFILER => 49,
        // the app reads its settings
        CONFIG_MALFORMED | CONFIG_DUPLICATE_KEY | CONFIG_FILE_MISSING => 50,
        WRONG_ENVIRONMENT => 52,
        SECRET_STORE_UNAVAILABLE => 53,
        SETTING_MISSING => 54,
        CONNECTION_STRING_INVALID => 55,
        // its code runs
        DI_REGISTRATION => 60,
        DATABASE_UNREACHABLE | DATABASE_LOGIN | DATABASE_STATE | SQL_ENCRYPTION => 62,
        LOAD_USER_PROFILE_OFF => 64,
        UNHANDLED_EXCEPTION => CODE,
        // it listens
        HTTPS_CERTIFICATE => 70,
        PORT_IN_USE | PORT_RESERVED => 72,
        LISTENS_ELSEWHERE => 74,
        STARTUP_TIMEOUT => 76,
        // requests of another path
        VIRTUAL_DIRECTORY => 79,
        RUNTIME_OUT_OF_SUPPORT | STDOUT_LOG_UNWRITABLE | STDOUT_LOG_OFF => NEVER,
        // what this version does not know
        _ => CODE,
    }
}

/// The stage of a cause whose record tells the status: that says who answered.
pub(crate) fn with_status(cause: &str, status: Option<&str>) -> u8 {
    let stage = of(cause);
    match status {
        // every worker process dies of a module's dll that is not there
        Some("503") if cause == HOSTING_BUNDLE_MISSING => 13,
        Some("403.14") => stage.min(16),
        Some("500.19") => stage.min(19),
        Some("500.21") => stage.min(21),
        _ => stage,
    }
}

/// From here on a start outside of IIS meets the same causes.
pub(crate) const PROCESS: u8 = 30;

/// The app's own code, and whatever has no place of its own.
pub(crate) const CODE: u8 = 66;

/// The stage of causes that hide or warn, and stop no start.
pub(crate) const NEVER: u8 = 99;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_but_one_is_placed() {
        let unplaced: Vec<&str> = TABLE
            .iter()
            .map(|cause| cause.id)
            .filter(|id| of(id) == CODE)
            .collect();
        assert_eq!(unplaced, [UNHANDLED_EXCEPTION]);
    }

    #[test]
    fn a_status_tells_who_answered() {
        let bundle = HOSTING_BUNDLE_MISSING;
        assert!(with_status(bundle, Some("503")) < with_status(bundle, Some("500.19")));
        assert!(with_status(CONFIG_FILE_MISSING, Some("403.14")) < of(WEBCONFIG_MALFORMED));
        assert_eq!(
            with_status(CONFIG_FILE_MISSING, Some("500.30")),
            of(CONFIG_FILE_MISSING)
        );
    }
}
