//! Tools meeting in a pipe, as users chain them.

use proptest::prelude::*;
use support::pipe::{Pipe, Ran};

/// Lines that are JSON objects of somebody else, in any spelling of JSON.
fn foreign() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<f64>()
            .prop_filter("JSON has no NaN", |value| value.is_finite())
            .prop_map(|value| format!("{value:e}")),
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
        Just(r#""\ud800 alone""#.to_owned()),
    ];
    let value = scalar.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(" , "))),
            prop::collection::vec(("[a-z]{0,8}", inner), 0..4).prop_map(|fields| {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("\"{name}\" :{value}"))
                    .collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    });
    prop::collection::vec(
        (
            prop_oneof![
                "[a-z_]{0,8}",
                Just("type".to_owned()),
                Just("severity".to_owned())
            ],
            value,
        ),
        0..5,
    )
    .prop_map(|fields| {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        format!(" {{{}}}\t", fields.join(", "))
    })
}

/// Bytes that are no line of ours: never a line end, never blank, never an object.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..40)
        .prop_map(|bytes| {
            bytes
                .into_iter()
                .filter(|byte| *byte != b'\n')
                .collect::<Vec<u8>>()
        })
        .prop_filter("not blank, not UTF-16, not an object", |bytes| {
            !bytes.iter().all(u8::is_ascii_whitespace)
                && !bytes.starts_with(b"\xff\xfe")
                && !bytes.starts_with(b"\xfe\xff")
                && !bytes.starts_with(b"\xef\xbb\xbf")
                && !serde_json::from_slice::<serde_json::Value>(bytes)
                    .is_ok_and(|value| value.is_object())
        })
}

fn three(input: Vec<u8>) -> Ran {
    let none: [&str; 0] = [];
    Pipe::new()
        .tool("config-lint", none)
        .tool("runtime-match", none)
        .tool("verdict", none)
        .input(input)
        .run()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn foreign_lines_cross_three_tools_unchanged(lines in prop::collection::vec(foreign(), 1..20)) {
        let input = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let ran = three(input.clone().into_bytes());
        prop_assert!(ran.stdout.starts_with(input.as_bytes()), "{}", String::from_utf8_lossy(&ran.stdout));
        // read as text: a lone surrogate is JSON to a filter and none to a reader
        let done = ran.text().lines().filter(|line| line.starts_with(r#"{"schema":"ancm-tools/1","type":"done","tool":"#));
        prop_assert_eq!(done.count(), 3);
    }

    #[test]
    fn garbage_becomes_one_failure_a_line(lines in prop::collection::vec(garbage(), 1..20)) {
        let input = lines.join(&b"\n"[..]);
        let ran = three(input);
        let failures = ran.records_of("failure");
        prop_assert_eq!(failures.len(), lines.len());
        // the first tool reports it; later ones pass the report on
        prop_assert!(failures.iter().all(|failure| failure["tool"] == "config-lint" && failure["code"] == "input/not-a-record"));
        prop_assert_eq!(ran.code(), Some(1));
    }
}
