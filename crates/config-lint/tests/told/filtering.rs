//! What request filtering keeps from the app.

use super::{WEB_CONFIG, about, message, only, server, told, told_with};

const CODE: &str = "web-config/request-filtering";

fn with(filter: &str) -> String {
    WEB_CONFIG.replace(
        "<handlers>",
        &format!("<security><requestFiltering>{filter}</requestFiltering></security><handlers>"),
    )
}

#[test]
fn paths_below_wwwroot_are_looked_at() {
    for (filter, hit) in [
        (
            "<fileExtensions><add fileExtension=\".json\" allowed=\"false\" /></fileExtensions>",
            Some("app/manifest.json"),
        ),
        (
            "<denyUrlSequences><add sequence=\"app/man\" /></denyUrlSequences>",
            Some("/app/manifest.json"),
        ),
        (
            "<denyUrlSequences><add sequence=\"..\" /></denyUrlSequences>",
            None,
        ),
        (
            "<denyUrlSequences><add sequence=\"manifest\" /></denyUrlSequences><alwaysAllowedUrls><add url=\"/app/manifest.json\" /></alwaysAllowedUrls>",
            None,
        ),
        (
            "<hiddenSegments><add segment=\"APP\" /></hiddenSegments>",
            Some("(app/)"),
        ),
        (
            "<hiddenSegments><add segment=\"other\" /></hiddenSegments>",
            None,
        ),
        (
            "<fileExtensions allowUnlisted=\"false\"><add fileExtension=\".\" allowed=\"true\" /></fileExtensions>",
            Some("not .json of the app's wwwroot"),
        ),
        (
            "<fileExtensions allowUnlisted=\"false\"><add fileExtension=\".\" allowed=\"true\" /><add fileExtension=\".JSON\" allowed=\"true\" /></fileExtensions>",
            None,
        ),
    ] {
        let own = with(filter);
        let records = told(&[("web.config", &own), ("wwwroot/app/manifest.json", "{}")]);
        match hit {
            Some(hit) => assert!(
                message(only(&records, CODE)).contains(hit),
                "{filter}: {records:#?}"
            ),
            None => assert!(about(&records, CODE).is_empty(), "{filter}: {records:#?}"),
        }
    }
}

#[test]
fn what_iis_hides_of_its_own_accord_is_told() {
    let files = [("web.config", WEB_CONFIG), ("wwwroot/Bin/a.js", "")];
    let records = told(&files);
    assert!(message(only(&records, CODE)).contains("segment bin"));
    let meant = [("web.config", WEB_CONFIG), ("wwwroot/App_Data/a.json", "")];
    assert!(about(&told(&meant), CODE).is_empty());
    for filter in ["<remove segment=\"bin\" />", "<clear />"] {
        let own = with(&format!("<hiddenSegments>{filter}</hiddenSegments>"));
        assert!(
            about(
                &told(&[("web.config", &own), ("wwwroot/Bin/a.js", "")]),
                CODE
            )
            .is_empty()
        );
    }
}

#[test]
fn the_lists_of_the_server_count() {
    let filter = "<system.webServer><security><requestFiltering><hiddenSegments><add segment=\"private\" /></hiddenSegments></requestFiltering></security></system.webServer>";
    let host = server(filter);
    for (name, count) in [("private", 1), ("bin", 0)] {
        let file = format!("wwwroot/{name}/a.js");
        let files = [
            ("web.config", WEB_CONFIG),
            (file.as_str(), ""),
            ("/applicationHost.config", &host),
        ];
        let records = told_with(&[], &files, Some(serde_json::json!({})));
        let found = about(&records, CODE);
        assert_eq!(found.len(), count, "{records:#?}");
        assert!(found.iter().all(|found| {
            found["path"]
                .as_str()
                .is_some_and(|path| path.ends_with("applicationHost.config"))
        }));
    }
}

#[test]
fn source_files_are_refused_on_purpose() {
    let list = [".json", ".config"]
        .map(|extension| format!("<add fileExtension=\"{extension}\" allowed=\"false\" />"))
        .concat();
    let host = server(&format!(
        "<system.webServer><security><requestFiltering><fileExtensions>{list}</fileExtensions></requestFiltering></security></system.webServer>"
    ));
    let files = [
        ("web.config", WEB_CONFIG),
        ("wwwroot/web.config", WEB_CONFIG),
        ("wwwroot/a.json", "{}"),
        ("/applicationHost.config", &host),
    ];
    let records = told_with(&[], &files, Some(serde_json::json!({})));
    assert!(message(only(&records, CODE)).contains(".json"));
}
