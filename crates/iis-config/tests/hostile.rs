//! Files that somebody made to break a reader: one error each, in bounded time and memory.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use iis_config::document::{Document, MAX_BYTES, MAX_DEPTH, Malformed, ReadError, read};

/// Generous for a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn refused(bytes: impl Into<Vec<u8>>) -> (Malformed, u32) {
    let start = Instant::now();
    let error = Document::parse(bytes).unwrap_err();
    assert!(start.elapsed() < PATIENCE, "{error}");
    (error.kind, error.position.line)
}

#[test]
fn size_depth_and_number_are_bounded() {
    let (kind, _) = refused(vec![b' '; MAX_BYTES + 1]);
    assert_eq!(kind, Malformed::TooLarge { limit: MAX_BYTES });
    let (kind, _) = refused("<a>".repeat(10_000));
    assert_eq!(kind, Malformed::TooDeep { limit: MAX_DEPTH });
    let (kind, _) = refused(format!("<r>{}</r>", "<a/>".repeat(1_000_000)));
    assert!(matches!(
        kind,
        Malformed::TooMany {
            what: "elements",
            ..
        }
    ));
    let many: String = (0..900_000).map(|i| format!(" a{i}=''")).collect();
    let (kind, _) = refused(format!("<r{many}/>"));
    assert!(matches!(
        kind,
        Malformed::TooMany {
            what: "attributes",
            ..
        }
    ));
    // Many attributes cost no square of their number.
    let many: String = (0..100_000).map(|i| format!(" a{i}=''")).collect();
    let (kind, _) = refused(format!("<r{many} a5=''/>"));
    assert!(matches!(kind, Malformed::DuplicateAttribute { .. }));
}

#[test]
fn entities_are_never_expanded() {
    let (kind, line) =
        refused("<?xml version=\"1.0\"?>\n<!DOCTYPE r [<!ENTITY a \"b\">]>\n<r>&a;</r>");
    assert_eq!((kind, line), (Malformed::Doctype, 2));
    let (kind, _) = refused("<r>&a;</r>");
    assert_eq!(
        kind,
        Malformed::Entity {
            name: "a".to_owned()
        }
    );
    let (kind, _) = refused("<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>");
    assert_eq!(kind, Malformed::Doctype);
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_line() {
    assert_eq!(
        refused(b"<a>\n\0</a>".as_slice()),
        (Malformed::Character { character: '\0' }, 2)
    );
    assert_eq!(
        refused(b"<a>\n\n\xFF</a>".as_slice()),
        (Malformed::InvalidBytes { encoding: "UTF-8" }, 3)
    );
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    assert_eq!(refused(utf16("<a/>")).0, Malformed::Utf16WithoutMark);
    assert!(Document::parse(utf16("<?xml version='1.0'?><a/>")).is_ok());
    let lone = [utf16("\u{FEFF}<a>\n"), vec![0x00, 0xD8], utf16("</a>")].concat();
    assert_eq!(
        refused(lone),
        (Malformed::InvalidBytes { encoding: "UTF-16" }, 2)
    );
    assert_eq!(
        refused([utf16("\u{FEFF}<a/>"), vec![b' ']].concat()).0,
        Malformed::InvalidBytes { encoding: "UTF-16" }
    );
    assert_eq!(
        refused("<?xml version='1.0' encoding='utf-16'?><a/>").0,
        Malformed::EncodingContradiction {
            declared: "utf-16".to_owned()
        }
    );
    assert_eq!(
        refused("<?xml version='1.0' encoding='klingon'?><a/>").0,
        Malformed::UnknownEncoding {
            name: "klingon".to_owned()
        }
    );
    assert_eq!(refused("").0, Malformed::Empty);
    assert_eq!(refused("\u{FEFF}").0, Malformed::Empty);
}

/// What is wrong, told so that a person finds it.
#[test]
fn mistakes_are_named_in_words() {
    for (text, words) in [
        (
            "<a>\n<b></a>",
            "</a> closes <b>, which was opened in line 2 (line 2, column 4)",
        ),
        (
            "<a>\n<b>",
            "<b>, opened in line 2, is never closed (line 2, column 4)",
        ),
        (
            "<a b='1'\n b='2'/>",
            "the attribute b is there twice; the first stands in line 1 (line 2, column 2)",
        ),
        (
            "<a b='x&y'/>",
            "a plain & stands in the text; write &amp; (line 1, column 8)",
        ),
        (
            "<a b='&nbsp;'/>",
            "the entity &nbsp; is not known; write &amp;nbsp; if the & is meant (line 1, column 7)",
        ),
        (
            "<a b='1/>\n<c/>",
            "\"<\" stands in the value of the attribute b; write &lt;, or a closing quote is missing (line 2, column 1)",
        ),
        (
            "<a b=1/>",
            "the value of the attribute b has no quotes around it (line 1, column 6)",
        ),
        (
            "<a b/>",
            "the attribute b has no value; write b=\"...\" (line 1, column 5)",
        ),
        (
            "<a b='1'c='2'/>",
            "a blank is missing before the attribute c (line 1, column 9)",
        ),
        (
            "<a/>\n<b/>",
            "text or a second element stands after </a>, the end of the document (line 2, column 1)",
        ),
        (
            "<a/>x",
            "text or a second element stands after </a>, the end of the document (line 1, column 5)",
        ),
        (
            "x<a/>",
            "text stands before the first element (line 1, column 1)",
        ),
        (
            "<a><!-- b -- c --></a>",
            "\"--\" stands inside a comment (line 1, column 11)",
        ),
        (
            "<a><!-- b",
            "the comment is not closed with --> (line 1, column 10)",
        ),
        (
            "<a>]]></a>",
            "\"]]>\" stands in the text; write ]]&gt; (line 1, column 4)",
        ),
        (
            " <?xml version='1.0'?><a/>",
            "something stands before the XML declaration; it must be the very first thing in the file (line 1, column 2)",
        ),
        (
            "<a>&#0;</a>",
            "the character reference &#0; names no character that XML allows (line 1, column 4)",
        ),
        (
            "<a><1/></a>",
            "a name is expected after \"<\"; a plain < is written &lt; (line 1, column 5)",
        ),
        (
            "<a\u{e4}><b </a\u{e4}>",
            "the tag <b is not ended with \">\" (line 1, column 8)",
        ),
    ] {
        assert_eq!(
            Document::parse(text).unwrap_err().to_string(),
            words,
            "{text}"
        );
    }
}

#[test]
fn what_is_no_file_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(read(folder.path()), Err(ReadError::Io(_))));
    let missing = read(&folder.path().join("web.config")).unwrap_err();
    assert!(missing.is_not_found());
    let large = folder.path().join("large.config");
    // Sparse: 100 MB that take no room.
    fs::File::create(&large)
        .unwrap()
        .set_len(100 << 20)
        .unwrap();
    let start = Instant::now();
    assert!(
        matches!(read(&large), Err(ReadError::Malformed(e)) if matches!(e.kind, Malformed::TooLarge { .. }))
    );
    assert!(start.elapsed() < PATIENCE);
}

#[test]
#[ignore = "needs the corpus"]
fn every_real_file_is_read_or_refused() {
    let shared = std::env::var("ANCM_SHARED").unwrap_or_else(|_| "../../../shared".to_owned());
    let mut malformed = Vec::new();
    for folder in ["web-config", "applicationhost"] {
        for file in fs::read_dir(Path::new(&shared).join("corpus").join(folder)).unwrap() {
            let path = file.unwrap().path();
            if let Err(error) = read(&path) {
                malformed.push(format!(
                    "{}: {error}",
                    path.file_name().unwrap().to_string_lossy()
                ));
            }
        }
    }
    malformed.sort();
    // Both are as libxml2 has them.
    assert_eq!(
        malformed,
        [
            "151-lykke-service-settings-web.config: text stands before the first element (line 1, column 1)",
            "229-core-web.config: text or a second element stands after </handlers>, the end of the document (line 4, column 7)",
        ]
    );
}
