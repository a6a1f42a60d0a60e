//! The program that is started, and what it is given.

use serde_json::{Value, json};

use super::{WEB_CONFIG, about, message, only, told, told_with};

fn with(program: &str, arguments: &str) -> String {
    WEB_CONFIG
        .replace(
            "processPath=\"dotnet\"",
            &format!("processPath=\"{program}\""),
        )
        .replace(".\\App.dll", arguments)
}

/// What is told of an app with an exe, and what `--fix` makes of its web.config.
fn told_and_fixed(own: &str, code: &str) -> (Vec<Value>, String) {
    let files = [("web.config", own), ("App.exe", "x")];
    let records = told(&files);
    let fixed = told_with(&["--fix", "--diff", "--only", code], &files, None);
    let diff = fixed
        .iter()
        .find_map(|record| record["after"]["diff"].as_str());
    (records, diff.unwrap_or_default().to_owned())
}

#[test]
fn forward_slashes_of_the_program_are_turned_round() {
    let code = "web-config/forward-slash";
    let own = with(
        "C:/Program Files/dotnet/dotnet.exe",
        "./App.dll --url http://x/y",
    );
    let (records, diff) = told_and_fixed(&own, code);
    assert_eq!(about(&records, code).len(), 2, "{records:#?}");
    assert!(
        diff.contains(r#"processPath="C:\Program Files\dotnet\dotnet.exe" arguments=".\App.dll --url http://x/y""#),
        "{diff}"
    );
    for fine in [
        with("dotnet", ".\\App.dll --root /srv/x"),
        with("/usr/bin/dotnet", ".\\App.dll"),
    ] {
        assert!(about(&told(&[("web.config", &fine)]), code).is_empty());
    }
}

#[test]
fn a_dll_that_is_named_twice_is_taken_out() {
    let code = "web-config/arguments-doubled";
    for (program, arguments, kept) in [
        ("dotnet", r".\App.dll .\App.dll", r".\App.dll"),
        ("dotnet", r".\App.dll App.dll --x", r".\App.dll --x"),
        (r".\App.exe", r".\App.dll --x", "--x"),
    ] {
        let (records, diff) = told_and_fixed(&with(program, arguments), code);
        assert_eq!(only(&records, code)["severity"], "warning");
        assert!(
            diff.contains(&format!(
                "+<aspNetCore processPath=\"{program}\" arguments=\"{kept}\""
            )),
            "{diff}"
        );
    }
    let (records, _) = told_and_fixed(&with(r".\App.exe", r".\Plugin.dll"), code);
    assert!(about(&records, code).is_empty());
}

#[test]
fn dotnet_starts_no_exe_that_is_not_dotnets() {
    let code = "web-config/arguments-without-dll";
    let (records, diff) = told_and_fixed(&with("dotnet", r".\App.exe --x"), code);
    let found = only(&records, code);
    assert_eq!(found["severity"], "error");
    assert!(message(found).contains("own starter"), "{found}");
    assert!(diff.contains(r#"arguments=".\App.dll --x""#), "{diff}");
    // without a dll of that name it may hold .NET code itself
    let files = [("web.config", with("dotnet", r".\Other.exe"))];
    let files = [("web.config", files[0].1.as_str()), ("Other.exe", "x")];
    assert!(about(&told(&files), code).is_empty());
}

#[test]
fn no_time_to_start_is_not_without_limit() {
    let code = "web-config/startup-time-zero";
    let of = |limit: &str| {
        let own = WEB_CONFIG.replace(
            "hostingModel",
            &format!("startupTimeLimit=\"{limit}\" hostingModel"),
        );
        told(&[("web.config", &own)])
    };
    assert_eq!(
        only(&of("0"), code)["evidence"]["predicted_status"],
        json!("502.5")
    );
    assert!(about(&of("30"), code).is_empty());
}
