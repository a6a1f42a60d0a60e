//! Connection strings, as the app's own clients read them.

use serde_json::Value;

use super::{WEB_CONFIG, about, message, only, told};

/// What is told of a connection string in an app with these packages.
fn told_of(packages: &[&str], string: &str) -> Vec<Value> {
    let libraries: Vec<String> = packages
        .iter()
        .map(|package| format!("\"{package}\": {{}}"))
        .collect();
    let deps = format!(
        "{{\"runtimeTarget\": {{\"name\": \".NETCoreApp,Version=v8.0\"}}, \"targets\": {{\".NETCoreApp,Version=v8.0\": {{{}}}}}}}",
        libraries.join(", ")
    );
    let settings = serde_json::json!({"ConnectionStrings": {"Main": string}}).to_string();
    told(&[
        ("web.config", WEB_CONFIG),
        ("App.deps.json", &deps),
        ("appsettings.json", &settings),
    ])
}

const KEYWORD: &str = "app-settings/connection-string-keyword";
const VALUE: &str = "app-settings/connection-string-value";

#[test]
fn each_client_has_its_own_keywords() {
    for (packages, string, what) in [
        (
            ["Npgsql/8.0.0"].as_slice(),
            "Host=db;Database=a;Username=b;Password=c;Min Pool Size=1",
            "\"min pool size\", which Npgsql",
        ),
        (
            &["Npgsql/8.0.0"],
            "Server=db;Database=a;User=b;Password=c",
            "\"user\", which Npgsql",
        ),
        (
            &["MySqlConnector/2.3.0"],
            "Server=db;Port=3306;Database=a;Uid=b;Encrypt=true",
            "\"encrypt\", which MySqlConnector",
        ),
        (
            &["Microsoft.Data.Sqlite.Core/8.0.0"],
            "Data Source=a.db;Version=3",
            "\"version\", which Microsoft.Data.Sqlite",
        ),
        (
            &["Microsoft.Data.SqlClient/5.1.0"],
            "Server=db;Database=a;Username=b;Password=c",
            "\"username\", which SqlClient",
        ),
        (
            &["Microsoft.Data.SqlClient/5.1.0"],
            "Server=db;Database=a;Network Library=dbmssocn;User Id=b",
            "belongs to .NET Framework",
        ),
        (
            &["System.Data.SqlClient/4.8.6"],
            "Server=db;Database=a;User Id=b;Trust Server Certificate=true",
            "Microsoft.Data.SqlClient 2.0 brought it",
        ),
        (
            &["Microsoft.Data.SqlClient/5.1.0"],
            "Server=db;Database=a;User Id=b;ConnectTimeout=5",
            "came with SqlClient 7.1",
        ),
        (
            &["Microsoft.Data.SqlClient/5.1.0", "Npgsql/8.0.0"],
            "Server=db;Port=5432;Database=a;User=b",
            "\"user\", which Npgsql",
        ),
    ] {
        let records = told_of(packages, string);
        let found = only(&records, KEYWORD);
        assert!(
            message(found).contains(what),
            "{string}: {}",
            message(found)
        );
    }
    let records = told_of(
        &["System.Data.SqlClient/4.8.6"],
        "Server=db;Database=a;User Id=b;Trust Server Certificate=true",
    );
    assert_eq!(
        only(&records, KEYWORD)["help"],
        "Write \"trustservercertificate\"."
    );
}

#[test]
fn a_doubt_whose_string_it_is_tells_nothing() {
    for (packages, string) in [
        // two that could read it, one whose keywords are not known, none
        (
            ["Npgsql/8.0.0", "MySqlConnector/2.3.0"].as_slice(),
            "Host=db;Database=a;User=b;Wat=1",
        ),
        (
            &["Microsoft.Data.SqlClient/5.1.0", "Npgsql/8.0.0"],
            "Server=db;Database=a;User=b;Wat=1",
        ),
        (&["MySql.Data/8.0.0"], "Server=db;Database=a;Wat=1"),
        (&[], "Server=db;Database=a;Wat=1"),
        // one of several that a product could use; a string of another kind altogether
        (
            &["Microsoft.Data.SqlClient/5.1.0"],
            "Server=db;Port=3050;Database=a.fdb;Dialect=3;Fetch Size=200",
        ),
        // keywords that SqlClient has, too, do not make it SqlClient's
        (
            &["MySqlConnector/2.3.0"],
            "Server=db;Initial Catalog=a;User Id=b;Persist Security Info=True;Convert Zero Datetime=True",
        ),
        (
            &["MySql.Data/8.0.0"],
            "Server=db;Initial Catalog=a;User Id=b;Persist Security Info=True;Convert Zero Datetime=True",
        ),
        // a message queue's
        (
            &["Npgsql/8.0.0"],
            "host=mq;username=a;password=b;prefetchcount=5",
        ),
        (
            &["Npgsql/8.0.0"],
            "Host=db;Database=a;SslMode=VerifyFull;MinPoolSize=1;Pooling=true",
        ),
        (
            &["Microsoft.Data.Sqlite.Core/8.0.0"],
            "DataSource=a.db;Cache=Shared;Foreign Keys=true",
        ),
        (
            &["Microsoft.Data.SqlClient/7.1.0"],
            "Server=db;Database=a;ConnectTimeout=5;Trust Server Certificate=Yes;User Id=b",
        ),
    ] {
        let records = told_of(packages, string);
        assert!(
            about(&records, KEYWORD).is_empty() && about(&records, VALUE).is_empty(),
            "{string}: {records:#?}"
        );
    }
}

#[test]
fn each_client_has_its_own_values() {
    for (packages, string, what) in [
        (
            ["Npgsql/8.0.0"].as_slice(),
            "Host=db;Database=a;Pooling=yes",
            "pooling=yes, which Npgsql refuses: it wants true or false",
        ),
        (
            &["Npgsql/8.0.0"],
            "Host=db;Database=a;SSL Mode=verify-full",
            "ssl mode=verify-full",
        ),
        (
            &["Microsoft.Data.SqlClient/4.1.0"],
            "Server=db;Database=a;User Id=b;Encrypt=Strict",
            "before SqlClient 5.0",
        ),
        (
            &["MySqlConnector/2.3.0"],
            "Server=db;Database=a;Port=x",
            "port=x",
        ),
        (
            &["Microsoft.Data.Sqlite.Core/8.0.0"],
            "Data Source=a.db;Mode=rw",
            "one of readwritecreate",
        ),
    ] {
        let records = told_of(packages, string);
        let found = only(&records, VALUE);
        assert!(
            message(found).contains(what),
            "{string}: {}",
            message(found)
        );
    }
    let records = told_of(&["Npgsql/8.0.0"], "Host=db;Database=a;SSL Mode=verify-full");
    assert_eq!(only(&records, VALUE)["help"], "Write ssl mode=verifyfull.");
}

#[test]
fn a_string_that_is_named_for_another_database_is_left_alone() {
    let deps = r#"{"runtimeTarget": {"name": "a"}, "targets": {"a": {"Microsoft.Data.SqlClient/5.1.0": {}}}}"#;
    for (name, count) in [("Main", 1), ("PostgreSql", 0)] {
        let settings = format!(
            r#"{{"ConnectionStrings": {{"{name}": "Server=db;Port=5432;Database=a;User Id=b"}}}}"#
        );
        let records = told(&[
            ("web.config", WEB_CONFIG),
            ("App.deps.json", deps),
            ("appsettings.json", &settings),
        ]);
        assert_eq!(about(&records, KEYWORD).len(), count, "{records:#?}");
    }
}

#[test]
fn keywords_of_sql_server_that_exclude_each_other_are_told() {
    for (string, what) in [
        (
            "Authentication=Active Directory Default;Integrated Security=True",
            Some("Authentication beside Integrated Security"),
        ),
        (
            "Authentication=Active Directory Managed Identity;Password=x",
            Some("Password beside this kind"),
        ),
        (
            "Authentication=Active Directory Password;User Id=a;Password=x",
            None,
        ),
        (
            "Failover Partner=b;MultiSubnetFailover=True;User Id=a",
            Some("Failover Partner beside"),
        ),
        ("Integrated Security=True", None),
    ] {
        let records = told_of(
            &["Microsoft.Data.SqlClient/5.1.0"],
            &format!("Server=a;Database=b;{string}"),
        );
        match what {
            Some(what) => assert!(message(only(&records, VALUE)).contains(what), "{string}"),
            None => assert!(about(&records, VALUE).is_empty(), "{string}"),
        }
    }
}
