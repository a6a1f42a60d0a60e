//! The host's status codes: what a process ends with that could not start its app.

/// One status. Windows sees all 32 bits as the exit code, Unix the low byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) name: &'static str,
    pub(crate) code: u32,
}

impl Status {
    const fn new(name: &'static str, code: u32) -> Status {
        Status { name, code }
    }

    // dotnet/runtime, src/native/corehost/error_codes.h
    pub(crate) const INVALID_ARG: Status = Status::new("InvalidArgFailure", 0x8000_8081);
    pub(crate) const LIB_LOAD: Status = Status::new("CoreHostLibLoadFailure", 0x8000_8082);
    pub(crate) const LIB_MISSING: Status = Status::new("CoreHostLibMissingFailure", 0x8000_8083);
    pub(crate) const CORECLR_RESOLVE: Status = Status::new("CoreClrResolveFailure", 0x8000_8087);
    pub(crate) const RESOLVER_INIT: Status = Status::new("ResolverInitFailure", 0x8000_808b);
    pub(crate) const RESOLVER_RESOLVE: Status = Status::new("ResolverResolveFailure", 0x8000_808c);
    pub(crate) const SDK_FIND: Status = Status::new("LibHostSdkFindFailure", 0x8000_8091);
    pub(crate) const INVALID_CONFIG: Status = Status::new("InvalidConfigFile", 0x8000_8093);
    pub(crate) const APPHOST_NOT_BOUND: Status =
        Status::new("AppHostExeNotBoundFailure", 0x8000_8095);
    pub(crate) const FRAMEWORK_MISSING: Status =
        Status::new("FrameworkMissingFailure", 0x8000_8096);
    pub(crate) const APP_PATH_FIND: Status = Status::new("AppPathFindFailure", 0x8000_809a);
    pub(crate) const FRAMEWORK_COMPAT: Status = Status::new("FrameworkCompatFailure", 0x8000_809c);
    pub(crate) const FRAMEWORK_COMPAT_RETRY: Status =
        Status::new("FrameworkCompatRetry", 0x8000_809d);

    /// As records and messages print it.
    pub(crate) fn hex(self) -> String {
        format!("0x{:08x}", self.code)
    }

    /// What `%ERRORLEVEL%` and event logs show.
    pub(crate) fn exit_code(self) -> i32 {
        self.code as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_status() {
        assert_eq!(Status::FRAMEWORK_MISSING.hex(), "0x80008096");
        assert_eq!(Status::FRAMEWORK_MISSING.exit_code(), -2_147_450_730);
    }
}
