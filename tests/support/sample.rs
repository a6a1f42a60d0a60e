//! The program files of the samples below `tests/apps`. They are committed, so that the samples work from a plain
//! clone; this table builds them, and a test compares.

use std::path::PathBuf;

use crate::pe::{AppHost, Bundled, Machine, Managed, Native};

/// A sample's folder: `broken-site`, `healthy-in-process`, `server-root`.
#[must_use]
pub fn path(name: &str) -> PathBuf {
    crate::workspace::root().join("tests/apps").join(name)
}

/// The framework's version in the sample roots.
const RUNTIME: [u16; 4] = [8, 0, 1124, 51707];
/// The module that came with it.
const MODULE: [u16; 4] = [18, 0, 24303, 11];

/// Samples that are framework-dependent with a dll of their own name.
const WITH_DLL: [(&str, &str); 29] = [
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
            ".NETCoreApp,Version=v8.0"
        };
        let runtime = [("System.Runtime", [if net9 { 9 } else { 8 }, 0, 0, 0])];
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
        add(format!("{folder}/{dll}"), Managed::app(name).build());
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
            format!("{folder}/18.0.24303/aspnetcorev2_outofprocess.dll"),
            native(machine, true, MODULE),
        );
    }
    files
}

fn native(machine: Machine, dll: bool, version: [u16; 4]) -> Vec<u8> {
    Native {
        machine,
        dll,
        version: Some(version),
    }
    .build()
}

fn dotnet_root(root: &str, add: &mut impl FnMut(String, Vec<u8>)) {
    let x64 = |dll| native(Machine::X64, dll, RUNTIME);
    add(format!("{root}/dotnet.exe"), x64(false));
    add(format!("{root}/host/fxr/8.0.11/hostfxr.dll"), x64(true));
    for file in ["coreclr.dll", "hostpolicy.dll"] {
        add(
            format!("{root}/shared/Microsoft.NETCore.App/8.0.11/{file}"),
            x64(true),
        );
    }
    add(
        format!("{root}/shared/Microsoft.AspNetCore.App/8.0.11/aspnetcorev2_inprocess.dll"),
        native(Machine::X64, true, MODULE),
    );
}

/// A framework-dependent app in one file.
fn single_file() -> Vec<u8> {
    let dll = Managed::app("Shop").build();
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
