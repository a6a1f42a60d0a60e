use super::*;

const PORTABLE: &str = r#"{
  "targets": {
    ".NETCoreApp,Version=v6.0": { "Old/1.0.0": { "runtime": { "Old.dll": {} } } },
    ".NETCoreApp,Version=v8.0": {
      "App/1.0.0": { "dependencies": { "Sql": "5.1.0" }, "runtime": { "App.dll": {} } },
      "Sql/5.1.0": {
        "runtime": { "lib/net6.0/Sql.dll": { "assemblyVersion": "5.0.0.0", "fileVersion": "5.1.0.1" } },
        "resources": { "lib/net6.0/de/Sql.resources.dll": { "locale": "de" } },
        "runtimeTargets": {
          "runtimes/unix/lib/net6.0/Sql.dll": { "rid": "unix", "assetType": "runtime" },
          "runtimes/win/lib/net6.0/Sql.dll": { "rid": "win", "assetType": "runtime", "assemblyVersion": "5.0.0.0" }
        }
      },
      "Sni/5.1.0": {
        "runtimeTargets": {
          "runtimes/win-x64/native/sni.dll": { "rid": "win-x64", "assetType": "native", "fileVersion": "5.1.0.0" },
          "runtimes/win-x86/native/sni.dll": { "rid": "win-x86", "assetType": "native" }
        }
      },
      "Mixed/1.0.0": {
        "runtime": { "lib/net6.0/Mixed.dll": {} },
        "runtimeTargets": {
          "runtimes/win/lib/net6.0/Mixed.dll": { "rid": "win", "assetType": "runtime" },
          "runtimes/win-x64/native/mixed.dll": { "rid": "win-x64", "assetType": "native" }
        }
      }
    }
  },
  "libraries": {
    "App/1.0.0": { "type": "project" },
    "Sql/5.1.0": { "type": "package", "path": "sql/5.1.0" }
  },
  "runtimes": { "win-x64": [ "win", "any", "base" ] },
  "runtimeTarget": { "name": ".NETCoreApp,Version=v8.0", "signature": "" }
}"#;

fn deps(text: &str, dialect: Dialect) -> Deps {
    Deps::parse(
        Path::new("App.deps.json"),
        text.as_bytes().to_vec(),
        dialect,
    )
    .expect("JSON")
}

#[test]
fn the_target_is_the_one_named_even_if_named_last() {
    for dialect in [Dialect::HostRapidJson, Dialect::HostCppRest] {
        let deps = deps(PORTABLE, dialect);
        let libraries: Vec<_> = deps
            .libraries()
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        assert_eq!(
            libraries,
            ["App 1.0.0", "Sql 5.1.0", "Sni 5.1.0", "Mixed 1.0.0"]
        );
        assert_eq!(deps.library("SQL").as_deref(), Some("5.1.0"));
        let first = deps.assets().next().expect("an asset");
        assert_eq!(
            (
                &*first.library,
                first.library_kind.as_deref(),
                first.position.line
            ),
            ("App", Some("project"), 5)
        );
        assert_eq!(deps.fallbacks("win-x64"), ["win", "any", "base"]);
        assert_eq!(
            (deps.target().as_deref(), deps.rid()),
            (Some(".NETCoreApp,Version=v8.0"), None)
        );
    }
}

#[test]
fn a_host_takes_the_files_of_one_rid_a_library() {
    let deps = deps(PORTABLE, Dialect::HostRapidJson);
    let of = |rids: &[&str]| {
        deps.assets_for(rids)
            .map(|asset| asset.expected())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(&["win-x64", "win", "any"]),
        [
            "App.dll",
            "de/Sql.resources.dll",
            "runtimes/win/lib/net6.0/Sql.dll",
            "runtimes/win-x64/native/sni.dll",
            // win-x64 is the RID of this library: its managed file is the general one
            "Mixed.dll",
            "runtimes/win-x64/native/mixed.dll",
        ]
    );
    assert_eq!(
        of(&["linux-x64", "linux"]),
        ["App.dll", "Sql.dll", "de/Sql.resources.dll", "Mixed.dll"]
    );
}

#[test]
fn a_list_for_one_rid_says_so() {
    let deps = deps(
        r#"{"runtimeTarget":".NETCoreApp,Version=v2.0/win7-x64","targets":{".NETCoreApp,Version=v2.0/win7-x64":{}}}"#,
        Dialect::HostRapidJson,
    );
    assert_eq!(deps.rid().as_deref(), Some("win7-x64"));
    assert_eq!(deps.assets().count(), 0);
}

#[test]
fn what_is_not_a_list_is_empty() {
    for text in [
        "{}",
        "[]",
        "1",
        r#"{"targets":[]}"#,
        r#"{"targets":{"a":{"b":[["c"]]}}}"#,
        r#"{"targets":{"T":{"L":{"runtime":{"x":"y"}}}}}"#,
    ] {
        assert_eq!(
            deps(text, Dialect::HostRapidJson).assets().count(),
            0,
            "{text}"
        );
    }
}
