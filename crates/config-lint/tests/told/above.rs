//! What the server's configuration and the pool say for the app.

use serde_json::{Value, json};

use super::{WEB_CONFIG, about, message, only, server, told_below, told_with, with_variables};

fn on_server(files: &[(&str, &str)], above: &str, fields: Value) -> Vec<Value> {
    let host = server(above);
    let mut all = files.to_vec();
    all.push(("/applicationHost.config", &host));
    told_with(&[], &all, Some(fields))
}

fn at_shop(section: &str) -> String {
    format!("<location path=\"Shop\"><system.webServer>{section}</system.webServer></location>")
}

const HANDLER: &str = "<handlers><add name=\"aspNetCore\" path=\"*\" verb=\"*\" modules=\"AspNetCoreModuleV2\" /></handlers>";

#[test]
fn variables_of_the_servers_section_are_in_force() {
    let above = at_shop(
        "<aspNetCore><environmentVariables><environmentVariable name=\"ASPNETCORE_ENVIRONMENT\" value=\"Staging\" />\
         <environmentVariable name=\"ASPNETCORE_PORT\" value=\"abc\" /></environmentVariables></aspNetCore>",
    );
    let files = [
        ("web.config", WEB_CONFIG),
        ("appsettings.json", "{}"),
        ("appsettings.Staging.json", "{ broken"),
    ];
    let records = on_server(&files, &above, json!({}));
    assert_eq!(
        only(&records, "app-settings/malformed")["severity"],
        "error"
    );
    let port = only(&records, "web-config/port-variable");
    assert_eq!(port["severity"], "error");
    assert!(
        port["path"]
            .as_str()
            .is_some_and(|path| path.ends_with("applicationHost.config"))
    );
    assert!(port["line"].is_u64() && port["fix"].is_null(), "{port}");
    assert!(about(&records, "app-settings/environment-file-missing").is_empty());

    let own = with_variables(&[("aspnetcore_environment", "Production")]);
    let files = [
        ("web.config", own.as_str()),
        ("appsettings.Staging.json", "{ broken"),
    ];
    let records = on_server(&files, &above, json!({}));
    assert_eq!(
        only(&records, "app-settings/malformed")["severity"],
        "warning"
    );
}

#[test]
fn a_program_of_the_servers_section_is_looked_for() {
    let above = at_shop("<aspNetCore processPath=\"dotnet\" arguments=\".\\Nope.dll\" />");
    let files = [(
        "web.config",
        "<configuration><system.webServer><aspNetCore hostingModel=\"inprocess\" /></system.webServer></configuration>",
    )];
    let records = on_server(&files, &above, json!({}));
    assert!(message(only(&records, "web-config/arguments-dll-missing")).contains("Nope.dll"));
    assert!(about(&records, "web-config/process-path-missing").is_empty());
}

#[test]
fn an_app_that_the_server_configures_needs_no_web_config() {
    let section = "<aspNetCore processPath=\"dotnet\" arguments=\".\\App.dll\" />";
    let records = on_server(&[], &at_shop(&format!("{HANDLER}{section}")), json!({}));
    assert!(
        about(&records, "web-config/missing").is_empty(),
        "{records:#?}"
    );
    assert!(records.iter().all(|record| record["severity"] != "error"));
    let records = on_server(&[], &at_shop(section), json!({}));
    assert_eq!(only(&records, "web-config/missing")["severity"], "error");
}

#[test]
fn the_rewrite_of_a_parent_counts_for_its_sub_applications() {
    let code = "web-config/rewrite-module-missing";
    let rewrite = WEB_CONFIG.replace("<handlers>", "<rewrite><rules /></rewrite><handlers>");
    let own = WEB_CONFIG.replace("<handlers>", "<handlers><clear />");
    let host = |rules: &str| {
        server("")
            .replace("<sectionGroup name=\"rewrite\"><section name=\"rules\" overrideModeDefault=\"Allow\" /></sectionGroup>", rules)
            .replace(
                "<bindings>",
                "<application path=\"/api\" applicationPool=\"Shop\"><virtualDirectory path=\"/\" physicalPath=\"C:\\app\\api\" /></application><bindings>",
            )
    };
    let declared = "<sectionGroup name=\"rewrite\"><section name=\"rules\" /></sectionGroup>";
    for (rules, count) in [("", 1), (declared, 0)] {
        let host = host(rules);
        let files = [
            ("web.config", rewrite.as_str()),
            ("api/web.config", &own),
            ("/applicationHost.config", &host),
        ];
        let records = told_below(&files, "api");
        let found = about(&records, code);
        assert_eq!(found.len(), count, "{records:#?}");
        assert!(found.iter().all(|found| found["severity"] == "error"));
    }
}

#[test]
fn variables_of_the_pool_are_looked_at() {
    let pool = json!({ "pool_environment": {
        "CORECLR_ENABLE_PROFILING": "1", "CORECLR_PROFILER": "{x}", "DOTNET_STARTUP_HOOKS": "C:\\app\\hook.dll",
        "ASPNETCORE_PORT": "5000", "ASPNETCORE_ENVIRONMENT": "Development", "ASPNETCORE_URLS": "http://*:80", "TEMP": "D:\\t",
    }});
    let records = on_server(&[("web.config", WEB_CONFIG)], "", pool.clone());
    assert_eq!(
        about(&records, "web-config/agent-variable").len(),
        2,
        "{records:#?}"
    );
    for code in [
        "web-config/port-variable",
        "web-config/development-environment",
        "web-config/urls-variable",
    ] {
        let found = only(&records, code);
        assert!(
            found["help"]
                .as_str()
                .is_some_and(|help| help.contains("application pool Shop")),
            "{found}"
        );
        assert!(found["fix"].is_null(), "{found}");
    }
    // the module's variables come over the pool's
    let own = with_variables(&[
        ("ASPNETCORE_ENVIRONMENT", "Production"),
        ("ASPNETCORE_URLS", ""),
    ]);
    let records = on_server(&[("web.config", &own)], "", pool);
    assert!(about(&records, "web-config/development-environment").is_empty());
}

#[test]
fn a_launcher_of_the_pool_stands_in_for_the_place_holder() {
    let own = WEB_CONFIG.replace("\"dotnet\"", "\"%LAUNCHER_PATH%\"");
    let code = "web-config/launcher-placeholder";
    let records = on_server(&[("web.config", &own)], "", json!({}));
    assert_eq!(about(&records, code).len(), 1);
    let pool = json!({"pool_environment": {"ANCM_LAUNCHER_PATH": "C:\\vs\\launcher.exe"}});
    let records = on_server(&[("web.config", &own)], "", pool);
    assert!(about(&records, code).is_empty());
}
