//! Statuses of hostfxr, hostpolicy and the apphost: dotnet/runtime `src/native/corehost/error_codes.h`.

use record::cause;

use super::{Meaning, host};

/// By the whole 32-bit status.
pub(super) const HOST: &[(u32, Meaning)] = &[
    (
        0x8000_8081,
        host(
            "InvalidArgFailure",
            "the host got arguments that it does not understand",
            Some(cause::ARGUMENTS_WRONG),
        ),
    ),
    (
        0x8000_8082,
        host(
            "CoreHostLibLoadFailure",
            "hostfxr or hostpolicy is there but cannot be loaded",
            Some(cause::HOSTFXR_MISSING),
        ),
    ),
    (
        0x8000_8083,
        host(
            "CoreHostLibMissingFailure",
            "hostfxr or hostpolicy is missing",
            Some(cause::HOSTFXR_MISSING),
        ),
    ),
    (
        0x8000_8084,
        host(
            "CoreHostEntryPointFailure",
            "host files of different versions are mixed",
            Some(cause::HOSTFXR_MISSING),
        ),
    ),
    (
        0x8000_8085,
        host(
            "CoreHostCurHostFindFailure",
            "the host cannot find its own folder",
            Some(cause::HOSTFXR_MISSING),
        ),
    ),
    (
        0x8000_8087,
        host(
            "CoreClrResolveFailure",
            "coreclr is neither in the dependencies nor on disk",
            Some(cause::HOSTFXR_MISSING),
        ),
    ),
    (
        0x8000_8088,
        host(
            "CoreClrBindFailure",
            "coreclr cannot be loaded",
            Some(cause::HOSTFXR_MISSING),
        ),
    ),
    (
        0x8000_8089,
        host(
            "CoreClrInitFailure",
            "coreclr cannot be initialised",
            Some(cause::CORECLR_INIT_FAILED),
        ),
    ),
    (
        0x8000_808a,
        host("CoreClrExeFailure", "coreclr cannot run the program", None),
    ),
    (
        0x8000_808b,
        host(
            "ResolverInitFailure",
            "the .deps.json file cannot be read",
            Some(cause::MISSING_ASSEMBLY),
        ),
    ),
    (
        0x8000_808c,
        host(
            "ResolverResolveFailure",
            "a file that .deps.json lists is not there",
            Some(cause::MISSING_ASSEMBLY),
        ),
    ),
    (
        0x8000_808d,
        host(
            "LibHostCurExeFindFailure",
            "the host cannot find its own executable",
            None,
        ),
    ),
    (
        0x8000_808e,
        host(
            "LibHostInitFailure",
            "hostfxr and hostpolicy do not fit together",
            Some(cause::HOSTFXR_MISSING),
        ),
    ),
    (
        0x8000_8090,
        host(
            "LibHostExecModeFailure",
            "the host was started in a mode that it does not know",
            None,
        ),
    ),
    (
        0x8000_8091,
        host(
            "LibHostSdkFindFailure",
            "no program to run: the dll in the arguments is not there and no SDK is installed",
            Some(cause::ARGUMENTS_WRONG),
        ),
    ),
    (
        0x8000_8092,
        host(
            "LibHostInvalidArgs",
            "hostpolicy got arguments that it does not understand",
            None,
        ),
    ),
    (
        0x8000_8093,
        host(
            "InvalidConfigFile",
            "runtimeconfig.json cannot be read",
            Some(cause::RUNTIMECONFIG_INVALID),
        ),
    ),
    (
        0x8000_8094,
        host(
            "AppArgNotRunnable",
            "the argument is no program",
            Some(cause::ARGUMENTS_WRONG),
        ),
    ),
    (
        0x8000_8095,
        host(
            "AppHostExeNotBoundFailure",
            "the executable was never bound to a dll",
            Some(cause::PROCESSPATH_WRONG),
        ),
    ),
    (
        0x8000_8096,
        host(
            "FrameworkMissingFailure",
            "no installed framework satisfies runtimeconfig.json",
            Some(cause::FRAMEWORK_MISSING),
        ),
    ),
    (
        0x8000_8097,
        host("HostApiFailed", "a call of the hosting API failed", None),
    ),
    (
        0x8000_8098,
        host(
            "HostApiBufferTooSmall",
            "a buffer of the hosting API was too small",
            None,
        ),
    ),
    (
        0x8000_8099,
        host(
            "LibHostUnknownCommand",
            "the host does not know the command",
            Some(cause::ARGUMENTS_WRONG),
        ),
    ),
    (
        0x8000_809a,
        host(
            "AppPathFindFailure",
            "the dll of the executable is not there",
            Some(cause::MISSING_ASSEMBLY),
        ),
    ),
    (
        0x8000_809b,
        host(
            "SdkResolverResolveFailure",
            "no SDK satisfies global.json",
            None,
        ),
    ),
    (
        0x8000_809c,
        host(
            "FrameworkCompatFailure",
            "framework references exclude each other",
            Some(cause::FRAMEWORK_MISSING),
        ),
    ),
    (
        0x8000_809d,
        host(
            "FrameworkCompatRetry",
            "framework references were reconciled too often",
            Some(cause::FRAMEWORK_MISSING),
        ),
    ),
    (
        0x8000_809f,
        host(
            "BundleExtractionFailure",
            "the single file cannot be unpacked",
            None,
        ),
    ),
    (
        0x8000_80a0,
        host(
            "BundleExtractionIOError",
            "the single file cannot be unpacked into its folder",
            Some(cause::ACCESS_DENIED),
        ),
    ),
    (
        0x8000_80a1,
        host(
            "LibHostDuplicateProperty",
            "a runtime property is given twice",
            Some(cause::RUNTIMECONFIG_INVALID),
        ),
    ),
    (
        0x8000_80a2,
        host(
            "HostApiUnsupportedVersion",
            "the hosting API is of another version",
            None,
        ),
    ),
    (
        0x8000_80a3,
        host(
            "HostInvalidState",
            "the host is in no state for this call",
            None,
        ),
    ),
    (
        0x8000_80a4,
        host(
            "HostPropertyNotFound",
            "a runtime property is missing",
            None,
        ),
    ),
    (
        0x8000_80a5,
        host(
            "CoreHostIncompatibleConfig",
            "a runtime with other settings runs already",
            None,
        ),
    ),
    (
        0x8000_80a6,
        host(
            "HostApiUnsupportedScenario",
            "the host does not support this",
            None,
        ),
    ),
    (
        0x8000_80a7,
        host("HostFeatureDisabled", "the feature is switched off", None),
    ),
];
