//! Names, places and repetitions that IIS refuses, where nothing is known of the server.

use super::{WEB_CONFIG, about, message, only, told};

const UNKNOWN: &str = "web-config/section-unknown";

#[test]
fn a_wrong_name_is_told_with_the_right_one_and_nothing_else_is() {
    for (own, what) in [
        (
            WEB_CONFIG.replace("handlers>", "Handlers>"),
            "it is called handlers",
        ),
        (
            WEB_CONFIG.replace("system.webServer", "system.webserver"),
            "it is called system.webServer",
        ),
        (
            WEB_CONFIG.replace("<aspNetCore", "<aspNetcore"),
            "it is called aspNetCore",
        ),
        (
            WEB_CONFIG.replace("handlers>", "handler>"),
            "is not known",
        ),
        (
            WEB_CONFIG.replace(
                "<handlers>",
                "<environmentVariables><environmentVariable name=\"A\" value=\"b\" /></environmentVariables><handlers>",
            ),
            "stands outside of <aspNetCore>",
        ),
        (
            WEB_CONFIG.replace("<system.webServer>", "<handlers /><system.webServer>"),
            "stands outside of <system.webServer>",
        ),
    ] {
        let records = told(&[("web.config", &own)]);
        let found = only(&records, UNKNOWN);
        assert!(message(found).contains(what), "{found}");
        assert!(!found["help"].as_str().is_some_and(|help| help.contains("Remove")), "{found}");
        let errors = records.iter().filter(|record| record["severity"] == "error");
        assert_eq!(errors.count(), 1, "{records:#?}");
        for other in ["section-missing", "handler-missing", "nothing-for-the-module"] {
            assert!(about(&records, &format!("web-config/{other}")).is_empty(), "{records:#?}");
        }
    }
}

#[test]
fn sections_of_other_modules_are_left_alone() {
    let own = WEB_CONFIG.replace(
        "<handlers>",
        "<httpPlatform /><rewrite /><cors /><myOwn /><security><authorization /></security><handlers>",
    );
    assert!(about(&told(&[("web.config", &own)]), UNKNOWN).is_empty());
}

#[test]
fn what_stands_twice_is_refused_by_every_server() {
    let code = "web-config/entry-duplicate";
    let core = "<aspNetCore processPath=\"dotnet\" arguments=\".\\App.dll\" />";
    for (twice, once) in [
        (
            "<staticContent><mimeMap fileExtension=\".x\" mimeType=\"a/b\" /><mimeMap fileExtension=\".X\" mimeType=\"a/c\" /></staticContent>",
            "<staticContent><mimeMap fileExtension=\".x\" mimeType=\"a/b\" /><remove fileExtension=\".x\" /><mimeMap fileExtension=\".x\" mimeType=\"a/c\" /></staticContent>",
        ),
        (
            "<rewrite><rules><rule name=\"a\" /><rule name=\"A\" /></rules></rewrite>",
            "<rewrite><rules><rule name=\"a\" /><rule name=\"b\" /></rules></rewrite>",
        ),
        (core, "<urlCompression />"),
    ] {
        let of = |inner: &str| {
            let own = WEB_CONFIG.replace("<handlers>", &format!("{inner}<handlers>"));
            told(&[("web.config", &own)])
        };
        let records = of(twice);
        assert_eq!(only(&records, code)["severity"], "error");
        assert!(about(&of(once), code).is_empty(), "{once}");
    }
}

#[test]
fn a_transforms_mark_on_a_location_is_told() {
    let code = "web-config/transform-leftover";
    let wrapped = |attribute: &str| {
        let own = WEB_CONFIG
            .replace(
                "<configuration>",
                &format!("<configuration xmlns:xdt=\"x\"><location path=\".\" {attribute}>"),
            )
            .replace("</configuration>", "</location></configuration>");
        told(&[("web.config", &own)])
    };
    assert!(message(only(&wrapped("xdt:Transform=\"Replace\""), code)).contains("<location>"));
    assert!(about(&wrapped("inheritInChildApplications=\"false\""), code).is_empty());
}

#[test]
fn the_element_that_holds_a_wrong_one_is_named() {
    let own = WEB_CONFIG.replace(
        "hostingModel=\"outofprocess\" />",
        "hostingModel=\"outofprocess\"><environmentVariables><add name=\"A\" value=\"b\" /></environmentVariables></aspNetCore>",
    );
    let records = told(&[("web.config", &own)]);
    let found = only(&records, "web-config/unknown-element");
    assert!(message(found).starts_with("<environmentVariables> may not hold <add>"));
    assert!(
        found["help"]
            .as_str()
            .is_some_and(|help| help.contains("<environmentVariable "))
    );
}

#[test]
fn a_server_with_only_the_first_module_knows_less() {
    let own = WEB_CONFIG.replace("AspNetCoreModuleV2", "AspNetCoreModule").replace(
        "hostingModel=\"outofprocess\" />",
        "hostingModel=\"outofprocess\" requestTimeout=\"00:01:30\"><handlerSettings><handlerSetting name=\"debugLevel\" value=\"FILE\" /></handlerSettings></aspNetCore>",
    );
    let only_first = super::server("").replace("AspNetCoreModuleV2", "AspNetCoreModule");
    let both = super::server("").replace(
        "<globalModules>",
        "<globalModules><add name=\"AspNetCoreModule\" image=\"a.dll\" />",
    );
    for (host, count) in [(only_first, 1), (both, 0)] {
        let files = [
            ("web.config", own.as_str()),
            ("/applicationHost.config", &host),
        ];
        let records = super::told_with(&[], &files, Some(serde_json::json!({})));
        for (code, severity) in [
            ("web-config/unknown-attribute", "warning"),
            ("web-config/unknown-element", "error"),
            ("web-config/value-out-of-range", "error"),
        ] {
            let found = about(&records, code);
            assert_eq!(found.len(), count, "{code}: {records:#?}");
            assert!(found.iter().all(|found| found["severity"] == severity));
        }
    }
}

#[test]
fn attributes_of_location_are_looked_at() {
    for (attribute, fine) in [
        ("inheritInChildApplication=\"false\"", false),
        ("InheritInChildApplications=\"false\"", false),
        (
            "inheritInChildApplications=\"false\" overrideMode=\"Allow\" allowOverride=\"true\"",
            true,
        ),
    ] {
        let own = WEB_CONFIG
            .replace(
                "<system.webServer>",
                &format!("<location path=\".\" {attribute}><system.webServer>"),
            )
            .replace("</system.webServer>", "</system.webServer></location>");
        let records = told(&[("web.config", &own)]);
        let found = about(&records, "web-config/unknown-attribute");
        assert_eq!(found.is_empty(), fine, "{attribute}: {records:#?}");
        assert!(found.iter().all(|found| found["fix"]["safe"] == true
            && message(found).starts_with("<location> has no attribute")));
    }
}
