use super::*;
use proptest::prelude::*;

#[track_caller]
fn is_masked(table: &[(&str, &str)]) {
    for (given, wanted) in table {
        assert_eq!(text(given), *wanted, "for {given}");
    }
}

#[test]
fn connection_strings() {
    is_masked(&[
        // SqlClient
        (
            "Server=db;Database=x;User Id=sa;Password=p@ss w0rd;Encrypt=true",
            "Server=db;Database=x;User Id=sa;Password=***;Encrypt=true",
        ),
        (
            "Server=db;Pwd='a;b';Database=x",
            "Server=db;Pwd='***';Database=x",
        ),
        ("Password=P@ss&word1;Database=x", "Password=***;Database=x"),
        ("Password=P<34word;Database=x", "Password=***;Database=x"),
        ("Password=it's;Database=x", "Password=***;Database=x"),
        (
            r#"Password="a;""b";Database=x"#,
            r#"Password="***";Database=x"#,
        ),
        ("Pwd={a;b};Driver=x", "Pwd={***};Driver=x"),
        (
            "the value 'Server=db;Password=a b' of Main",
            "the value 'Server=db;Password=***' of Main",
        ),
        (
            r#"<add name="Main" connectionString="Server=db;Password=it's" providerName="x" />"#,
            r#"<add name="Main" connectionString="Server=db;Password=***" providerName="x" />"#,
        ),
        (
            r#"connectionString="Server=x;Password=&quot;a;b&quot;;Database=x""#,
            r#"connectionString="Server=x;Password=&quot;***&quot;;Database=x""#,
        ),
        (
            r#"connectionString="Server=x;Password=a&amp;b;Database=x""#,
            r#"connectionString="Server=x;Password=***;Database=x""#,
        ),
        (
            r#"connectionString="Server=x;Password=" providerName="y""#,
            r#"connectionString="Server=x;Password=" providerName="y""#,
        ),
        // Npgsql, MySql, Redis
        (
            "Host=h;Username=u;Password=hunter2",
            "Host=h;Username=u;Password=***",
        ),
        (
            "server=h;uid=u;pwd=hunter2;database=d",
            "server=h;uid=u;pwd=***;database=d",
        ),
        (
            "cache:6380,password=abc123=,ssl=True",
            "cache:6380,password=***",
        ),
        // storage account, service bus
        (
            "DefaultEndpointsProtocol=https;AccountName=n;AccountKey=Zm9v==;EndpointSuffix=s",
            "DefaultEndpointsProtocol=https;AccountName=n;AccountKey=***;EndpointSuffix=s",
        ),
        (
            "Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=abc=",
            "Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=***",
        ),
    ]);
}

#[test]
fn urls() {
    is_masked(&[
        (
            "mongodb://user:pa:ss@host:27017/db",
            "mongodb://user:***@host:27017/db",
        ),
        (
            "mongodb+srv://u:p@ss@cluster0/db",
            "mongodb+srv://u:***@cluster0/db",
        ),
        ("amqp://guest:guest@mq:5672/", "amqp://guest:***@mq:5672/"),
        ("amqp://u:p/w@h", "amqp://u:***@h"),
        ("amqp://u:it's@h 'x'", "amqp://u:***@h 'x'"),
        (
            "https://ghp_abcdef@github.com/x",
            "https://***@github.com/x",
        ),
        (
            "http://localhost:5000;https://u:p@h",
            "http://localhost:5000;https://u:***@h",
        ),
        ("http://[::1]:5000/a@b", "http://[::1]:5000/a@b"),
        ("http://127.0.0.1:5000/a@b", "http://127.0.0.1:5000/a@b"),
        ("https://host/?mail=a@b", "https://host/?mail=a@b"),
        (
            "https://a.blob/x?sv=2020&sig=abc%2Fdef%3D&se=1",
            "https://a.blob/x?sv=2020&sig=***&se=1",
        ),
        (
            "https://b.s3/x?X-Amz-Signature=abc123&X-Amz-Date=1",
            "https://b.s3/x?X-Amz-Signature=***&X-Amz-Date=1",
        ),
        (
            "https://b.gcs/x?X-Goog-Signature=abc123&X-Goog-Date=1",
            "https://b.gcs/x?X-Goog-Signature=***&X-Goog-Date=1",
        ),
        ("https://h/?key=AIza123&z=1", "https://h/?key=***&z=1"),
    ]);
}

#[test]
fn headers_and_tokens() {
    is_masked(&[
        (
            "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln here",
            "token *** here",
        ),
        (
            "Authorization: Bearer abcdefgh12345678",
            "Authorization: Bearer ***",
        ),
        (
            "Authorization: Basic dXNlcjpwYXNz",
            "Authorization: Basic ***",
        ),
        ("password: hunter2", "password: ***"),
        ("the client secret: abc def", "the client secret: ***"),
        ("x-api-key: abc", "x-api-key: ***"),
        ("X-Api-Key:abc", "X-Api-Key:***"),
        ("API key: abc", "API key: ***"),
    ]);
}

#[test]
fn environment_and_command_lines() {
    is_masked(&[
        ("DB_PASSWORD=hunter2", "DB_PASSWORD=***"),
        ("set API_KEY=abc", "set API_KEY=***"),
        ("KEY=abc", "KEY=***"),
        ("Jwt:Key=abc", "Jwt:Key=***"),
        ("KEY_FILE=/etc/key.pem", "KEY_FILE=/etc/key.pem"),
        ("PASSWORD_PROFILE=abc", "PASSWORD_PROFILE=***"),
        (
            "app --password hunter2 --urls x",
            "app --password *** --urls x",
        ),
        ("app -Token 'a b' -x", "app -Token '***' -x"),
        ("app --api-key=abc", "app --api-key=***"),
        ("app --password --urls x", "app --password --urls x"),
        ("sqlcmd /pwd:abc", "sqlcmd /pwd:***"),
    ]);
}

#[test]
fn json_and_xml() {
    is_masked(&[
        (
            r#"{"Password": "a\"b", "Port": "1"}"#,
            r#"{"Password": "***", "Port": "1"}"#,
        ),
        (r#"{"Password":12345,"a":1}"#, r#"{"Password":***,"a":1}"#),
        (r#"{"Password":null}"#, r#"{"Password":null}"#),
        ("{'password':'abc','a':'b'}", "{'password':'***','a':'b'}"),
        (r#"{"Keys:Main":"abc"}"#, r#"{"Keys:Main":"***"}"#),
        (r#"{"ApiKeys":["abc","def"]}"#, r#"{"ApiKeys":[***]}"#),
        (
            r#"{\"Password\":\"abc\",\"a\":1}"#,
            r#"{\"Password\":\"***\",\"a\":1}"#,
        ),
        (
            r#"{"name": "API_KEY", "value": "abc"}"#,
            r#"{"name": "API_KEY", "value": "***"}"#,
        ),
        (
            r#"<environmentVariable name="JWT_SECRET" value="x y" />"#,
            r#"<environmentVariable name="JWT_SECRET" value="***" />"#,
        ),
        (
            r#"<add key="Jwt:Key" value="x"/>"#,
            r#"<add key="Jwt:Key" value="***"/>"#,
        ),
        (
            "<add key='ApiKey' value='abc'/>",
            "<add key='ApiKey' value='***'/>",
        ),
        (
            r#"<add value="abc" key="ApiKey"/>"#,
            r#"<add value="***" key="ApiKey"/>"#,
        ),
        (
            r#"<add key="ApiKey" value="abc"#,
            r#"<add key="ApiKey" value="***"#,
        ),
        ("<password>abc</password>", "<password>***</password>"),
    ]);
}

#[test]
fn what_is_no_secret_stays() {
    for given in [
        "System.Text.Json, Version=8.0.0.0, Culture=neutral, PublicKeyToken=cc7b13ffcd2ddd51",
        "Keyset does not exist",
        "Login failed for user 'sa'.",
        "Keyword not supported: 'serverr'.",
        "The given key 'x' was not present in the dictionary.",
        "Unexpected token: }",
        "open key: HKLM\\SOFTWARE\\Microsoft",
        "/run/secrets/db_password: Permission denied",
        r"C:\keys\token.cs:line 5",
        "'token': expected a string",
        "Basic authentication is switched on",
        "AccountName=x;EndpointSuffix=y",
        r#"<add key="Title" value="abc"/>"#,
        "",
    ] {
        assert_eq!(text(given), given);
    }
}

#[test]
fn a_value_goes_by_its_name() {
    for name in [
        "Jwt__Key",
        "Jwt:Key",
        "KEY",
        "keys",
        "Auth.Token",
        "PASSWORD_PROFILE",
    ] {
        assert_eq!(named(name, "abc"), "***", "{name}");
    }
    for name in [
        "KeyVaultName",
        "KEY_FILE",
        "Key:Path",
        "TokenUrl",
        "ASPNETCORE_ENVIRONMENT",
    ] {
        assert_eq!(named(name, "abc"), "abc", "{name}");
    }
    assert_eq!(
        named("ConnectionStrings__Main", "Server=a;Password=b"),
        "Server=a;Password=***"
    );
    assert_eq!(named("API_TOKEN", ""), "");
}

#[test]
fn names_of_the_world_are_judged_and_our_fields_are_not() {
    let mut given = serde_json::json!({
        "key": "ConnectionStrings:Main",
        "variables": {"API_KEY": "abc", "PATH": "C:\\", "Pin_Key": 5},
        "pool_environment": {"key": "abc", "jwt_token": "abc", "region": "west"},
        "setting": {"name": "ApiKey", "value": "abc"},
        "args": ["--password", "hunter2", "--urls", "x"],
        "db_password": "x",
    });
    value(&mut given);
    assert_eq!(
        given,
        serde_json::json!({
            "key": "ConnectionStrings:Main",
            "variables": {"API_KEY": "***", "PATH": "C:\\", "Pin_Key": "***"},
            "pool_environment": {"key": "***", "jwt_token": "***", "region": "west"},
            "setting": {"name": "ApiKey", "value": "***"},
            "args": ["--password", "***", "--urls", "x"],
            "db_password": "***",
        })
    );
}

proptest! {
    #[test]
    fn masking_is_done_after_one_pass(given in r#"[ -~]{0,60}(password|Token|key|sig)[=:][ -~]{0,30}"#) {
        let once = text(&given).into_owned();
        prop_assert_eq!(text(&once).into_owned(), once);
    }

    #[test]
    fn what_a_pass_may_not_find_it_does_not_find(
        given in r#"[ -~]{0,9}(--pwd|'token'|"key"|<secret>|eyJabcdefghi\.x|x://a|sig|Basic|basic)( |=|:|: |=")[ -~]{0,20}"#
    ) {
        for (number, pass) in PASSES.iter().enumerate() {
            prop_assert!((pass.may_find)(&given) || (pass.hide)(&given) == given, "pass {number}");
        }
    }

    #[test]
    fn the_prefilter_misses_nothing(given in r#"[ -~]{0,20}(password=|"secret": "|eyJ|://a:b@|sig=|Bearer |x-goog-signature=)[ -~]{0,30}"#) {
        let masked = PASSES.iter().fold(given.clone(), |text, pass| (pass.hide)(&text));
        if masked != given {
            prop_assert!(may_hold_secret(&crate::ascii::to_line(&given)));
        }
    }
}

#[test]
fn every_trigger_is_seen_at_first_glance() {
    for trigger in super::TRIGGERS {
        let upper = trigger.to_ascii_uppercase();
        assert!(super::may_hold_secret(trigger), "{trigger:?}");
        assert!(
            super::may_hold_secret(&[b"x ", &upper[..]].concat()),
            "{trigger:?}"
        );
    }
    assert!(!super::may_hold_secret(
        b"a quiet line of 12:34 with no more than that"
    ));
}

#[test]
fn what_prose_calls_a_pair_is_no_secret() {
    let prose = "\"Database\" in it is no key=value. Write key=value pairs.";
    assert_eq!(super::text(prose), prose);
    assert_eq!(super::text("key=value2"), "key=***");
}
