//! The machine's environment variables, out of its registry.

use serde_json::{Value, json};

use super::{WEB_CONFIG, about, message, only, told_with, with_variables};

/// What is told where the machine has these variables.
fn told_on(variables: &[(&str, &str)], files: &[(&str, &str)], site: Option<Value>) -> Vec<Value> {
    let lines: String = variables
        .iter()
        .map(|(name, value)| format!("\"{name}\"=\"{}\"\r\n", value.replace('\\', "\\\\")))
        .collect();
    let export = format!(
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment]\r\n\"Path\"=\"C:\\\\Windows\"\r\n{lines}"
    );
    let mut all = files.to_vec();
    all.push(("/machine.reg", &export));
    told_with(&["--registry", "{root}/machine.reg"], &all, site)
}

#[test]
fn the_environment_may_be_the_machines() {
    let files = [
        ("web.config", WEB_CONFIG),
        ("appsettings.Staging.json", "{ broken"),
    ];
    let code = "app-settings/malformed";
    let records = told_on(&[("ASPNETCORE_ENVIRONMENT", "Staging")], &files, None);
    assert_eq!(only(&records, code)["severity"], "error");
    let records = told_on(&[], &files, None);
    assert_eq!(only(&records, code)["severity"], "warning");
    let found = only(&records, "app-settings/environment-file-missing");
    assert!(message(found).starts_with("Nothing sets another environment"));
    let records = told_on(
        &[("ASPNETCORE_ENVIRONMENT", "Development")],
        &[("web.config", WEB_CONFIG)],
        None,
    );
    let found = only(&records, "web-config/development-environment");
    assert_eq!(found["evidence"]["set_by"], "the machine's environment");
    assert!(found["line"].is_null() && found["fix"].is_null());
    // what the section says counts, and what the pool says
    let own = with_variables(&[("ASPNETCORE_ENVIRONMENT", "Production")]);
    for (own, site) in [
        (own.as_str(), None),
        (
            WEB_CONFIG,
            Some(
                json!({"source": "folder", "pool_environment": {"ASPNETCORE_ENVIRONMENT": "Production"}}),
            ),
        ),
    ] {
        let records = told_on(
            &[("ASPNETCORE_ENVIRONMENT", "Development")],
            &[("web.config", own)],
            site,
        );
        assert!(
            about(&records, "web-config/development-environment").is_empty(),
            "{records:#?}"
        );
    }
}

#[test]
fn a_variable_in_two_places_is_told() {
    let own = with_variables(&[("ASPNETCORE_ENVIRONMENT", "Production")]);
    let code = "web-config/environment-appended";
    let records = told_on(
        &[("aspnetcore_environment", "Production")],
        &[("web.config", &own)],
        None,
    );
    let found = only(&records, code);
    assert_eq!(found["severity"], "info");
    assert!(message(found).contains("\"Production;Production\""));
    assert!(about(&told_on(&[], &[("web.config", &own)], None), code).is_empty());
    assert!(
        about(
            &told_on(
                &[("ASPNETCORE_ENVIRONMENT", "x")],
                &[("web.config", WEB_CONFIG)],
                None
            ),
            code
        )
        .is_empty()
    );
}

#[test]
fn agents_of_the_machine_are_loaded_and_its_port_is_not_looked_at() {
    let variables = [
        ("DOTNET_STARTUP_HOOKS", "hook.dll"),
        ("ASPNETCORE_PORT", "abc"),
    ];
    let records = told_on(&variables, &[("web.config", WEB_CONFIG)], None);
    assert_eq!(
        only(&records, "web-config/agent-variable")["severity"],
        "error"
    );
    assert!(about(&records, "web-config/port-variable").is_empty());
    assert!(about(&records, "web-config/system-variable").is_empty());
}

#[test]
fn the_layers_of_a_key_are_told() {
    let settings = r#"{"ConnectionStrings": {"Main": "Server=a;Database=b;Trusted_Connection=True;Encrypt=False"}, "Api": {"Url": "x"}}"#;
    let production = r#"{"ConnectionStrings": {"Main": "Server=c;Database=b;Trusted_Connection=True;Encrypt=False"}, "Api": {"Url": "y"}}"#;
    let files = [
        ("web.config", WEB_CONFIG),
        ("appsettings.json", settings),
        ("appsettings.Production.json", production),
    ];
    let code = "app-settings/overridden";
    let records = told_on(&[], &files, None);
    let found = only(&records, code);
    assert_eq!(
        message(found),
        "ConnectionStrings:Main comes from appsettings.Production.json; the value of appsettings.json line 1 is not used."
    );
    let records = told_on(&[("Api__Url", "z")], &files, None);
    let found = about(&records, code);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().any(|found| found["evidence"]["overrides"]
        == json!([
            "appsettings.Production.json line 1",
            "appsettings.json line 1"
        ])));
    // the same value in both is no surprise
    let records = told_on(&[("Api__Url", "x")], &files[..2], None);
    assert!(about(&records, code).is_empty());
    let own = with_variables(&[("Api__Url", "w")]);
    let records = told_on(&[("Api__Url", "z")], &[("web.config", &own)], None);
    assert_eq!(
        message(only(&records, code)),
        "Api:Url comes from web.config; the value of the machine's environment is not used."
    );
}

/// A hive with one variable.
fn hive(name: &str, value: &str) -> Vec<u8> {
    use support::hive::{hive, text};
    hive(&[
        ("Select", &[("Current", 4, 1_u32.to_le_bytes().to_vec())]),
        (
            r"ControlSet001\Control\Session Manager\Environment",
            &[(name, 1, text(value))],
        ),
    ])
}

#[test]
fn a_copied_server_has_its_own_hive() {
    let root = tempfile::tempdir().expect("a folder");
    let config = root.path().join("Windows/System32/config");
    std::fs::create_dir_all(&config).expect("made");
    let map = [format!(
        "C:={}",
        root.path().to_string_lossy().replace('\\', "/")
    )];
    let site = || Some(json!({"source": "folder", "map": map}));
    let files = [("web.config", WEB_CONFIG)];
    std::fs::write(
        config.join("SYSTEM"),
        hive("ASPNETCORE_ENVIRONMENT", "Development"),
    )
    .expect("written");
    let records = told_with(&[], &files, site());
    assert_eq!(
        only(&records, "web-config/development-environment")["evidence"]["set_by"],
        "the machine's environment"
    );
    std::fs::write(config.join("SYSTEM"), "regf, but not really").expect("written");
    let records = told_with(&[], &files, site());
    let failure = only(&records, "web-config/unreadable");
    assert_eq!(failure["type"], "failure");
    assert!(message(failure).contains(r"C:\Windows\System32\config\SYSTEM"));
}
