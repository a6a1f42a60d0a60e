//! The sample apps of the workspace, loaded whole.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::path::Path;

use iis_config::asp_net_core::HostingModel;
use iis_config::environment::Environment;
use iis_config::windows_path::PathMap;
use published_app::json::MistakeKind;
use published_app::launch::{LaunchError, LookUp, Worker};
use published_app::pe::{Bitness, EmbeddedDll, Machine, PeFile};
use published_app::{
    App, Deployment, NamedBy, Options, ProblemKind, embedded_runtime_config, load,
};
use support::sample;

/// The app of a server that is not known: on Windows, too, where without a mapping it would be this machine.
/// The app seen from nowhere: in `C:\site` of a server of which nothing else is known.
fn app(name: &str) -> App {
    let nothing = sample::path("dotnet-root");
    let worker = Worker {
        physical_path: Some(r"C:\site".into()),
        map: PathMap::new(None, &[format!("Z:={}", nothing.display())]).unwrap(),
        ..Worker::default()
    };
    load(
        &sample::path(name),
        Options {
            worker,
            ..Options::default()
        },
    )
}

/// The app of a site of the sample server, as the module sees it there.
fn server(site: &str, is_32_bit: bool) -> App {
    let root = sample::path("server-root");
    let mut environment = Environment::windows_defaults();
    environment.set("PATH", r"C:\Windows\System32;C:\Program Files\dotnet\");
    let worker = Worker {
        environment,
        is_32_bit,
        physical_path: Some(format!(r"C:\inetpub\{}", site.replace('/', r"\"))),
        map: PathMap::new::<&str>(Some(&root), &[]).unwrap(),
        ..Worker::default()
    };
    load(
        &root.join("inetpub").join(site),
        Options {
            worker,
            ..Options::default()
        },
    )
}

#[test]
fn a_framework_dependent_app() {
    let app = app("healthy-in-process");
    let program = app.program().unwrap();
    assert_eq!(
        (program.stem.as_str(), program.named_by),
        ("Shop", NamedBy::Launch)
    );
    assert!(program.dll.is_some() && program.exe.is_none());
    assert_eq!(
        app.deployment(),
        &Deployment::FrameworkDependent { stray_host: false }
    );
    let config = app.runtime_config().unwrap().unwrap();
    let frameworks: Vec<_> = config
        .frameworks
        .iter()
        .map(|reference| (reference.name.as_str(), reference.version.as_deref()))
        .collect();
    assert_eq!(
        frameworks,
        [
            ("Microsoft.NETCore.App", Some("10.0.0")),
            ("Microsoft.AspNetCore.App", Some("10.0.0"))
        ]
    );
    assert_eq!(
        (
            config.frameworks[1].position.line,
            config.frameworks[1].position.column
        ),
        (9, 7)
    );
    assert_eq!(config.tfm.as_deref(), Some("net10.0"));
    assert_eq!(
        config
            .property("System.GC.Server")
            .and_then(|value| value.as_bool()),
        Some(true)
    );
    let dll = app.dll().unwrap().unwrap();
    assert_eq!(dll.headers.bitness(), Bitness::Any);
    let assembly = dll.assembly.as_ref().unwrap();
    assert_eq!(
        (assembly.name.as_str(), assembly.version),
        ("Shop", [1, 0, 0, 0])
    );
    assert_eq!(
        assembly.target_framework.as_deref(),
        Some(".NETCoreApp,Version=v10.0")
    );
    assert_eq!(assembly.references[0].name, "System.Runtime");
    let deps = app.deps().unwrap().unwrap();
    assert_eq!(deps.target().as_deref(), Some(".NETCoreApp,Version=v10.0"));
    assert_eq!(
        deps.assets()
            .map(|asset| asset.expected())
            .collect::<Vec<_>>(),
        ["Shop.dll"]
    );
    let settings: Vec<_> = app
        .settings()
        .into_iter()
        .map(|file| file.environment)
        .collect();
    assert_eq!(settings, [None, Some("Production".into())]);
    for file in app.settings() {
        assert!(file.read().unwrap().is_some());
    }
    assert_eq!(app.app_offline(), None);
    // the server is not known: no verdict on where dotnet is
    let launch = app.launch().unwrap();
    assert_eq!(launch.model, Ok(HostingModel::InProcess));
    assert_eq!(launch.command_line, r"dotnet.exe C:\site\Shop.dll");
    assert_eq!((&launch.error, &launch.program), (&None, &None));
}

#[test]
fn a_self_contained_app() {
    let app = app("healthy-self-contained");
    assert_eq!(
        app.deployment(),
        &Deployment::SelfContained { missing: vec![] }
    );
    let launch = app.launch().unwrap();
    assert!(launch.app_local_host);
    assert_eq!(launch.words, [r"C:\site\Shop.exe"]);
    assert_eq!(launch.error, None);
    let exe = app.exe().unwrap().unwrap();
    assert_eq!(
        (exe.headers.machine, exe.headers.managed),
        (Machine::X64, None)
    );
    assert_eq!(
        exe.apphost.as_ref().unwrap().dll,
        EmbeddedDll::Name("Shop.dll".into())
    );
    let host = PeFile::open(&app.dir().join("hostfxr.dll")).unwrap();
    assert_eq!(host.version().unwrap().file, [10, 0, 125, 57005]);
    assert_eq!(host.headers().bitness(), Bitness::Bits64);
    let other = load(&sample::path("host-of-other-bitness"), Options::default());
    assert_eq!(
        PeFile::open(&other.dir().join("hostfxr.dll"))
            .unwrap()
            .headers()
            .bitness(),
        Bitness::Bits32
    );
}

#[test]
fn a_single_file_app() {
    let app = app("single-file-in-process");
    assert_eq!(
        app.deployment(),
        &Deployment::SingleFile {
            self_contained: false
        }
    );
    let bundle = app
        .exe()
        .unwrap()
        .unwrap()
        .apphost
        .as_ref()
        .unwrap()
        .bundle
        .as_ref()
        .unwrap();
    assert_eq!((bundle.major, bundle.files.len()), (6, 3));
    let config = embedded_runtime_config(&app, bundle).unwrap();
    assert_eq!(config.frameworks.len(), 2);
    let launch = app.launch().unwrap();
    assert_eq!(
        launch.error,
        Some(LaunchError::DllNotFound(r"C:\site\Shop.dll".into()))
    );
    assert_eq!(launch.error.as_ref().unwrap().predicted_status(), "500.38");
}

#[test]
fn the_causes_of_the_broken_ones_show() {
    let error = |name: &str| app(name).launch().and_then(|launch| launch.error.clone());
    assert_eq!(
        error("processpath-missing"),
        Some(LaunchError::ProcessPathMissing)
    );
    assert_eq!(
        error("executable-missing"),
        Some(LaunchError::ExecutableNotFound(r"C:\site\Store.exe".into()))
    );
    assert_eq!(
        error("hosting-model-unknown"),
        Some(LaunchError::UnknownHostingModel("in-process".into()))
    );
    assert_eq!(
        app("launcher-placeholder").launch().unwrap().unexpanded,
        ["LAUNCHER_PATH", "LAUNCHER_ARGS"]
    );
    let missing = app("arguments-name-missing-dll");
    assert_eq!(
        missing.launch().unwrap().app.as_ref().unwrap().is_file(),
        Some(false)
    );
    // what else is wrong with the app is looked at under its real name
    let program = missing.program().unwrap();
    assert_eq!(
        (program.stem.as_str(), program.named_by),
        ("Shop", NamedBy::RuntimeConfig)
    );
    assert_eq!(app("launcher-placeholder").program().unwrap().stem, "Shop");
    assert!(app("app-offline-left").app_offline().is_some());
    assert!(
        app("runtimeconfig-missing")
            .runtime_config()
            .unwrap()
            .is_none()
    );
    assert_eq!(
        app("runtimeconfig-malformed")
            .runtime_config()
            .unwrap_err()
            .position(),
        Some((8, 9))
    );
    assert!(matches!(
        app("webconfig-malformed").web_config().unwrap_err().kind,
        ProblemKind::Xml(_)
    ));
    let deps = app("deps-entry-missing");
    let gone: Vec<_> = deps
        .deps()
        .unwrap()
        .unwrap()
        .assets()
        .filter(|asset| deps.path_of(&asset.expected()).is_none())
        .collect();
    assert_eq!(
        (gone.len(), &*gone[0].library, &*gone[0].version),
        (1, "Dapper", "2.1.35")
    );
    assert_eq!(
        (gone[0].position.line, gone[0].assembly_version.as_deref()),
        (16, Some("2.0.0.0"))
    );
}

#[test]
fn broken_settings_are_told_with_place_and_guess() {
    for (name, line, guess) in [
        ("broken-site", 9, Some((MistakeKind::MissingComma, 8))),
        (
            "appsettings-missing-comma",
            5,
            Some((MistakeKind::MissingComma, 4)),
        ),
        (
            "appsettings-unescaped-backslash",
            10,
            Some((MistakeKind::UnescapedBackslash, 10)),
        ),
        ("appsettings-duplicate-key", 9, None),
    ] {
        let problem = app(name).settings()[0].read().unwrap_err();
        assert_eq!(problem.position().unwrap().0, line, "{name}: {problem}");
        let likely = match &problem.kind {
            ProblemKind::Json(broken) => broken
                .likely_mistake()
                .map(|mistake| (mistake.kind, mistake.position.line)),
            _ => None,
        };
        assert_eq!(likely, guess, "{name}");
    }
}

#[test]
fn in_process_on_the_sample_server() {
    let shop = server("shop", false);
    let launch = shop.launch().unwrap();
    assert_eq!(launch.error, None);
    assert_eq!(
        launch.words,
        [
            r"C:\Program Files\dotnet\dotnet.exe",
            r"C:\inetpub\shop\Shop.dll"
        ]
    );
    assert_eq!(
        launch.command_line,
        r#""C:\Program Files\dotnet\dotnet.exe" C:\inetpub\shop\Shop.dll"#
    );
    let by: Vec<_> = launch
        .tried
        .iter()
        .map(|tried| (tried.by, tried.place.is_file()))
        .collect();
    assert_eq!(
        by,
        [
            (LookUp::ProcessPath, Some(false)),
            (LookUp::WhereExe, Some(true))
        ]
    );
    // a 32-bit worker does not take the 64-bit dotnet of PATH, and finds no other
    let shop = server("shop", true);
    let launch = shop.launch().unwrap();
    assert!(
        matches!(launch.error, Some(LaunchError::DotNetNotFound(_))),
        "{launch:?}"
    );
    assert_eq!(launch.tried[1].wrong_bitness, Some(Bitness::Bits64));
}

#[test]
fn out_of_process_on_the_sample_server() {
    let portal = server("portal", true);
    let launch = portal.launch().unwrap();
    // no look-up by bitness here: a 32-bit worker starts the 64-bit dotnet
    assert_eq!(launch.error, None);
    assert_eq!(launch.command_line, r#""dotnet" .\Portal.dll"#);
    assert_eq!(
        launch.program.as_ref().unwrap().shown,
        r"C:\Program Files\dotnet\dotnet.exe"
    );
    assert_eq!(launch.tried.last().unwrap().by, LookUp::Path);
    assert_eq!(portal.program().unwrap().stem, "Portal");
}

#[test]
fn what_is_no_app_is_no_panic() {
    let empty = tempfile::tempdir().unwrap();
    let app = load(empty.path(), Options::default());
    assert_eq!(app.program(), None);
    assert_eq!(app.deployment(), &Deployment::Unknown);
    assert!(app.launch().is_none() && app.settings().is_empty());
    let nowhere = load(Path::new("/nowhere/at/all"), Options::default());
    assert!(nowhere.folder().is_err());
    assert_eq!(nowhere.deployment(), &Deployment::Unknown);
    // folders where files should be
    for name in [
        "web.config",
        "appsettings.json",
        "App.runtimeconfig.json",
        "App.deps.json",
        "App.dll",
    ] {
        std::fs::create_dir(empty.path().join(name)).unwrap();
    }
    let app = load(empty.path(), Options::default());
    assert!(app.web_config().is_err());
    let _ = (app.program(), app.deployment(), app.settings());
}
