//! The program files of the samples below `tests/apps`. They are committed, so that the samples work from a plain
//! clone; this table builds them, and a test compares.

use std::path::PathBuf;

use crate::pe::{AppHost, Bundled, Machine, Managed, Native};

/// A sample's folder: `broken-site`, `healthy-in-process`, `server-root`.
#[must_use]
pub fn path(name: &str) -> PathBuf {
    crate::workspace::root().join("tests/apps").join(name)
}

/// The file version of the framework's newest version in the sample roots.
const RUNTIME: [u16; 4] = [10, 0, 125, 57005];
/// The module that came with it.
const MODULE: [u16; 4] = [20, 0, 25325, 1];

/// Samples that are framework-dependent with a dll of their own name.
const WITH_DLL: [(&str, &str); 30] = [
    ("app-offline-left", "Shop"),
    ("appsettings-duplicate-key", "Shop"),
    ("appsettings-missing-comma", "Shop"),
    ("appsettings-unescaped-backslash", "Shop"),
    ("arguments-leftover", "Shop"),
    ("arguments-name-missing-dll", "Shop"),
    ("broken-site", "Shop"),
    ("deps-entry-missing", "Shop"),
    ("executable-missing", "Shop"),
    ("handler-v1-module", "Shop"),
    ("healthy-in-process", "Shop"),
    ("healthy-out-of-process", "Shop"),
    ("healthy-sub-application", "Shop"),
    ("healthy-sub-application/blog", "Blog"),
    ("hosting-model-unknown", "Shop"),
    ("inprocess-without-aspnetcore", "Shop"),
    ("launcher-placeholder", "Shop"),
    ("processpath-missing", "Shop"),
    ("request-timeout-invalid", "Shop"),
    ("runtime-missing", "Shop"),
    ("runtimeconfig-malformed", "Shop"),
    ("runtimeconfig-missing", "Shop"),
    ("server-root/inetpub/docs", "Docs"),
    ("server-root/inetpub/files", "Files"),
    ("server-root/inetpub/mixed", "Mixed"),
    ("server-root/inetpub/mixed/api", "Api"),
    ("server-root/inetpub/portal", "Portal"),
    ("server-root/inetpub/portal/blog", "Blog"),
    ("server-root/inetpub/shop", "Shop"),
    ("webconfig-malformed", "Shop"),
];

/// Every program file below `tests/apps` with its bytes.
#[must_use]
pub fn program_files() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut add = |path: String, bytes: Vec<u8>| files.push((path, bytes));
    let twins = [
        ("server-root/inetpub/twins", "Twins"),
        ("server-root/inetpub/twins/api", "Api"),
        ("stdout-logs-folder-missing", "Shop"),
    ];
    for (folder, name) in WITH_DLL.into_iter().chain(twins) {
        let net9 = matches!(folder, "broken-site" | "runtime-missing");
        let framework = if net9 {
            ".NETCoreApp,Version=v9.0"
        } else {
            ".NETCoreApp,Version=v10.0"
        };
        let runtime = [("System.Runtime", [if net9 { 9 } else { 10 }, 0, 0, 0])];
        let app = Managed {
            framework: Some(framework),
            references: &runtime,
            ..Managed::app(name)
        };
        add(format!("{folder}/{name}.dll"), app.build());
    }
    for (folder, name, host) in [
        ("healthy-self-contained", "Shop", Machine::X64),
        ("host-of-other-bitness", "Shop", Machine::X86),
        ("server-root/inetpub/legacy", "Legacy", Machine::X64),
    ] {
        let dll = format!("{name}.dll");
        add(format!("{folder}/{dll}"), net10(name));
        add(
            format!("{folder}/{name}.exe"),
            AppHost {
                machine: Machine::X64,
                dll: Some(&dll),
                bundle: None,
            }
            .build(),
        );
        for file in ["coreclr.dll", "hostpolicy.dll"] {
            add(
                format!("{folder}/{file}"),
                native(Machine::X64, true, RUNTIME),
            );
        }
        add(format!("{folder}/hostfxr.dll"), native(host, true, RUNTIME));
    }
    add("single-file-in-process/Shop.exe".into(), single_file());
    for root in ["dotnet-root", "server-root/Program Files/dotnet"] {
        dotnet_root(root, &mut add);
    }
    for (folder, machine) in [
        ("Program Files", Machine::X64),
        ("Program Files (x86)", Machine::X86),
    ] {
        let folder = format!("server-root/{folder}/IIS/Asp.Net Core Module/V2");
        add(
            format!("{folder}/aspnetcorev2.dll"),
            native(machine, true, MODULE),
        );
        add(
            format!("{folder}/20.0.25325/aspnetcorev2_outofprocess.dll"),
            native(machine, true, MODULE),
        );
    }
    files
}

/// An app's dll for .NET 10.
fn net10(name: &str) -> Vec<u8> {
    Managed {
        framework: Some(".NETCoreApp,Version=v10.0"),
        references: &[("System.Runtime", [10, 0, 0, 0])],
        ..Managed::app(name)
    }
    .build()
}

fn native(machine: Machine, dll: bool, version: [u16; 4]) -> Vec<u8> {
    Native {
        machine,
        dll,
        version: Some(version),
    }
    .build()
}

/// Two versions side by side, as on a server that was updated; hostfxr came with the newer one.
fn dotnet_root(root: &str, add: &mut impl FnMut(String, Vec<u8>)) {
    let x64 = |dll| native(Machine::X64, dll, RUNTIME);
    add(format!("{root}/dotnet.exe"), x64(false));
    add(format!("{root}/host/fxr/10.0.1/hostfxr.dll"), x64(true));
    for (version, build, module) in [
        ("8.0.11", [8, 0, 1124, 51707], [18, 0, 24303, 11]),
        ("10.0.1", RUNTIME, MODULE),
    ] {
        for file in ["coreclr.dll", "hostpolicy.dll"] {
            let path = format!("{root}/shared/Microsoft.NETCore.App/{version}/{file}");
            add(path, native(Machine::X64, true, build));
        }
        let path =
            format!("{root}/shared/Microsoft.AspNetCore.App/{version}/aspnetcorev2_inprocess.dll");
        add(path, native(Machine::X64, true, module));
    }
}

/// A framework-dependent app in one file.
fn single_file() -> Vec<u8> {
    let dll = net10("Shop");
    let config =
        std::fs::read(path("healthy-in-process/Shop.runtimeconfig.json")).expect("a sample");
    let deps = std::fs::read(path("healthy-in-process/Shop.deps.json")).expect("a sample");
    let files = [
        Bundled {
            path: "Shop.dll",
            kind: 1,
            content: &dll,
        },
        Bundled {
            path: "Shop.deps.json",
            kind: 3,
            content: &deps,
        },
        Bundled {
            path: "Shop.runtimeconfig.json",
            kind: 4,
            content: &config,
        },
    ];
    AppHost {
        machine: Machine::X64,
        dll: Some("Shop.dll"),
        bundle: Some((6, &files)),
    }
    .build()
}
