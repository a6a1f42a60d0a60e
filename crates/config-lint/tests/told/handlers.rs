//! Who hands requests to the module.

use super::{WEB_CONFIG, about, message, only, told};

#[test]
fn a_handler_that_is_taken_out_again_is_no_handler() {
    for out in ["<remove name=\"aspNetCore\" />", "<clear />"] {
        let own = WEB_CONFIG.replace("</handlers>", &format!("{out}</handlers>"));
        let records = told(&[("web.config", &own)]);
        let found = only(&records, "web-config/handler-missing");
        assert_eq!(found["severity"], "error");
        assert_eq!(found["evidence"]["predicted_status"], "403.14");
        let own = WEB_CONFIG.replace("<handlers>", &format!("<handlers>{out}"));
        assert!(about(&told(&[("web.config", &own)]), "web-config/handler-missing").is_empty());
    }
}

#[test]
fn a_web_config_that_says_nothing_of_the_app_is_told() {
    let code = "web-config/nothing-for-the-module";
    let commented = "<configuration><system.webServer><!-- <aspNetCore processPath=\"dotnet\" /> --></system.webServer></configuration>";
    assert_eq!(about(&told(&[("web.config", commented)]), code).len(), 1);
    let console = "{\"runtimeOptions\":{\"framework\":{\"name\":\"Microsoft.NETCore.App\",\"version\":\"8.0.0\"}}}";
    let files = [
        ("web.config", commented),
        ("App.runtimeconfig.json", console),
    ];
    assert!(about(&told(&files), code).is_empty());
    assert!(about(&told(&[("web.config", WEB_CONFIG)]), code).is_empty());
}

#[test]
fn a_module_that_does_not_exist_is_told_once() {
    let own = WEB_CONFIG.replace("AspNetCoreModuleV2", "AspNetCoreModuleV3");
    let records = told(&[("web.config", &own)]);
    assert_eq!(
        only(&records, "web-config/module-unknown")["fix"]["safe"],
        true
    );
    assert!(about(&records, "web-config/handler-missing").is_empty());
    let own = WEB_CONFIG.replace("AspNetCoreModuleV2", "StaticFileModule");
    assert!(about(&told(&[("web.config", &own)]), "web-config/module-unknown").is_empty());
}

#[test]
fn conflict_marks_are_called_by_their_name() {
    let own = WEB_CONFIG.replace("<handlers>", "\n<<<<<<< HEAD\n<handlers>");
    let records = told(&[("web.config", &own)]);
    assert!(
        message(only(&records, "web-config/malformed"))
            .contains("conflict mark of Git stands in line 3")
    );
}

#[test]
fn a_module_has_to_be_registered_and_enabled() {
    let host = super::server("").replace(
        "<modules />",
        "<modules><add name=\"RewriteModule\" /></modules>",
    );
    let told_on = |host: &str, own: &str| {
        let files = [("web.config", own), ("/applicationHost.config", host)];
        super::told_with(&[], &files, Some(serde_json::json!({})))
    };
    let code = "web-config/module-not-enabled";
    let records = told_on(&host, WEB_CONFIG);
    let found = only(&records, code);
    assert_eq!(found["severity"], "error");
    assert_eq!(found["evidence"]["predicted_status"], "500.21");
    assert!(message(found).contains("not in the <modules> in force"));
    let enabled = host.replace("<modules>", "<modules><add name=\"AspNetCoreModuleV2\" />");
    assert!(about(&told_on(&enabled, WEB_CONFIG), code).is_empty());
    let out = WEB_CONFIG.replace("<handlers>", "<modules><clear /></modules><handlers>");
    let records = told_on(&enabled, &out);
    assert!(message(only(&records, code)).contains("<clear />"));
    // a list that is cut down says nothing
    assert!(about(&told_on(&super::server(""), WEB_CONFIG), code).is_empty());

    let handler = "<add name=\"x\" path=\"*.x\" verb=\"*\" modules=\"RewriteModul\" /></handlers>";
    let records = told_on(&enabled, &WEB_CONFIG.replace("</handlers>", handler));
    let found = only(&records, "web-config/module-not-registered");
    assert_eq!(
        (&found["severity"], &found["help"]),
        (&"warning".into(), &"Write RewriteModule.".into())
    );
}

#[test]
fn of_another_module_a_person_decides() {
    let out = "<modules><remove name=\"StaticFileModule\" /></modules><handlers>";
    let own = WEB_CONFIG.replace("<handlers>", out).replace(
        "</handlers>",
        "<add name=\"files\" path=\"*.css\" verb=\"GET\" modules=\"StaticFileModule\" /></handlers>",
    );
    let records = told(&[("web.config", &own)]);
    let found = only(&records, "web-config/module-not-enabled");
    assert_eq!(found["severity"], "warning");
    assert!(
        found["fix"].is_null() && found["cause"].is_null(),
        "{found}"
    );
}
