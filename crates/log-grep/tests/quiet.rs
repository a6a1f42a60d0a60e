//! Logs of other programs, and of apps that run: they hold the same words, and none of them is an
//! error here.

#![allow(clippy::unwrap_used, reason = "a panic here is the test's report")]

use std::fs;
use std::process::Command;

use serde_json::Value;

const LOGS: &[(&str, &str)] = &[
    (
        "nginx",
        "2026/02/03 10:11:12 [emerg] 7#7: bind() to [::]:443 failed (98: Address already in use)\n\
      2026/02/03 10:11:12 [error] 8#8: *4 connect() failed (111: Connection refused) while connecting to upstream\n",
    ),
    (
        "apache",
        "(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:8080\n",
    ),
    (
        "postgres",
        "2026-02-03 10:11:12.000 UTC [9] FATAL:  password authentication failed for user \"web\"\n\
      2026-02-03 10:11:13.000 UTC [9] ERROR:  relation \"orders\" does not exist at character 15\n",
    ),
    (
        "mysql",
        "2026-02-03T10:11:12.0Z 3 [Note] Access denied for user 'web'@'10.0.0.9' (using password: YES)\n",
    ),
    (
        "redis",
        "1:M 03 Feb 2026 10:11:12.000 # Could not create server TCP listening socket *:6379: bind: Address already in use\n",
    ),
    (
        "java",
        "Exception in thread \"main\" java.net.BindException: Address already in use: bind\n\
      Caused by: java.sql.SQLException: Access denied for user 'web'@'localhost'\n",
    ),
    (
        "python",
        "OSError: [Errno 98] Address already in use\nConnectionRefusedError: [Errno 111] Connection refused\n",
    ),
    (
        "node",
        "Error: listen EADDRINUSE: address already in use :::4000\n    at Server.setupListenHandle [as _listen2] (net.js:1)\n",
    ),
    (
        "npm",
        "npm ERR! code EACCES\nnpm ERR! Error: EACCES: permission denied, mkdir '/usr/lib/x'\n",
    ),
    (
        "go",
        "2026/02/03 10:11:12 listen tcp :9000: bind: address already in use\n",
    ),
    (
        "sshd",
        "Feb  3 10:11:12 h sshd[5]: error: Bind to port 22 on :: failed: Address already in use.\n",
    ),
    (
        "php",
        "PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [1045] Access denied for user 'web'@'localhost'\n",
    ),
    (
        "servicing of Windows",
        "2026-02-03 10:11:12, Info                  CBS    Session: 31 initialized by client x, \
      error code 0x8007000d\n2026-02-03 10:11:12, Error                 CBS    Failed to find file [HRESULT = 0x80070002]\n",
    ),
    (
        "a test run",
        "  Failed Shop.Tests.Reads [12 ms]\n  Error Message:\n   \
      System.InvalidOperationException : Connection string 'Shop' not found.\n",
    ),
    (
        "a build",
        "C:\\x.targets(5,5): error MSB3021: Unable to copy file \"a.dll\". Access to the path 'a.dll' is denied.\n",
    ),
    (
        "a restore",
        "error:   No such host is known. (api.nuget.org:443)\n",
    ),
    (
        "a job of a scheduler",
        "2026-02-03 10:11:12 ERROR Quartz.Core.JobRunShell - Job a.b threw an unhandled Exception: \n\
      System.IO.DirectoryNotFoundException: Could not find a part of the path 'C:\\in'.\n   at Shop.Job.Execute()\n",
    ),
    (
        "a level before the time",
        "ERROR 2026-02-03 10:11:12 Shop.Poll - failed\n\
      System.Net.Http.HttpRequestException: No such host is known. (a.b:443)\n   at Shop.Poll.Run()\n",
    ),
    (
        "lines of JSON",
        "{\"@t\":\"2026-02-03T10:11:12Z\",\"@mt\":\"Poll failed\",\"@l\":\"Error\",\"@x\":\
      \"Npgsql.NpgsqlException (0x80004005): Failed to connect to 10.0.0.9:5432\\r\\n   at Shop.Poll.Run()\"}\n",
    ),
    (
        "a program of the .NET Framework",
        "Application: Backup.exe\nFramework Version: v4.0.30319\n\
      Description: The process was terminated due to an unhandled exception.\n\
      Exception Info: System.UnauthorizedAccessException\n   at Backup.Program.Main(System.String[])\n",
    ),
    (
        "an app that was stopped",
        "fail: Microsoft.Extensions.Hosting.Internal.Host[9]\n      BackgroundService failed\n      \
      System.OperationCanceledException: The operation was canceled.\n         at Shop.Work.ExecuteAsync()\n",
    ),
    (
        "EF Core, which says it twice",
        "2026-02-03 10:11:12 [ERR] An exception occurred while iterating over the results.\n\
      System.InvalidOperationException: The connection is closed.\n   at Shop.Data.Read()\n\
      System.InvalidOperationException: The connection is closed.\n   at Shop.Data.Read()\n",
    ),
    (
        "a script's advice",
        "Possible causes:\n  1. Workers failed to start (check logs above for exceptions)\n  \
      2. Service Bus connection string not configured correctly\n  3. Redis connection failure\n\n\
      Next steps:\n  1. Check Application Insights for startup exceptions\n",
    ),
    (
        "containers of other programs",
        "db-1     | 2026-02-03 10:11:12.000 UTC [9] FATAL:  password authentication failed for user \"web\"\n\
      cache-1  | 1:M 03 Feb 2026 10:11:12.000 # Could not create server TCP listening socket *:6379: bind: Address already in use\n\
      web-1    | Error: listen EADDRINUSE: address already in use :::4000\n\
      app-1    | FATAL java.net.ConnectException: Connection refused\n",
    ),
    (
        "the journal",
        "Feb  3 10:11:12 h sshd[5]: error: Bind to port 22 on 0.0.0.0 failed: Address already in use.\n\
      Feb  3 10:11:13 h java[7]: FATAL java.sql.SQLException: Access denied for user 'web'@'localhost'\n",
    ),
    (
        "rust",
        "thread 'main' panicked at src/main.rs:3:5:\ncalled `Result::unwrap()` on an `Err` value: Os { code: 98, kind: AddrInUse, \
      message: \"Address already in use\" }\n",
    ),
    (
        "ruby",
        "/usr/lib/ruby/net/http.rb:987:in `initialize': Failed to open TCP connection to db:5432 (Connection refused - \
      connect(2) for \"db\" port 5432) (Errno::ECONNREFUSED)\n",
    ),
    (
        "kubernetes",
        "E0203 10:11:12.000001       1 reflector.go:138] failed to list *v1.Pod: Get \"https://10.0.0.1:443\": \
      dial tcp 10.0.0.1:443: connect: connection refused\n",
    ),
    (
        "rabbitmq",
        "2026-02-03 10:11:12.000 [error] <0.1.0> Error on AMQP connection <0.1.0> (10.0.0.9:1 -> 10.0.0.8:5672, state: starting):\n\
      PLAIN login refused: user 'guest' - invalid credentials\n",
    ),
    (
        "kafka",
        "[2026-02-03 10:11:12,000] ERROR [KafkaServer id=0] Fatal error during KafkaServer startup. Prepare to shutdown \
      (kafka.server.KafkaServer)\njava.lang.RuntimeException: No route\n",
    ),
    (
        "elasticsearch",
        "[2026-02-03T10:11:12,000][ERROR][o.e.b.Bootstrap] [n] Exception\njava.lang.RuntimeException: can not run elasticsearch as root\n",
    ),
    (
        "spring",
        "***************************\nAPPLICATION FAILED TO START\n***************************\n\nDescription:\n\n\
      Web server failed to start. Port 8080 was already in use.\n",
    ),
    (
        "a start of today",
        "info: Microsoft.Hosting.Lifetime[14]\n      Now listening on: http://127.0.0.1:5000\n\
      info: Microsoft.Hosting.Lifetime[0]\n      Application started. Press Ctrl+C to shut down.\n\
      warn: Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager[35]\n      No XML encryptor configured.\n",
    ),
    (
        "messages of the app's own event source",
        "Category: Shop.Orders\nEventId: 0\nRequestId: 40000034-0002-f500\nRequestPath: /orders\n\n\
      Exception: \nMicrosoft.Data.SqlClient.SqlException (0x80131904): Login failed for user 'web'.\n   at Shop.Orders.Read()\n",
    ),
    (
        "a start that failed once",
        "Unhandled exception. System.Exception: then\n   at Shop.Program.Main()\n\
      info: Microsoft.Hosting.Lifetime[14]\n      Now listening on: http://localhost:5000\n\
      fail: Shop.Orders[0]\n      Query failed\n      \
      Microsoft.Data.SqlClient.SqlException (0x80131904): Login failed for user 'web'.\n         at Shop.Orders.Read()\n",
    ),
];

#[test]
fn other_programs_and_running_apps_give_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut loud = Vec::new();
    for (name, log) in LOGS {
        let path = folder.path().join("a.log");
        fs::write(&path, log).unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_log-grep"))
            .arg(&path)
            .output()
            .unwrap();
        let before = loud.len();
        for line in String::from_utf8(run.stdout).unwrap().lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            if record["severity"] == "error" || record["type"] == "failure" {
                loud.push(format!("{name}: {} {}", record["code"], record["message"]));
            }
        }
        assert_eq!(
            run.status.code(),
            Some(i32::from(loud.len() > before)),
            "{name}"
        );
    }
    assert!(loud.is_empty(), "{loud:#?}");
}
