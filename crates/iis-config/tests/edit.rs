//! Edits change what they name and not a byte more.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::fs;
use std::path::Path;

use iis_config::document::{Document, Edit, EditError, Element, NewElement};
use proptest::prelude::*;

/// Applies a change to a text.
fn edited(text: &str, change: impl for<'d> Fn(&mut Edit<'d>, Element<'d>)) -> String {
    String::from_utf8(edited_bytes(text.as_bytes(), change)).unwrap()
}

fn edited_bytes(bytes: &[u8], change: impl for<'d> Fn(&mut Edit<'d>, Element<'d>)) -> Vec<u8> {
    let document = Document::parse(bytes).unwrap();
    let mut edit = document.edit();
    change(&mut edit, document.root());
    edit.apply(bytes).unwrap()
}

#[test]
fn attributes_are_set_in_place_added_and_removed() {
    let text = "<a  b = 'x' c=\"y\" />";
    let set = |name: &'static str, value: &'static str| {
        edited(text, move |edit, root| {
            edit.set_attribute(root, name, value);
        })
    };
    assert_eq!(
        set("b", "it's \"&<"),
        "<a  b = 'it&apos;s \"&amp;&lt;' c=\"y\" />"
    );
    assert_eq!(set("d", "\"\n"), "<a  b = 'x' c=\"y\" d=\"&quot;&#xA;\" />");
    let lines = "<a b=\"1\"\r\n   c=\"2\"></a>";
    let added = edited(lines, |edit, root| {
        edit.set_attribute(root, "d", "3");
    });
    assert_eq!(added, "<a b=\"1\"\r\n   c=\"2\"\r\n   d=\"3\"></a>");
    let removed = edited(lines, |edit, root| {
        edit.remove_attribute(root.attribute("c").unwrap());
    });
    assert_eq!(removed, "<a b=\"1\"></a>");
    let first = edited("<a/>", |edit, root| {
        edit.set_attribute(root, "b", "1");
    });
    assert_eq!(first, "<a b=\"1\"/>");
}

#[test]
fn elements_are_added_in_the_style_of_their_neighbours() {
    let new = || NewElement::new("n").attribute("v", "1");
    let nested = || NewElement::new("o").child(new()).child(new());
    let append = |text: &str, new: NewElement| {
        edited(text, move |edit, root| {
            let parent = root.child("p").unwrap_or(root);
            edit.append(parent, &new);
        })
    };
    // Behind a sibling, with its indentation and line ends.
    assert_eq!(
        append("<r>\r\n\t<p>\r\n\t\t<c/>\r\n\t</p>\r\n</r>", new()),
        "<r>\r\n\t<p>\r\n\t\t<c/>\r\n\t\t<n v=\"1\" />\r\n\t</p>\r\n</r>"
    );
    // Into an empty element of either form.
    assert_eq!(
        append("<r>\n  <p />\n</r>", new()),
        "<r>\n  <p>\n    <n v=\"1\" />\n  </p>\n</r>"
    );
    assert_eq!(
        append("<r>\n  <p a=\"b\"></p>\n</r>", new()),
        "<r>\n  <p a=\"b\">\n    <n v=\"1\" />\n  </p>\n</r>"
    );
    assert_eq!(
        append("<r>\n  <p>\n  </p>\n</r>", new()),
        "<r>\n  <p>\n    <n v=\"1\" />\n  </p>\n</r>"
    );
    // Behind a comment.
    assert_eq!(
        append("<r>\n  <p>\n    <!-- c -->\n  </p>\n</r>", new()),
        "<r>\n  <p>\n    <!-- c -->\n    <n v=\"1\" />\n  </p>\n</r>"
    );
    // A comment behind an element stays with it.
    assert_eq!(
        append("<r>\n  <p>\n    <c/> <!-- c -->\n  </p>\n</r>", new()),
        "<r>\n  <p>\n    <c/> <!-- c -->\n    <n v=\"1\" />\n  </p>\n</r>"
    );
    // Everything on one line stays so.
    assert_eq!(
        append("<r><p><c/></p></r>", new()),
        "<r><p><c/><n v=\"1\" /></p></r>"
    );
    // With elements inside.
    assert_eq!(
        append("<r>\n  <p>\n    <c/>\n  </p>\n</r>", nested()),
        "<r>\n  <p>\n    <c/>\n    <o>\n      <n v=\"1\" />\n      <n v=\"1\" />\n    </o>\n  </p>\n</r>"
    );
    let before = edited("<r>\n  <c/>\n</r>", |edit, root| {
        edit.insert_before(root.child("c").unwrap(), &new());
    });
    assert_eq!(before, "<r>\n  <n v=\"1\" />\n  <c/>\n</r>");
}

#[test]
fn elements_are_removed_with_their_line_and_wrapped_with_indentation() {
    let remove = |text: &str| {
        edited(text, |edit, root| {
            edit.remove(root.child("c").unwrap());
        })
    };
    assert_eq!(
        remove("<r>\r\n  <b/>\r\n  <c>\r\n    x\r\n  </c>  \r\n  <d/>\r\n</r>"),
        "<r>\r\n  <b/>\r\n  <d/>\r\n</r>"
    );
    assert_eq!(remove("<r><b/><c/><d/></r>"), "<r><b/><d/></r>");
    assert_eq!(
        remove("<r>\n  <c/> <!-- why -->\n</r>"),
        "<r>\n   <!-- why -->\n</r>"
    );
    let text = "<r>\n  <c a=\"1\"\n     b=\"2\">\n    <!-- two\n    lines -->\n    <d/>\n\n  </c>\n  <e/>\n</r>\n";
    let wrapped = edited(text, |edit, root| {
        let location = NewElement::new("location").attribute("path", ".");
        edit.wrap(
            root.child("c").unwrap(),
            root.child("e").unwrap(),
            &location,
        );
    });
    assert_eq!(
        wrapped,
        "<r>\n  <location path=\".\">\n    <c a=\"1\"\n     b=\"2\">\n      <!-- two\n    lines -->\n      <d/>\n\n    </c>\n    <e/>\n  </location>\n</r>\n"
    );
    let line = edited("<r><c/></r>", |edit, root| {
        edit.wrap(
            root.child("c").unwrap(),
            root.child("c").unwrap(),
            &NewElement::new("w"),
        );
    });
    assert_eq!(line, "<r><w><c/></w></r>");
}

#[test]
fn every_encoding_is_written_back_as_it_was() {
    let text = "<?xml version=\"1.0\"?>\r\n<a b=\"ä\u{1F600}\">\r\n  <c/>\r\n</a>\r\n";
    let utf16 = |order: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let units = mark
            .then_some(0xFEFF)
            .into_iter()
            .chain(text.encode_utf16());
        units.flat_map(order).collect()
    };
    let with_mark = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    let encoded: [Vec<u8>; 6] = [
        text.as_bytes().to_vec(),
        with_mark,
        utf16(u16::to_le_bytes, true),
        utf16(u16::to_be_bytes, true),
        utf16(u16::to_le_bytes, false),
        utf16(u16::to_be_bytes, false),
    ];
    for bytes in encoded {
        let new = edited_bytes(&bytes, |edit, root| {
            edit.set_attribute(root.child("c").unwrap(), "v", "ö");
        });
        let document = Document::parse(new.as_slice()).unwrap();
        assert_eq!(document.text(), text.replace("<c/>", "<c v=\"ö\"/>"));
        assert_eq!(
            document.encoding(),
            Document::parse(bytes.as_slice()).unwrap().encoding()
        );
        let back = edited_bytes(&new, |edit, root| {
            edit.remove_attribute(root.child("c").unwrap().attribute("v").unwrap());
        });
        assert_eq!(back, bytes);
    }
    // A code page: what it lacks becomes a reference, the rest stays as it is.
    let bytes = b"<?xml version='1.0' encoding='windows-1252'?><a b='\xE4\x80'/>";
    let new = edited_bytes(bytes, |edit, root| {
        edit.set_attribute(root, "c", "é\u{3b1}");
    });
    assert_eq!(
        new,
        b"<?xml version='1.0' encoding='windows-1252'?><a b='\xE4\x80' c=\"\xE9&#945;\"/>"
    );
    assert_eq!(
        Document::parse(new).unwrap().root().value("c").unwrap(),
        "é\u{3b1}"
    );
}

#[test]
fn what_cannot_be_applied_is_refused() {
    let document = Document::parse("<a b=\"1\"><c/></a>").unwrap();
    let mut edit = document.edit();
    edit.set_attribute(document.root(), "b", "2");
    assert_eq!(
        edit.apply(b"<a b=\"9\"><c/></a>"),
        Err(EditError::OtherBytes)
    );
    let mut edit = document.edit();
    edit.set_attribute(document.root(), "b", "2")
        .remove(document.root());
    assert_eq!(edit.apply(b"<a b=\"1\"><c/></a>"), Err(EditError::Overlap));
    let mut edit = document.edit();
    edit.set_attribute(document.root(), "not a name", "2");
    assert!(matches!(
        edit.apply(b"<a b=\"1\"><c/></a>"),
        Err(EditError::Breaks(_))
    ));
}

/// Adds and takes away again, at every element of a file.
fn there_and_back(bytes: &[u8]) {
    let Ok(document) = Document::parse(bytes) else {
        return;
    };
    for (index, element) in document.elements().enumerate() {
        let name = "x-new-attribute";
        let mut edit = document.edit();
        edit.set_attribute(element, name, "a<\"&'\u{e4}b");
        let new = edit.apply(bytes).unwrap();
        assert_eq!(
            new.len() - bytes.len(),
            count_inserted(bytes, &new),
            "only an insertion"
        );
        let changed = Document::parse(new.as_slice()).unwrap();
        let again = changed.elements().nth(index).unwrap();
        assert_eq!(again.value(name).unwrap(), "a<\"&'\u{e4}b");
        let mut edit = changed.edit();
        edit.remove_attribute(again.attribute(name).unwrap());
        assert_eq!(edit.apply(&new).unwrap(), bytes);
        for attribute in element.attributes() {
            let mut edit = document.edit();
            edit.set_attribute(element, attribute.name(), "other");
            let new = edit.apply(bytes).unwrap();
            let changed = Document::parse(new.as_slice()).unwrap();
            assert_eq!(
                changed
                    .elements()
                    .nth(index)
                    .unwrap()
                    .value(attribute.name())
                    .unwrap(),
                "other"
            );
        }
        if element.parent().is_none() {
            continue;
        }
        let mut edit = document.edit();
        edit.insert_after(element, &NewElement::new("x-new"));
        let new = edit.apply(bytes).unwrap();
        assert_eq!(
            new.len() - bytes.len(),
            count_inserted(bytes, &new),
            "only an insertion"
        );
        // Where more stands on the line, the new element parts it, and taking that out again leaves the line end.
        let rest = &document.text()[element.span().end as usize..];
        if !rest.lines().next().unwrap_or_default().trim().is_empty() || !rest.contains('\n') {
            continue;
        }
        let changed = Document::parse(new.as_slice()).unwrap();
        let mut edit = changed.edit();
        edit.remove(changed.elements().find(|e| e.name() == "x-new").unwrap());
        assert_eq!(edit.apply(&new).unwrap(), bytes);
    }
}

/// Bytes of `new` between what it shares with `old` at its start and at its end.
fn count_inserted(old: &[u8], new: &[u8]) -> usize {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old[start..]
        .iter()
        .rev()
        .zip(new[start..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    assert_eq!(start + end, old.len());
    new.len() - start - end
}

#[test]
#[ignore = "needs the corpus"]
fn every_real_file_is_the_same_after_adding_and_removing() {
    let shared = std::env::var("ANCM_SHARED").unwrap_or_else(|_| "../../../shared".to_owned());
    let files = fs::read_dir(Path::new(&shared).join("corpus/web-config")).unwrap();
    let mut count = 0;
    for file in files {
        there_and_back(&fs::read(file.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count > 200);
}

/// Small files of all shapes: empty and nested elements, blanks, comments, both line ends.
fn xml() -> impl Strategy<Value = String> {
    let blank = prop_oneof![
        Just(""),
        Just(" "),
        Just("\n"),
        Just("\r\n  "),
        Just("\n\t\t"),
        Just("<!-- c\n -->")
    ];
    let leaf = (
        blank.clone(),
        prop_oneof![
            Just("<e/>"),
            Just("<e />"),
            Just("<e a='1'></e>"),
            Just("<e\n b=\"ä\"\n/>")
        ],
    )
        .prop_map(|(blank, leaf)| format!("{blank}{leaf}"));
    let tree = leaf.prop_recursive(4, 24, 4, move |inner| {
        (
            prop::collection::vec(inner, 0..4),
            blank.clone(),
            blank.clone(),
        )
            .prop_map(|(inner, before, after)| format!("{before}<p>{}{after}</p>", inner.concat()))
    });
    tree.prop_map(|tree| format!("<r>{tree}</r>"))
}

proptest! {
    #[test]
    fn any_file_is_the_same_after_adding_and_removing(text in xml()) {
        there_and_back(text.as_bytes());
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Document::parse(bytes);
    }

    #[test]
    fn no_text_of_markup_panics(text in "[<>/a-c=\"'&;!\\[\\]?x# \n-]{0,60}") {
        let _ = Document::parse(text);
    }
}
