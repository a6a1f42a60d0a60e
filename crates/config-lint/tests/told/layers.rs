//! Which file, or which variable, a setting comes from.

use serde_json::json;

use super::{WEB_CONFIG, about, message, only, told, told_with, with_variables};

const LOCAL: &str =
    r#"{"ConnectionStrings":{"Default":"Server=(localdb)\\x;Database=a;Trusted_Connection=True"}}"#;
const SERVER: &str =
    r#"{"ConnectionStrings":{"Default":"Server=sql01;Database=a;Trusted_Connection=True"}}"#;

#[test]
fn what_the_file_of_the_environment_says_wins() {
    let code = "app-settings/local-db";
    let files = [("web.config", WEB_CONFIG), ("appsettings.json", LOCAL)];
    assert_eq!(about(&told(&files), code).len(), 1);
    let mut all = files.to_vec();
    all.push(("appsettings.Production.json", SERVER));
    assert!(about(&told(&all), code).is_empty());
    all.pop();
    all.push(("appsettings.Staging.json", SERVER));
    assert_eq!(about(&told(&all), code).len(), 1);
    // the other way round
    let files = [
        ("web.config", WEB_CONFIG),
        ("appsettings.json", SERVER),
        ("appsettings.Production.json", LOCAL),
    ];
    let records = told(&files);
    let found = only(&records, code);
    assert!(
        found["path"]
            .as_str()
            .is_some_and(|path| path.ends_with("Production.json"))
    );
    assert_eq!(
        found["evidence"]["overrides"],
        json!(["appsettings.json line 1"])
    );
}

#[test]
fn what_a_variable_says_wins_over_files() {
    let code = "app-settings/local-db";
    let own = with_variables(&[(
        "connectionstrings__default",
        "Server=sql01;Database=a;Trusted_Connection=True",
    )]);
    assert!(
        about(
            &told(&[("web.config", &own), ("appsettings.json", LOCAL)]),
            code
        )
        .is_empty()
    );
    let own = with_variables(&[(
        "SQLCONNSTR_Default",
        "Server=(localdb)\\x;Database=a;Trusted_Connection=True",
    )]);
    let records = told(&[("web.config", &own), ("appsettings.json", SERVER)]);
    let found = only(&records, code);
    assert!(
        found["path"]
            .as_str()
            .is_some_and(|path| path.ends_with("web.config"))
    );
    assert_eq!(found["evidence"]["set_by"], "web.config");
}

#[test]
fn values_of_variables_are_looked_at_and_values_that_lose_are_not() {
    let own = with_variables(&[
        ("Logging__LogLevel__Default", "Info"),
        ("Shop__Url", "#{Url}#"),
    ]);
    let settings = r##"{"Logging":{"LogLevel":{"Default":"Loud"}},"Shop":{"Url":"#{Other}#"}}"##;
    let records = told(&[("web.config", &own), ("appsettings.json", settings)]);
    assert!(message(only(&records, "app-settings/log-level")).contains("\"Info\""));
    assert!(message(only(&records, "app-settings/placeholder")).contains("#{Url}#"));
}

#[test]
fn an_environment_without_settings_of_its_own_is_told() {
    let own = with_variables(&[("ASPNETCORE_ENVIRONMENT", "Staging")]);
    let records = told(&[("web.config", &own), ("appsettings.json", "{}")]);
    assert_eq!(
        only(&records, "app-settings/environment-file-missing")["severity"],
        "info"
    );
    assert!(
        about(
            &told(&[("web.config", &own)]),
            "app-settings/environment-file-missing"
        )
        .is_empty()
    );
}

#[test]
fn only_the_variable_in_force_sets_the_environment() {
    let own = with_variables(&[
        ("DOTNET_ENVIRONMENT", "Development"),
        ("ASPNETCORE_ENVIRONMENT", "Production"),
    ]);
    let records = told(&[("web.config", &own)]);
    assert!(about(&records, "web-config/development-environment").is_empty());
    let pool =
        json!({"source": "folder", "pool_environment": {"ASPNETCORE_ENVIRONMENT": "Production"}});
    let own = with_variables(&[("DOTNET_ENVIRONMENT", "Development")]);
    let records = told_with(&[], &[("web.config", &own)], Some(pool));
    assert!(about(&records, "web-config/development-environment").is_empty());
}

#[test]
fn a_profiler_that_is_not_switched_on_is_not_told() {
    let own = with_variables(&[
        ("CORECLR_PROFILER", "{x}"),
        ("CORECLR_ENABLE_PROFILING", "0"),
    ]);
    assert!(about(&told(&[("web.config", &own)]), "web-config/agent-variable").is_empty());
    let own = with_variables(&[("DOTNET_STARTUP_HOOKS", ".\\hook.dll")]);
    assert_eq!(
        only(&told(&[("web.config", &own)]), "web-config/agent-variable")["severity"],
        "error"
    );
}

const PLAIN: &str =
    r#"{"ConnectionStrings":{"Default":"Server=sql01;Database=Shop;User Id=shop;Password=p"}}"#;

fn deps(packages: &[&str]) -> String {
    let libraries: Vec<String> = packages
        .iter()
        .map(|name| {
            format!(r#""{name}/5.1.1": {{"type": "package", "serviceable": true, "sha512": ""}}"#)
        })
        .collect();
    let targets: Vec<String> = packages
        .iter()
        .map(|name| format!(r#""{name}/5.1.1": {{}}"#))
        .collect();
    format!(
        r#"{{"runtimeTarget": {{"name": ".NETCoreApp,Version=v8.0"}}, "targets": {{".NETCoreApp,Version=v8.0": {{{}}}}}, "libraries": {{{}}}}}"#,
        targets.join(","),
        libraries.join(",")
    )
}

#[test]
fn the_packages_tell_whose_string_it_is() {
    let sql = deps(&["Microsoft.Data.SqlClient"]);
    let both = deps(&["Microsoft.Data.SqlClient", "MySqlConnector"]);
    let code = "app-settings/sql-encryption";
    for (deps, count) in [(&sql, 1), (&both, 0)] {
        let files = [
            ("web.config", WEB_CONFIG),
            ("appsettings.json", PLAIN),
            ("App.deps.json", deps.as_str()),
        ];
        assert_eq!(about(&told(&files), code).len(), count);
    }
    let wrong = PLAIN.replace("User Id", "Username");
    let files = [
        ("web.config", WEB_CONFIG),
        ("appsettings.json", wrong.as_str()),
        ("App.deps.json", sql.as_str()),
    ];
    assert!(
        message(only(
            &told(&files),
            "app-settings/connection-string-keyword"
        ))
        .contains("username")
    );
}

#[test]
fn a_login_is_that_of_the_pools_account() {
    let code = "app-settings/integrated-security";
    let of = |server: &str, identity: &str| {
        let settings = SERVER.replace("sql01", server);
        let fields = json!({"source": "folder", "pool_identity": identity});
        let files = [
            ("web.config", WEB_CONFIG),
            ("appsettings.json", settings.as_str()),
        ];
        let records = told_with(&[], &files, Some(fields));
        message(only(&records, code)).to_owned()
    };
    assert!(of(".", "ApplicationPoolIdentity").contains("as IIS APPPOOL\\Shop,"));
    assert!(of("sql01", "ApplicationPoolIdentity").contains("the computer's account"));
    assert!(of("sql01", "CORP\\svc").contains("as CORP\\svc,"));
    assert!(of("(local)\\\\x", "CORP\\svc").contains("as CORP\\svc,"));
}

#[test]
fn a_level_that_serilog_refuses_ends_the_start_where_it_reads_its_settings() {
    let settings = r#"{"Serilog": {"MinimumLevel": "Trace"}}"#;
    let deps = r#"{"runtimeTarget": {"name": "a"}, "targets": {"a": {"Serilog.Settings.Configuration/8.0.0": {}}}}"#;
    let files = [("web.config", WEB_CONFIG), ("appsettings.json", settings)];
    let code = "app-settings/log-level";
    assert_eq!(only(&told(&files), code)["severity"], "warning");
    let mut files = files.to_vec();
    files.push(("App.deps.json", deps));
    let records = told(&files);
    let found = only(&records, code);
    assert_eq!(found["severity"], "error");
    assert_eq!(found["help"], "Write \"Verbose\".");
    assert_eq!(found["fix"]["safe"], true);
}

#[test]
fn an_endpoint_may_get_its_url_from_another_layer() {
    let settings = r#"{"Kestrel": {"Endpoints": {"Https": {"Protocols": "Http1"}}}}"#;
    let code = "app-settings/kestrel-url";
    let records = told(&[("web.config", WEB_CONFIG), ("appsettings.json", settings)]);
    assert!(message(only(&records, code)).contains("endpoint Https"));
    for own in [
        with_variables(&[("Kestrel__Endpoints__Https__Url", "http://*:5000")]),
        WEB_CONFIG.replace("outofprocess", "inprocess"),
    ] {
        let records = told(&[("web.config", &own), ("appsettings.json", settings)]);
        assert!(about(&records, code).is_empty(), "{records:#?}");
    }
}
