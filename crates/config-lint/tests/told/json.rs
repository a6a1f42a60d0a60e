//! What is wrong with a file that is no JSON.

use super::{WEB_CONFIG, message, only, told};

#[test]
fn the_mistake_is_called_by_its_name() {
    for (text, what, line) in [
        (
            "{\n\"a\": 1\n\"b\": 2}",
            "a comma is missing at the end of line 2",
            2,
        ),
        (
            "{\"a\": 1;\"b\": 2}",
            "a semicolon stands where a comma belongs",
            1,
        ),
        ("{\"a\": 1,5}", "written with a point", 1),
        ("{\n# c\n\"a\": 1}", "'#' begins no comment", 2),
        ("<html></html>", "this is XML or HTML", 1),
        ("{\u{1}\"a\": 1}", "a control character", 1),
        (
            "{\"a\": 1}\n/* c",
            "comment that begins in line 2 is not closed",
            2,
        ),
        (
            "\"a\": 1",
            "the braces { } around the whole file are missing",
            1,
        ),
        (
            "{\n  \"a\": {\n    \"b\": 1,\n  \"c\": {}\n}",
            "the bracket opened in line",
            2,
        ),
        ("{\"a\": None}", "'None' is no JSON value", 1),
        ("{\n<<<<<<< HEAD\n}", "a merge conflict was left", 2),
        ("{\"a\": \"SRV\\X\"}", "a backslash must be doubled", 1),
    ] {
        let records = told(&[("appsettings.json", text)]);
        let found = only(&records, "app-settings/malformed");
        assert!(message(found).contains(what), "{text}: {}", message(found));
        let help = found["help"].as_str().expect("help");
        let place = format!("in line {line} of appsettings.json.");
        assert!(
            help.ends_with(&place) || text.starts_with(['<', '"']),
            "{text}: {help}"
        );
    }
}

#[test]
fn a_file_that_only_some_apps_read_breaks_no_start() {
    for (name, severity) in [("hosting.json", "warning"), ("appsettings.json", "error")] {
        for (text, code) in [
            ("{ broken", "app-settings/malformed"),
            ("{\"a\": 1, \"A\": 2}", "app-settings/duplicate-key"),
            (
                "{\"Logging\": {\"LogLevel\": {\"Default\": \"Loud\"}}}",
                "app-settings/log-level",
            ),
        ] {
            let records = told(&[("web.config", WEB_CONFIG), (name, text)]);
            assert_eq!(only(&records, code)["severity"], severity, "{name} {code}");
        }
    }
}
