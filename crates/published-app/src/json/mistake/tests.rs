use super::*;
use crate::json::{Dialect, Document};

fn broken(text: &str) -> Box<Broken> {
    Document::parse(text.as_bytes().to_vec(), Dialect::Configuration).expect_err("broken")
}

/// Kind and line of the guess, and the text with its edit.
fn guess(text: &str) -> Option<(MistakeKind, u32, Option<String>)> {
    let broken = broken(text);
    let mistake = broken.likely_mistake()?;
    let mended = mistake.edit.map(|edit| {
        let mut bytes = broken.text.as_bytes().to_vec();
        bytes.splice(edit.start..edit.end, edit.replacement.bytes());
        String::from_utf8(bytes).expect("UTF-8")
    });
    Some((mistake.kind, mistake.position.line, mended))
}

#[test]
fn guesses_with_an_edit() {
    use MistakeKind::*;
    for (text, kind, line, mended) in [
        (
            "{\n\"a\": 1\n\n\"b\": 2}",
            MissingComma,
            2,
            "{\n\"a\": 1,\n\n\"b\": 2}",
        ),
        (
            "{\"a\": \"x\" // c\n\"b\": 2}",
            MissingComma,
            1,
            "{\"a\": \"x\", // c\n\"b\": 2}",
        ),
        ("{\"a\": [1 2]}", MissingComma, 1, "{\"a\": [1, 2]}"),
        ("[{}\n{}]", MissingComma, 1, "[{},\n{}]"),
        ("{\"a\": 1; \"b\": 2}", Semicolon, 1, "{\"a\": 1, \"b\": 2}"),
        (
            "{\"a\": 1,, \"b\": 2}",
            ExtraComma,
            1,
            "{\"a\": 1, \"b\": 2}",
        ),
        (
            "{\n\"a\": \"SRV\\X\"}",
            UnescapedBackslash,
            2,
            "{\n\"a\": \"SRV\\\\X\"}",
        ),
        (
            "{\"a\": \"C:\\users\"}",
            UnescapedBackslash,
            1,
            "{\"a\": \"C:\\\\users\"}",
        ),
        (
            "{\n\"a\": \"x,\n\"b\": 1}",
            MissingQuote,
            2,
            "{\n\"a\": \"x\",\n\"b\": 1}",
        ),
        ("{\n\"a\": \"x\n}", MissingQuote, 2, "{\n\"a\": \"x\"\n}"),
        (
            "{\"a\": \"x\u{10}y\"}",
            ControlCharacter,
            1,
            "{\"a\": \"xy\"}",
        ),
        (
            "{\"a\": \"x\ty\"}",
            ControlCharacter,
            1,
            "{\"a\": \"x\\ty\"}",
        ),
        ("{\n\u{A0}\"a\": 1}", InvisibleCharacter, 2, "{\n \"a\": 1}"),
        ("{\u{FEFF}\"a\": 1}", InvisibleCharacter, 1, "{\"a\": 1}"),
        ("{\"a\": True}", Literal, 1, "{\"a\": true}"),
        ("{\"a\": nULL}", Literal, 1, "{\"a\": null}"),
        ("{\"a\": 1,5}", Number, 1, "{\"a\": 1.5}"),
        (
            "{\"a\": \"C:\\inetpub\\new\\\\x\"}",
            UnescapedBackslash,
            1,
            "{\"a\": \"C:\\\\inetpub\\\\new\\\\x\"}",
        ),
        ("{\"a\" = 1}", MissingColon, 1, "{\"a\" : 1}"),
        ("{\"a\" 1}", MissingColon, 1, "{\"a\": 1}"),
        ("{\"a\": 1}\n}", ExtraClosing, 2, "{\"a\": 1}\n"),
    ] {
        assert_eq!(
            guess(text),
            Some((kind, line, Some(mended.to_owned()))),
            "{text:?}"
        );
    }
}

#[test]
fn guesses_for_a_person() {
    use MistakeKind::*;
    for (text, kind, line) in [
        ("", Empty, 1),
        ("// only this", Empty, 1),
        ("\0\0\0\0", Empty, 1),
        ("{\0\"\0a\0\"\0:\x001\0}\0", Utf16, 1),
        ("\n<html></html>", OtherFormat, 2),
        ("version https://git-lfs.github.com/spec/v1", OtherFormat, 1),
        ("{\n<<<<<<< HEAD\n\"a\": 1}", MergeConflict, 2),
        ("{\"a\": #{Token}#}", DeployToken, 1),
        ("{\"a\": __PORT__}", DeployToken, 1),
        ("{\"a\": $(Port)}", DeployToken, 1),
        ("{\"a\": {{port}}}", DeployToken, 1),
        ("{\"a\": \"say \"x\"\"}", UnescapedQuote, 1),
        ("{\"a\": \u{201C}x\u{201D}}", SmartQuote, 1),
        ("{'a': 1}", SingleQuote, 1),
        ("{a: 1}", Unquoted, 1),
        ("{\"a\": text}", Unquoted, 1),
        ("{\"a\": None}", Literal, 1),
        ("{\"a\", \"b\": 1}", MissingColon, 1),
        ("{\n# comment\n\"a\": 1}", Comment, 2),
        ("{\"a\": 1 /* x", UnclosedComment, 1),
        ("{\"a\": 01}", Number, 1),
        ("\"a\": 1", MissingBraces, 1),
        ("{\n  \"a\": {\n    \"b\": 1\n}", MissingClosing, 2),
        (
            "{\n  \"a\": [\n    1\n  ,\n  \"b\": 1\n}",
            MissingClosing,
            2,
        ),
        ("{\n  \"a\": 1\n  },\n  \"b\": 2\n}", ExtraClosing, 3),
        ("{\"a\": \"cut of", Truncated, 1),
        ("{\"a\": }", MissingClosing, 1),
    ] {
        assert_eq!(guess(text), Some((kind, line, None)), "{text:?}");
    }
    assert_eq!(guess(&"[".repeat(70)), Some((TooDeep, 1, None)));
}

#[test]
fn what_may_be_a_secret_is_not_quoted() {
    for (text, shown) in [
        ("{\"Db\": \"Server=SRV\\X;Database=d\"}", "'SRV\\\\X'"),
        ("{\"Db\": \"Server=s;Password=a\\Xb\"}", "string"),
        ("{\"ApiKey\": \"a\\Xb\"}", "string"),
    ] {
        let message = broken(text).likely_mistake().expect("a guess").message;
        assert!(message.ends_with(shown), "{message}");
    }
}

#[test]
fn the_hosts_readers_are_served_too() {
    let broken =
        Document::parse(b"{\"a\": 1,}".to_vec(), Dialect::HostRapidJson).expect_err("broken");
    assert_eq!(
        broken.likely_mistake().map(|mistake| mistake.kind),
        Some(MistakeKind::ExtraComma)
    );
}
