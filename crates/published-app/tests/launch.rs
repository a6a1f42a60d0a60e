//! Launch commands of many shapes, against what the module does.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::path::Path;

use iis_config::asp_net_core::{AspNetCore, own_section};
use iis_config::document::Document;
use iis_config::environment::Environment;
use iis_config::windows_path::PathMap;
use published_app::launch::{Launch, LaunchError, LookUp, Worker, build, misread_as_dotnet};
use support::pe::{Machine, Native};

/// A server's drive C: in a temporary folder, with an app in `C:\app`.
struct Server {
    root: tempfile::TempDir,
}

impl Server {
    fn new() -> Self {
        let server = Self {
            root: tempfile::tempdir().unwrap(),
        };
        server.file("Windows/System32/where.exe", Machine::X64);
        std::fs::create_dir_all(server.root.path().join("app")).unwrap();
        server
    }

    fn file(&self, path: &str, machine: Machine) -> &Self {
        let path = self.root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(
            path,
            Native {
                machine,
                dll: false,
                version: None,
            }
            .build(),
        )
        .unwrap();
        self
    }

    fn worker(&self, path: &str) -> Worker {
        let mut environment = Environment::windows_defaults();
        environment.set("PATH", path);
        Worker {
            environment,
            physical_path: Some(r"C:\app".into()),
            map: PathMap::new::<&str>(Some(self.root.path()), &[]).unwrap(),
            ..Worker::default()
        }
    }

    /// The same from the files themselves and from a folder that was listed before.
    fn launch(&self, attributes: &str, worker: &Worker) -> Launch {
        let folder = self.root.path().join("app");
        let launch = build(&section(attributes), &folder, worker);
        let options = published_app::Options {
            section: Some(section(attributes)),
            worker: worker.clone(),
            host_json: None,
        };
        let app = published_app::load(&folder, options);
        // Windows opens a file by any spelling, so a name in the listing and the name that was asked for are one
        let shown = |launch: &Launch| match std::path::MAIN_SEPARATOR {
            '\\' => format!("{launch:#?}").to_lowercase(),
            _ => format!("{launch:#?}"),
        };
        assert_eq!(app.launch().map(shown), Some(shown(&launch)));
        launch
    }
}

fn section(attributes: &str) -> AspNetCore {
    let xml = format!(
        "<configuration><system.webServer><aspNetCore {attributes}/></system.webServer></configuration>"
    );
    own_section(&Document::parse(xml).unwrap()).unwrap()
}

#[test]
fn programs_in_every_spelling() {
    let server = Server::new();
    server
        .file("app/My App.exe", Machine::X64)
        .file("app/bin/Other.exe", Machine::X64);
    let worker = server.worker(r"C:\dotnet");
    for path in [
        "My App.exe",
        "my app.EXE",
        r".\MY APP.exe",
        r"C:\App\my app.exe",
        "MYAPP~1.EXE",
        "gone.exe",
        "bin",
        r"bin\other.exe",
        r"..\app\My App.exe",
        r"..\Windows\System32\where.exe",
        "dotnet",
    ] {
        // Wine makes short names of its own
        if path.contains('~') && std::path::MAIN_SEPARATOR == '\\' {
            continue;
        }
        for model in ["inprocess", "outofprocess"] {
            let attributes = format!(r#"processPath="{path}" hostingModel="{model}""#);
            let found = server
                .launch(&attributes, &worker)
                .program
                .and_then(|place| place.local().map(Path::to_owned));
            let is_there = !matches!(path, "gone.exe" | "bin" | "dotnet");
            assert_eq!(found.is_some(), is_there, "{path} {model}");
        }
    }
}

#[test]
fn in_process_with_a_program_of_the_app() {
    let server = Server::new();
    server
        .file("app/My App.exe", Machine::X64)
        .file("app/My App.dll", Machine::X64)
        .file("dotnet/dotnet.exe", Machine::X64);
    let launch = server.launch(
        r#"processPath=".\My App" arguments="--x &quot;a b&quot;" hostingModel="inprocess""#,
        &server.worker(r"C:\dotnet"),
    );
    // no extension: .exe; without a host beside it dotnet starts the dll
    assert_eq!(launch.error, None);
    assert_eq!(
        launch.words,
        [r"C:\dotnet\dotnet.exe", r"C:\app\My App.dll", "--x", "a b"]
    );
    assert_eq!(
        launch.command_line,
        r#"C:\dotnet\dotnet.exe "C:\app\My App.dll" --x "a b""#
    );
    server.file("app/hostfxr.dll", Machine::X64);
    let launch = server.launch(
        r#"processPath=".\My App.exe" hostingModel="InProcess""#,
        &server.worker(""),
    );
    assert!(launch.app_local_host);
    assert_eq!(launch.words, [r"C:\app\My App.exe"]);
}

#[test]
fn in_process_refusals() {
    let server = Server::new();
    let worker = server.worker(r"C:\none");
    let error = |attributes: &str| {
        server
            .launch(
                &format!(r#"{attributes} hostingModel="inprocess""#),
                &worker,
            )
            .error
    };
    assert_eq!(
        error(r#"processPath="app.bat""#),
        Some(LaunchError::NotAnExe("app.bat".into()))
    );
    assert_eq!(
        error(r#"processPath="My.App""#),
        Some(LaunchError::NotAnExe("My.App".into()))
    );
    assert_eq!(
        error(r#"processPath="dotnet""#),
        Some(LaunchError::ArgumentsEmpty)
    );
    assert_eq!(
        error(r#"processPath=".\App.exe""#),
        Some(LaunchError::ExecutableNotFound(r"C:\app\App.exe".into()))
    );
    assert_eq!(
        error(r#"processPath="C:\dotnet\dotnet.exe" arguments="App.dll""#),
        Some(LaunchError::DotNetNotAt(r"C:\dotnet\dotnet.exe".into()))
    );
    assert!(matches!(
        error(r#"processPath="dotnet" arguments="App.dll""#),
        Some(LaunchError::DotNetNotFound(_))
    ));
    assert_eq!(
        error(r#"processPath="""#),
        Some(LaunchError::ProcessPathMissing)
    );
}

#[test]
fn in_process_looks_for_dotnet_in_the_modules_order() {
    let server = Server::new();
    server
        .file("app/App.dll", Machine::X64)
        .file("x86/dotnet.exe", Machine::X86)
        .file("registered/dotnet.exe", Machine::X64);
    server.file("Program Files/dotnet/dotnet.exe", Machine::X64);
    let attributes = r#"processPath="dotnet" arguments=".\App.dll" hostingModel="inprocess""#;
    let by = |worker: &Worker| {
        let launch = server.launch(attributes, worker);
        let last = launch.tried.last().unwrap().by;
        (last, launch.program.map(|place| place.shown))
    };
    // the 32-bit one of PATH does not count for a 64-bit worker
    let mut worker = server.worker(r"C:\x86");
    assert_eq!(
        by(&worker),
        (
            LookUp::ProgramFiles,
            Some(r"C:\Program Files\dotnet\dotnet.exe".into())
        )
    );
    worker.install_location = Some(r"C:\registered\".into());
    assert_eq!(
        by(&worker),
        (
            LookUp::InstallLocation,
            Some(r"C:\registered\dotnet.exe".into())
        )
    );
    worker.is_32_bit = true;
    assert_eq!(
        by(&worker),
        (LookUp::WhereExe, Some(r"C:\x86\dotnet.exe".into()))
    );
    // what where.exe printed stands above PATH; 4 kB of it are too much
    worker.is_32_bit = false;
    worker.where_dotnet = Some(vec![
        r"C:\x86\dotnet.exe".into(),
        r"C:\registered\dotnet.exe".into(),
    ]);
    assert_eq!(by(&worker).0, LookUp::WhereExe);
    worker.where_dotnet = Some(vec![r"C:\registered\dotnet.exe".into(); 300]);
    assert_eq!(by(&worker).0, LookUp::InstallLocation);
    // one beside the app is found first
    server.file("app/dotnet.exe", Machine::X64);
    assert_eq!(
        by(&worker),
        (LookUp::ProcessPath, Some(r"C:\app\dotnet.exe".into()))
    );
}

#[test]
fn the_whole_of_the_arguments_may_be_one_path() {
    let server = Server::new();
    server
        .file("app/My App.dll", Machine::X64)
        .file("dotnet/dotnet.exe", Machine::X64);
    let worker = server.worker(r"C:\dotnet");
    let launch = server.launch(
        r#"processPath="dotnet" arguments="My App.dll" hostingModel="inprocess""#,
        &worker,
    );
    assert_eq!(launch.words[1..], [r"C:\app\My App.dll"]);
    // out-of-process dotnet sees two words
    let launch = server.launch(r#"processPath="dotnet" arguments="My App.dll""#, &worker);
    assert_eq!(launch.words, ["dotnet", "My", "App.dll"]);
    assert_eq!(launch.dotnet.unwrap().sdk_command.as_deref(), Some("My"));
}

#[test]
fn out_of_process_command_lines() {
    let server = Server::new();
    server
        .file("app/App.exe", Machine::X64)
        .file("dotnet/dotnet.exe", Machine::X86);
    let worker = server.worker(r#""C:\none";C:\dotnet\;"#);
    let line = |attributes: &str| server.launch(attributes, &worker).command_line;
    assert_eq!(
        line(r#"processPath=".\App.exe" arguments="a""#),
        r#""C:\app\App.exe" a"#
    );
    assert_eq!(
        line(r#"processPath="sub\..\App.exe""#),
        r#""C:\app\App.exe" "#
    );
    // the module looks for the name as it is written: without .exe there is no such file, and Windows searches
    assert_eq!(line(r#"processPath="App""#), r#""App" "#);
    assert_eq!(
        line(r#"processPath="C:\app\App.exe""#),
        r#""C:\app\App.exe" "#
    );
    assert_eq!(
        line(r#"processPath="%ProgramFiles%\x.exe""#),
        r#""C:\Program Files\x.exe" "#
    );
    let launch = server.launch(r#"processPath=".\App""#, &worker);
    // Windows would add .exe, but looks in the worker's current folder
    assert_eq!(launch.command_line, r#"".\App" "#);
    assert_eq!(
        launch.error,
        Some(LaunchError::ProgramNotFound(r".\App".into()))
    );
    let launch = server.launch(r#"processPath="dotnet" arguments="App.dll""#, &worker);
    // bitness plays no part
    assert_eq!(launch.program.unwrap().shown, r"C:\dotnet\dotnet.exe");
    let launch = server.launch(
        r#"processPath="%LAUNCHER_PATH%" arguments="%LAUNCHER_ARGS%""#,
        &worker,
    );
    assert_eq!(
        (launch.command_line.as_str(), launch.error),
        (
            r#""%LAUNCHER_PATH%" %LAUNCHER_ARGS%"#,
            Some(LaunchError::ProgramNotFound("%LAUNCHER_PATH%".into()))
        )
    );
}

/// Without the worker's PATH, or with a drive that is not visible here, nobody can say that dotnet is missing.
#[test]
fn what_cannot_be_known_is_no_error() {
    let server = Server::new();
    let mut worker = server.worker("");
    for model in ["inprocess", "outofprocess"] {
        let attributes =
            format!(r#"processPath="dotnet" arguments="App.dll" hostingModel="{model}""#);
        worker.environment = Environment::windows_defaults();
        assert_eq!(server.launch(&attributes, &worker).error, None, "{model}");
        worker.environment.set("PATH", r"D:\dotnet");
        assert_eq!(server.launch(&attributes, &worker).error, None, "{model}");
    }
    let launch = build(
        &section(r#"processPath="D:\x\App.exe" hostingModel="inprocess""#),
        Path::new("."),
        &server.worker(""),
    );
    assert_eq!((launch.error, launch.program), (None, None));
}

#[test]
fn variables_of_the_worker_stand_above_the_section() {
    let server = Server::new();
    server
        .file("dotnet/dotnet.exe", Machine::X64)
        .file("app/App.dll", Machine::X64);
    let mut worker = server.worker("");
    worker
        .environment
        .set("ANCM_LAUNCHER_PATH", r"C:\dotnet\dotnet.exe");
    worker
        .environment
        .set("ANCM_LAUNCHER_ARGS", "App.dll --dev");
    for model in ["inprocess", "outofprocess"] {
        let attributes = format!(r#"processPath="nope" arguments="x" hostingModel="{model}""#);
        let launch = server.launch(&attributes, &worker);
        assert_eq!(
            (launch.error, launch.from_environment),
            (None, true),
            "{model}"
        );
        assert_eq!(launch.words[0], r"C:\dotnet\dotnet.exe");
        assert_eq!(launch.words[2], "--dev");
    }
}

#[test]
fn a_name_that_ends_like_dotnet() {
    assert!(misread_as_dotnet(r".\MyDotnet.exe"));
    assert!(misread_as_dotnet("Contoso.DotNet"));
    assert!(!misread_as_dotnet(r"C:\Program Files\dotnet\dotnet.exe"));
    assert!(!misread_as_dotnet("dotnet"));
}
