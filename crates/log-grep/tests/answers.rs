//! What the tool says about small logs of each kind.

#![allow(clippy::unwrap_used, reason = "a panic here is the test's report")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

fn tool(arguments: &[&str], input: Option<&[u8]>) -> (Vec<Value>, Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_log-grep"))
        .args(arguments)
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    if let Some(input) = input {
        child.stdin.take().unwrap().write_all(input).unwrap();
    }
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.is_ascii());
    let records = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    (
        records,
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn matches(records: &[Value]) -> Vec<&Value> {
    records
        .iter()
        .filter(|record| record["type"] == "match")
        .collect()
}

fn read(name: &str, bytes: &[u8]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    tool(&[path.to_str().unwrap()], None).0
}

const FRAMEWORK: &str = "It was not possible to find any compatible framework version\n\
    The framework 'Microsoft.AspNetCore.App', version '6.0.0' (x64) was not found.\n  - No frameworks were found.\n";

const EVENT: &str = "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System>\
    <Provider Name=\"IIS AspNetCore Module V2\"/><EventID Qualifiers=\"0\">ID</EventID><Level>2</Level>\
    <TimeCreated SystemTime=\"2026-01-02T03:04:TIME.0000000Z\"/><EventRecordID>RECORD</EventRecordID>\
    <Channel>Application</Channel><Computer>C</Computer></System><EventData><Data>TEXT</Data>\
    <Data>Process Id: 77.</Data></EventData></Event>";

fn event(id: u32, second: u32, record: u32, text: &str) -> String {
    EVENT
        .replace("ID<", &format!("{id}<"))
        .replace("TIME", &format!("{second:02}"))
        .replace("RECORD", &record.to_string())
        .replace("TEXT", text)
}

#[test]
fn a_stdout_log_in_every_encoding() {
    let utf16 = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let mut marked = vec![0xff, 0xfe];
    marked.extend(utf16(FRAMEWORK));
    let german = [b"Datei \x94ffnen\r\n".as_slice(), FRAMEWORK.as_bytes()].concat();
    for (name, bytes, encoding) in [
        ("plain", FRAMEWORK.as_bytes().to_vec(), Value::Null),
        ("marked UTF-16", marked, "utf-16le".into()),
        ("bare UTF-16", utf16(FRAMEWORK), "utf-16le".into()),
        (
            "UTF-8 with mark",
            [b"\xef\xbb\xbf".as_slice(), FRAMEWORK.as_bytes()].concat(),
            Value::Null,
        ),
        ("OEM", german, "ibm850".into()),
    ] {
        let records = read("stdout_20260102030405_42.log", &bytes);
        let found = matches(&records);
        assert_eq!(found.len(), 1, "{name}: {records:#?}");
        let first = found[0];
        assert_eq!(first["cause"], "framework-missing", "{name}");
        assert_eq!(first["captures"]["version"], "6.0.0", "{name}");
        assert_eq!(first["evidence"]["encoding"], encoding, "{name}");
        assert_eq!(first["evidence"]["pid"], 42, "{name}");
        assert_eq!(first["time"], "2026-01-02T03:04:05Z", "{name}");
        assert_eq!(first["line"], if name == "OEM" { 3 } else { 2 }, "{name}");
    }
}

#[test]
fn attempts_of_one_start_are_one_answer() {
    let attempt = |retry: u32| {
        format!(
            "Application '/LM/W3SVC/1/ROOT' with physical root 'C:\\shop\\' failed to start process with commandline \
             '\"dotnet\" .\\Shop.dll' at stage 'PostStartCheck', ErrorCode = '0x8027025b', assigned port 1234, \
             retryCounter '{retry}'."
        )
    };
    let gave_up = format!(
        "Application '/LM/W3SVC/1/ROOT' with physical root 'C:\\shop\\' failed to start process with commandline \
         '\"dotnet\" .\\Shop.dll' with multiple retries. Failed to bind to port '1234'. First 30KB characters of captured \
         stdout and stderr logs from multiple retries:\n{FRAMEWORK}"
    );
    let log = format!(
        "<Events>{}{}{}</Events>",
        event(1000, 1, 10, &attempt(1)),
        event(1000, 2, 11, &attempt(0)),
        event(1020, 3, 12, &gave_up)
    );
    let records = read("events.xml", log.as_bytes());
    let found = matches(&records);
    assert_eq!(found.len(), 1, "{records:#?}");
    assert_eq!(found[0]["cause"], "framework-missing");
    assert_eq!(found[0]["source"], "eventlog");
    assert_eq!(found[0]["captures"]["stage"], "PostStartCheck");
    let also = found[0]["evidence"]["also"].to_string();
    assert!(
        also.contains("ancm-start-attempt x2") && also.contains("ancm-gave-up"),
        "{also}"
    );
}

#[test]
fn a_start_after_the_failure_makes_it_history() {
    let failed = event(
        1007,
        1,
        10,
        "Application '/LM/W3SVC/1/ROOT' with physical root 'C:\\shop\\' failed to load coreclr. \
        Exception message:\nManaged server didn't initialize after 120000 ms.",
    );
    let started = event(
        1032,
        9,
        11,
        "Application 'C:\\shop\\' started successfully.",
    );
    let alone = read("a.xml", format!("<Events>{failed}</Events>").as_bytes());
    assert_eq!(matches(&alone)[0]["severity"], "error");
    let healed = read(
        "b.xml",
        format!("<Events>{failed}{started}</Events>").as_bytes(),
    );
    assert_eq!(matches(&healed)[0]["severity"], "warning");
    assert_eq!(matches(&healed)[0]["evidence"]["history"], true);
    let broken_again = read(
        "c.xml",
        format!(
            "<Events>{started}{}</Events>",
            failed.replace(":01.", ":12.").replace(">10<", ">12<")
        )
        .as_bytes(),
    );
    assert_eq!(matches(&broken_again)[0]["severity"], "error");
}

#[test]
fn an_unknown_exception_is_reported_with_type_and_frame() {
    let records = read(
        "app.log",
        b"Unhandled exception. Shop.StartException: outer\n ---> Shop.Inner.DeepException: the deep one\n   \
          at System.X.Y()\n   at Shop.Boot.Load(String a) in C:\\s\\Boot.cs:line 7\n   --- End of inner exception stack trace ---\n",
    );
    let first = matches(&records)[0];
    assert_eq!(first["cause"], "unhandled-exception");
    assert_eq!(first["message"], "Shop.Inner.DeepException: the deep one");
    assert!(
        first["captures"]["frame"]
            .as_str()
            .unwrap()
            .starts_with("Shop.Boot.Load")
    );
}

#[test]
fn requests_that_fail_are_no_failed_start() {
    let records = read(
        "app.log",
        b"fail: Microsoft.AspNetCore.Server.Kestrel[13]\n      An unhandled exception has occurred while executing the request.\n      \
          System.InvalidOperationException: Unable to resolve service for type 'A' while attempting to activate 'B'.\n         \
          at Microsoft.AspNetCore.Builder.X.Invoke(HttpContext context)\n",
    );
    assert!(
        matches(&records)
            .iter()
            .all(|found| found["severity"] != "error"),
        "{records:#?}"
    );
}

#[test]
fn request_logs_count_what_went_well() {
    let mut log = "#Software: Microsoft Internet Information Services 10.0\n\
        #Fields: date time sc-status sc-substatus sc-win32-status cs-uri-stem cs-method\n"
        .to_owned();
    for (second, status) in [
        (1, "200 0 0"),
        (2, "502 5 2147942402"),
        (3, "502 5 2147942402"),
        (4, "200 0 0"),
        (5, "200 0 0"),
    ] {
        log.push_str(&format!("2026-01-02 03:04:0{second} {status} / GET\n"));
    }
    let records = read("u_ex260102.log", log.as_bytes());
    let first = matches(&records)[0];
    assert_eq!(
        (first["source"].as_str(), first["severity"].as_str()),
        (Some("w3c"), Some("warning"))
    );
    assert_eq!(first["cause"], "dotnet-not-found");
    assert_eq!(first["count"], 2);
    assert_eq!(first["captures"]["win32_status"], "0x80070002");
    assert_eq!(first["captures"]["well_before"], "1");
    assert_eq!(first["captures"]["well_after"], "2");
    assert_eq!(first["last_time"], "2026-01-02T03:04:03Z");
}

#[test]
fn httperr_pages_traces_and_json() {
    let httperr = read(
        "httperr1.log",
        b"#Software: Microsoft HTTP API 2.0\n#Fields: date time c-ip sc-status s-siteid s-reason s-queuename\n\
          2026-01-02 03:04:05 1.2.3.4 503 1 AppOffline Shop\n",
    );
    assert_eq!(matches(&httperr)[0]["cause"], "rapid-fail-stopped");
    assert_eq!(matches(&httperr)[0]["captures"]["pool"], "Shop");
    let page = read(
        "page.htm",
        b"<!DOCTYPE html><html><head><title> HTTP Error 500.35 - ANCM </title></head><body><h1>HTTP Error 500.35</h1></body>",
    );
    assert_eq!(matches(&page)[0]["cause"], "multiple-inprocess-apps");
    let trace = read(
        "fr000001.xml",
        b"<?xml version=\"1.0\"?><failedRequest url=\"http://x/\" siteId=\"1\" appPoolId=\"Shop\" statusCode=\"502.5\">\
          <Event><EventData><Data Name=\"ModuleName\">AspNetCoreModuleV2</Data><Data Name=\"ErrorCode\">2147942593</Data>\
          </EventData></Event></failedRequest>",
    );
    assert_eq!(
        matches(&trace)[0]["cause"],
        "bitness-mismatch",
        "{trace:#?}"
    );
    let json = read(
        "events.json",
        br#"[{"ProviderName":"Microsoft-Windows-WAS","Id":5002,"Level":2,"TimeCreated":"/Date(1767323045000)/",
            "Message":"Anwendungspool ... deaktiviert"}]"#,
    );
    assert_eq!(matches(&json)[0]["cause"], "rapid-fail-stopped");
    assert_eq!(matches(&json)[0]["time"], "2026-01-02T03:04:05Z");
}

#[test]
fn codes_in_every_notation_are_explained() {
    for (code, cause) in [
        ("0x80008096", "framework-missing"),
        ("-2147450730", "framework-missing"),
        ("2147516566", "framework-missing"),
        ("0xffffffff80008096", "framework-missing"),
        ("500.35", "multiple-inprocess-apps"),
        ("5021", "pool-identity-logon"),
    ] {
        let (records, status, _) = tool(&["explain", code], None);
        assert_eq!(records[0]["cause"], cause, "{code}");
        assert_eq!(status, Some(0), "{code}");
    }
    let (records, ..) = tool(&["explain", "0x8007023e", "1020", "502.5"], None);
    assert!(
        records
            .iter()
            .filter(|record| record["type"] == "finding")
            .count()
            >= 3
    );
    let (records, ..) = tool(&["explain", "503", "500"], None);
    let told: Vec<_> = records
        .iter()
        .filter_map(|record| record["evidence"]["code"].as_str())
        .collect();
    assert!(told.starts_with(&["503.0", "500.0", "500.19"]), "{told:?}");
    let (records, ..) = tool(&["explain", "0x12345678"], None);
    assert_eq!(records[0]["code"], "log/unknown-code");
}

#[test]
fn selection_by_time_signature_and_expression() {
    let log = "2026-01-01T00:00:00Z [FTL] Hosting failed to start\n\
        System.IO.IOException: Failed to bind to address http://127.0.0.1:5000: address already in use.\n\
        2026-01-03T00:00:00Z [FTL] Hosting failed to start\nSystem.IO.FileNotFoundException: The configuration file \
        'a.json' was not found and is not optional.\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.log");
    fs::write(&path, log).unwrap();
    let path = path.to_str().unwrap();
    let causes = |arguments: &[&str]| -> Vec<String> {
        let (records, ..) = tool(&[arguments, &[path]].concat(), None);
        matches(&records)
            .iter()
            .map(|found| found["cause"].as_str().unwrap_or("none").to_owned())
            .collect()
    };
    assert_eq!(causes(&[])[0], "config-file-missing");
    assert_eq!(causes(&["--until", "2026-01-02"]), ["port-in-use"]);
    assert_eq!(causes(&["--since", "2026-01-02"]), ["config-file-missing"]);
    assert_eq!(causes(&["--last-start"]), ["config-file-missing"]);
    assert_eq!(causes(&["--signature", "port-in-use"]), ["port-in-use"]);
    let (records, ..) = tool(&["--grep", "Hosting failed", "--context", "1", path], None);
    let found = matches(&records);
    assert_eq!(found.len(), 2);
    assert_eq!(
        (&found[0]["line"], &found[1]["line"]),
        (&Value::from(1), &Value::from(3))
    );
    assert!(
        found[0]["excerpt"]
            .as_str()
            .unwrap()
            .contains("address already in use")
    );
    let (_, status, stderr) = tool(&["--since", "yesterday-ish", path], None);
    assert_eq!(status, Some(2));
    assert_eq!(stderr.lines().count(), 1);
}

#[test]
fn records_and_raw_logs_on_stdin() {
    let probe = serde_json::json!({"schema": "ancm-tools/1", "type": "probe", "tool": "start-probe", "site": "Shop",
        "app": "/", "path": "/srv/shop", "outcome": "exited", "exit_code": -2147450730, "stdout_tail": FRAMEWORK});
    let (records, ..) = tool(&[], Some(format!("{probe}\n").as_bytes()));
    assert_eq!(records[0]["type"], "probe");
    assert_eq!(records[1]["cause"], "framework-missing");
    assert_eq!(records[1]["site"], "Shop");
    assert_eq!(records[1]["source"], "host");
    let (records, status, _) = tool(&["-"], Some(FRAMEWORK.as_bytes()));
    assert_eq!(records[0]["cause"], "framework-missing");
    assert_eq!(status, Some(1));
}

#[test]
fn a_site_record_leads_to_its_logs() {
    let server = tempfile::tempdir().unwrap();
    let app = server.path().join("inetpub/shop");
    fs::create_dir_all(app.join("out")).unwrap();
    fs::write(
        app.join("web.config"),
        "<configuration><system.webServer><aspNetCore processPath=\"dotnet\" arguments=\".\\Shop.dll\" \
         stdoutLogEnabled=\"true\" stdoutLogFile=\".\\out\\run\" /></system.webServer></configuration>",
    )
    .unwrap();
    fs::write(app.join("out/run_20260102030405_7.log"), FRAMEWORK).unwrap();
    fs::write(
        app.join("out/other.log"),
        "Unhandled exception. System.Exception: not of this prefix\n",
    )
    .unwrap();
    let requests = server.path().join("inetpub/logs/LogFiles/W3SVC4");
    fs::create_dir_all(&requests).unwrap();
    fs::write(
        requests.join("u_ex260102.log"),
        "#Fields: date time sc-status sc-substatus sc-win32-status\n2026-01-02 03:04:06 502 5 0\n",
    )
    .unwrap();
    let site = serde_json::json!({"schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop",
        "app": "/", "path": app, "site_id": 4, "physical_path": "C:\\inetpub\\shop",
        "map": [format!("C:={}", server.path().display())]});
    let (records, ..) = tool(&[], Some(format!("{site}\n").as_bytes()));
    let found = matches(&records);
    assert_eq!(found[0]["cause"], "framework-missing", "{records:#?}");
    assert_eq!(found[0]["site"], "Shop");
    assert!(
        found[0]["path"]
            .as_str()
            .unwrap()
            .ends_with("run_20260102030405_7.log")
    );
    assert!(
        !records
            .iter()
            .any(|record| record.to_string().contains("other.log"))
    );
    let seen = records
        .iter()
        .any(|record| record.to_string().contains("u_ex260102.log"));
    assert!(seen, "{records:#?}");
}

#[test]
fn secrets_and_control_characters_do_not_leave() {
    let records = read(
        "app.log",
        b"Unhandled exception. System.ArgumentException: Keyword not supported: 'x'. Server=a;Password=hunter2secret;\x1b[31m\n",
    );
    let text = serde_json::to_string(&records).unwrap();
    assert!(
        !text.contains("hunter2secret") && !text.contains("\\u001b"),
        "{text}"
    );
}

#[test]
fn folders_are_read_whole_and_archives_too() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..40 {
        fs::write(
            folder.path().join(format!("{number}.log")),
            "info: all is well\n",
        )
        .unwrap();
    }
    fs::write(folder.path().join("a.log"), FRAMEWORK).unwrap();
    let packed = gzip(FRAMEWORK.replace("AspNetCore", "WindowsDesktop").as_bytes());
    fs::write(folder.path().join("b.log.gz"), &packed).unwrap();
    let (records, ..) = tool(&[folder.path().to_str().unwrap()], None);
    let text = serde_json::to_string(&matches(&records)).unwrap();
    assert!(
        text.contains("Microsoft.AspNetCore.App") && text.contains("b.log.gz"),
        "{text}"
    );
    let done = records.last().unwrap();
    assert_eq!(done["type"], "done");
}

/// Docker's json-file driver: an object a line. Rows are those of the file.
#[test]
fn logs_of_containers_are_read_as_what_the_program_wrote() {
    let log: String = FRAMEWORK
        .lines()
        .map(|line| {
            let object = serde_json::json!({"log": format!("{line}\n"), "stream": "stderr", "time": "2026-01-02T03:04:05.6Z"});
            format!("{object}\n")
        })
        .collect();
    let records = read(
        "abc-json.log",
        format!(
            "{}\n{log}",
            r#"{"log":"start\n","stream":"stdout","time":"x"}"#
        )
        .as_bytes(),
    );
    let found = matches(&records);
    assert_eq!(found.len(), 1, "{records:#?}");
    assert_eq!(
        found[0]["captures"]["framework"],
        "Microsoft.AspNetCore.App"
    );
    assert_eq!(found[0]["captures"]["version"], "6.0.0");
    assert_eq!(found[0]["line"], 3);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn following_sees_what_is_written_rotated_and_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.log");
    fs::write(&path, "info: begin\n").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_log-grep"))
        .args(["--follow", path.to_str().unwrap()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let wait = || std::thread::sleep(std::time::Duration::from_millis(800));
    wait();
    append(&path, FRAMEWORK);
    wait();
    // cut off and written anew, as a rotation by copying does
    fs::write(&path, "x\n").unwrap();
    wait();
    append(&path, "Attribute 'processPath' is required.\n");
    wait();
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("framework-missing") && text.contains("processpath-missing"),
        "{text}"
    );
}

fn append(path: &Path, text: &str) {
    fs::OpenOptions::new()
        .append(true)
        .open(path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
}

#[test]
fn an_app_on_another_port_is_named_so() {
    let gave_up = "Application '/LM/W3SVC/1/ROOT' with physical root 'C:\\shop\\' failed to start process with commandline \
        'dotnet .\\Shop.dll' at stage 'PostStartCheck', ErrorCode = '0x8027025a', assigned port 23456, retryCounter '0'.\n\
        with multiple retries. Failed to bind to port '23456'. First 30KB characters of captured stdout and stderr logs \
        from multiple retries:\ninfo: Microsoft.Hosting.Lifetime[14]\n      Now listening on: http://localhost:PORT\n";
    let elsewhere = read("a.log", gave_up.replace("PORT", "5000").as_bytes());
    let first = matches(&elsewhere)[0];
    assert_eq!(
        (first["cause"].as_str(), first["severity"].as_str()),
        (Some("listens-elsewhere"), Some("error"))
    );
    let slow = read("a.log", gave_up.replace("PORT", "23456").as_bytes());
    assert_eq!(matches(&slow)[0]["cause"], "startup-timeout");
}

/// `--grep` finds a line that no signature knows.
#[test]
fn a_line_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("stdout_1.log");
    fs::write(&log, "one\na needle\n").unwrap();
    let (records, code, stderr) = tool(&[log.to_str().unwrap(), "--grep", "needle"], None);
    assert_eq!((records.len(), code, stderr.as_str()), (2, Some(0), ""));
    assert_eq!(records[0]["code"], "log/grep");
    assert_eq!(records[0]["line"], 2);
}
