//! What an exception is taken for, whoever wrote it down and in whatever form.

#![allow(clippy::unwrap_used, reason = "a panic here is the test's report")]

use std::fs;
use std::process::Command;

use serde_json::Value;

/// The first match in a log.
fn first(log: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    fs::write(&path, log).unwrap();
    tool(&[path.to_str().unwrap()])
        .into_iter()
        .find(|record| record["type"] == "match")
        .unwrap_or_default()
}

fn tool(arguments: &[&str]) -> Vec<Value> {
    let run = Command::new(env!("CARGO_BIN_EXE_log-grep"))
        .args(arguments)
        .output()
        .unwrap();
    String::from_utf8(run.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_highest_level_ends_the_process_in_every_logger() {
    for log in [
        "[12:00:00 FTL] Stopped\nSystem.FormatException: odd\n   at Shop.P.Main()\n",
        "2026-02-03 10:11:12,123 [main] FATAL Shop.P - stopped\nSystem.FormatException: odd\n",
        "2026-02-03 10:11:12.1|FATAL|Shop.P|stopped System.FormatException: odd\n",
        "2026-02-03 10:11:12.1|Fatal|Shop.P|stopped\nSystem.FormatException: odd\n",
        "FATAL 2026-02-03 10:11:12 stopped\nSystem.FormatException: odd\n",
        "crit: Shop.P[6] stopped System.FormatException: odd\n",
        r#"{"@t":"2026-02-03T10:11:12Z","@m":"stopped","@l":"Fatal","@x":"System.FormatException: odd"}"#,
        r#"{"LogLevel":"Critical","Message":"stopped","Exception":"System.FormatException: odd\r\n   at Shop.P.Main()"}"#,
    ] {
        let found = first(log);
        assert_eq!(found["severity"], "error", "{log}");
        assert_eq!(found["code"], "log/dotnet-unhandled-exception", "{log}");
        assert_eq!(found["message"], "System.FormatException: odd", "{log}");
    }
}

#[test]
fn a_logged_exception_is_told_by_type_and_message() {
    let found = first("[12:00:00 ERR] x\nSystem.Exception: y\n");
    assert_eq!(found["message"], "System.Exception: y");
    assert_eq!(found["severity"], "warning");
}

#[test]
fn json_entities_and_curly_quotes_are_read_through() {
    let json = r#"{"@t":"2026-02-03T10:11:12Z","@l":"Fatal","@x":"System.InvalidOperationException: Unable to resolve service for type \u0027A.B\u0027 while attempting to activate \u0027A.C\u0027."}"#;
    let found = first(json);
    assert_eq!(found["cause"], "di-registration");
    assert_eq!(found["captures"]["service"], "A.B");
    for quote in [["&#39;", "&#39;"], ["\u{2018}", "\u{2019}"]] {
        let log = "The framework [Microsoft.AspNetCore.App], version [3.1.0] was not found.\n"
            .replace('[', quote[0])
            .replace(']', quote[1]);
        let found = first(&log);
        assert_eq!(found["cause"], "framework-missing", "{log}");
        assert_eq!(found["captures"]["version"], "3.1.0", "{log}");
    }
}

/// Codes speak every language.
#[test]
fn exceptions_of_other_languages() {
    for (cause, log) in [
        (
            "missing-assembly",
            "System.IO.FileNotFoundException: Could not load file or assembly 'A.B, Version=1.0.0.0, \
          Culture=neutral, PublicKeyToken=null'. Sistem belirtilen dosyayı bulamıyor.",
        ),
        (
            "database-unreachable",
            "Microsoft.Data.SqlClient.SqlException (0x80131904): Fehler. (provider: Named Pipes \
          Provider, error: 40 - Verbindung nicht möglich)",
        ),
        (
            "database-unreachable",
            "System.Net.Sockets.SocketException (11001): Хост неизвестен.",
        ),
        (
            "sql-encryption",
            "Microsoft.Data.SqlClient.SqlException (0x80131904): x (provider: SSL-Anbieter, error: 0 - y)",
        ),
        (
            "access-denied",
            "System.UnauthorizedAccessException: L'accès au chemin d'accès 'C:\\logs' est refusé.",
        ),
        (
            "access-denied",
            "Microsoft.AspNetCore.Server.HttpSys.HttpSysException (5): Zugriff verweigert",
        ),
        (
            "policy-blocked",
            "System.ComponentModel.Win32Exception (1260): Durch eine Gruppenrichtlinie blockiert.",
        ),
    ] {
        let found = first(&format!(
            "Unhandled exception. {log}\n   at Shop.P.Main()\n"
        ));
        assert_eq!(found["cause"], cause, "{log}");
        assert_eq!(found["severity"], "error", "{log}");
    }
}

#[test]
fn pages_of_other_languages() {
    for (cause, log) in [
        ("startup-timeout", "HTTP-Fehler 500.37 - x"),
        ("multiple-inprocess-apps", "Erreur HTTP 500.35 - x"),
        (
            "module-name-mismatch",
            "HTTP 错误 500.21 - x\n处理程序“aspNetCore”的模块“AspNetCoreModule” ",
        ),
        (
            "section-locked",
            "HTTP-Fehler 500.19 - x\nModul IIS Web Core\nFehlercode 0x80070021\n",
        ),
        (
            "hosting-bundle-missing",
            "Error HTTP 500.19 - x\nCódigo de error 0x8007000d\n",
        ),
        ("bitness-mismatch", "ANCM Failed to Load dll"),
    ] {
        let found = first(log);
        assert_eq!(
            (&found["cause"], &found["severity"]),
            (&cause.into(), &"error".into()),
            "{log}"
        );
    }
}

/// A message of several lines does not cut the exception in two.
#[test]
fn the_rest_of_a_message_belongs_to_it() {
    let found = first(
        "Unhandled exception. Microsoft.Data.SqlClient.SqlException (0x80131904): Cannot open database \"Shop\" requested \
         by the login. The login failed.\nLogin failed for user 'web'.\n   at Shop.P.Main()\n",
    );
    assert_eq!(found["cause"], "database-login");
    let found = first(
        "Unhandled exception. Azure.RequestFailedException: Service request failed.\nStatus: 403 (Forbidden)\n\nContent:\n{}\n\n\
         Headers:\nPragma: no-cache\n\n   at Azure.Security.KeyVault.Secrets.SecretClient.GetSecret(String name)\n",
    );
    assert_eq!(found["cause"], "secret-store-unavailable");
    let found = first(
        "Unhandled exception. Azure.RequestFailedException: Service request failed.\nStatus: 403 (Forbidden)\n   \
         at Azure.Security.KeyVault.Secrets.SecretClient.GetSecret(String name)\n",
    );
    assert_eq!(found["cause"], "secret-store-unavailable");
}

#[test]
fn a_program_that_is_not_there_is_no_missing_dotnet() {
    let log = |program: &str| {
        format!(
            "Application '/LM/W3SVC/1/ROOT' with physical root 'C:\\shop\\' failed to start process with commandline \
             '{program}' at stage 'CreateProcessW', ErrorCode = '0x80070002', assigned port 1234, retryCounter '0'.\n"
        )
    };
    assert_eq!(
        first(&log("\"C:\\shop\\Shop.exe\" "))["cause"],
        "processpath-wrong"
    );
    assert_eq!(
        first(&log("\"dotnet\" .\\Shop.dll"))["cause"],
        "dotnet-not-found"
    );
    assert_eq!(
        first(&log(
            "\"C:\\Program Files\\dotnet\\dotnet.exe\" .\\Shop.dll"
        ))["cause"],
        "dotnet-not-found"
    );
}

#[test]
fn events_of_the_module_and_exit_codes_are_explained() {
    let ids = (1000..=1008)
        .chain(1009..=1013)
        .chain([1018, 1020, 1021, 1022, 1023, 1024, 1025, 1026, 1027, 1028]);
    let ids = ids.chain(1029..=1037).chain([150, 131, 259, 10013, 10048]);
    for id in ids {
        let records = tool(&["explain", &id.to_string()]);
        assert!(records[0]["code"].is_string(), "{id}");
        assert_ne!(records[0]["code"], "log/unknown-code", "{id}");
        let codes: Vec<&str> = records
            .iter()
            .filter_map(|record| record["code"].as_str())
            .collect();
        let distinct: std::collections::BTreeSet<&str> = codes.iter().copied().collect();
        assert_eq!(codes.len(), distinct.len(), "{id}: {codes:?}");
    }
    assert_eq!(
        first("dotnet exited with code 150\n")["cause"],
        "framework-missing"
    );
}

/// A program that logs what it cannot go on without says so in many ways; the type is its own.
#[test]
fn an_unknown_exception_on_one_line_is_told_by_its_type() {
    for (severity, log) in [
        (
            "error",
            "Unhandled exception. Acme.LicenceException: none\n",
        ),
        (
            "error",
            "Unhandled exception: Acme.LicenceException: none\n",
        ),
        (
            "error",
            "[12:00:00 FTL] Start failed: Acme.LicenceException: none\n",
        ),
        (
            "error",
            "crit: Acme[0]\n      stopped: Acme.LicenceException: none\n",
        ),
        (
            "warning",
            "fail: Acme[0]\n      stopped: Acme.LicenceException: none\n",
        ),
        (
            "warning",
            "fail: Acme[0]\n      Acme.LicenceException: none\n",
        ),
        ("warning", "fail: Acme[0] Acme.LicenceException: none\n"),
        ("warning", "[12:00:00 ERR] Acme.LicenceException: none\n"),
    ] {
        let found = first(log);
        assert_eq!(found["cause"], "unhandled-exception", "{log}");
        assert_eq!(found["severity"], severity, "{log}");
        assert_eq!(
            found["captures"]["exception"], "Acme.LicenceException",
            "{log}"
        );
        assert_eq!(found["message"], "Acme.LicenceException: none", "{log}");
    }
    let found = first("Unhandled exception. Acme.LicenceError: none\n");
    assert_eq!(found["captures"]["exception"], "Acme.LicenceError");
}

/// Containers and the system's journal put words of their own in front of every line.
#[test]
fn the_marks_of_collectors_are_looked_through() {
    for mark in [
        "web-1  | ",
        "shop_api_1      | ",
        "Feb  3 10:11:12 host Shop.Web[2661]: ",
        "2026-02-03T10:11:12.123456789Z ",
        "2026-02-03T10:11:12.123456789Z stdout F ",
    ] {
        let log = [
            "crit: Microsoft.AspNetCore.Hosting.Diagnostics[6]",
            "      Application startup exception",
            "      System.InvalidOperationException: no way",
            "       ---> System.TimeoutException: The operation has timed out.",
            "         at Npgsql.NpgsqlConnection.Open()",
            "         at Shop.Program.Main()",
        ]
        .map(|line| format!("{mark}{line}\n"))
        .concat();
        let found = first(&log);
        assert_eq!(found["cause"], "database-unreachable", "{log}");
        assert_eq!(found["severity"], "error", "{log}");
        assert_eq!(
            found["captures"]["exception"], "System.TimeoutException",
            "{log}"
        );
        assert_eq!(found["captures"]["frame"], "Shop.Program.Main()", "{log}");
    }
    // NLog's own bars are no marks
    let found = first("FATAL|Shop.P|stopped System.FormatException: odd\n");
    assert_eq!(found["severity"], "error");
}

/// What the app logs and goes on from does not explain how it ended.
#[test]
fn the_exception_that_ended_the_process_leads() {
    let handled = "fail: Shop.Cache[0]\n      Warm-up failed, going on without\n      \
        StackExchange.Redis.RedisConnectionException: It was not possible to connect to the redis server(s).\n         \
        at Shop.Cache.Warm()\n";
    let ended = "Unhandled exception. System.FormatException: odd\n   at Shop.Program.Main()\n";
    let found = first(&format!("{handled}{ended}"));
    assert_eq!(found["message"], "System.FormatException: odd");
    let ended = "Process terminated. Couldn't find a valid ICU package installed on the system.\n";
    let found = first(&format!("{handled}{ended}"));
    assert_eq!(found["code"], "log/dotnet-failfast");
    // an end that names nothing is explained by what was logged before
    let ended = "[12:00:01 FTL] Host terminated unexpectedly\n";
    let found = first(&format!("{handled}{ended}"));
    assert_eq!(found["cause"], "database-unreachable");
    assert_eq!(found["severity"], "error");
    let ended =
        "Unhandled exception. System.Threading.Tasks.TaskCanceledException: A task was canceled.\n";
    let found = first(&format!("{handled}{ended}"));
    assert_eq!(found["cause"], "database-unreachable");
}
