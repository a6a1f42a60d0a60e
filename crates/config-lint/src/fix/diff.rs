//! A unified diff of two versions of a file. Repairs touch few lines, so one hunk from the first to the last of them says all.

use std::fmt::Write as _;

use serde_json::Value;

/// Lines around the change that are shown.
const CONTEXT: usize = 3;

/// The diff as `patch` takes it; empty where the texts are the same.
pub(crate) fn unified(path: &str, before: &str, after: &str) -> String {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    if same == old.len() && same == new.len() {
        return String::new();
    }
    let rest = old.len().min(new.len()) - same;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    let start = same.saturating_sub(CONTEXT);
    let old_end = old.len() - tail;
    let new_end = new.len() - tail;
    let behind = tail.min(CONTEXT);
    let name = path.replace('\\', "/");
    let name = name.trim_start_matches('/');
    let range = |end: usize| {
        let length = end + behind - start;
        // an empty range names the line before it
        format!("{},{length}", if length == 0 { start } else { start + 1 })
    };
    let mut diff = format!(
        "--- a/{name}\n+++ b/{name}\n@@ -{} +{} @@\n",
        range(old_end),
        range(new_end)
    );
    let parts = [
        (' ', &old[start..same]),
        ('-', &old[same..old_end]),
        ('+', &new[same..new_end]),
        (' ', &old[old_end..old_end + behind]),
    ];
    for (mark, lines) in parts {
        for line in lines {
            let _ = write!(diff, "{mark}{line}");
            if !line.ends_with('\n') {
                diff.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    diff
}

/// The lines in which two versions of a file differ, from the first to the last of them; null where they are the same or
/// no text in UTF-8.
pub(crate) fn changed(before: &[u8], after: &[u8]) -> (Value, Value) {
    let (Ok(old), Ok(new)) = (std::str::from_utf8(before), std::str::from_utf8(after)) else {
        return (Value::Null, Value::Null);
    };
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - same;
    let pairs = old.iter().rev().zip(new.iter().rev()).take(rest);
    let tail = pairs.take_while(|(a, b)| a == b).count();
    let shown = |lines: &[&str]| match lines[same..lines.len() - tail].join("\n").trim() {
        "" => Value::Null,
        text => text.into(),
    };
    (shown(&old), shown(&new))
}

#[cfg(test)]
mod tests {
    use super::{changed, unified};

    #[test]
    fn lines_that_differ() {
        let (before, after) = changed(b"a\n  b\nc\n", b"a\n  d\n  e\nc\n");
        assert_eq!((before, after), ("b".into(), "d\n  e".into()));
        assert_eq!(changed(b"a", b"a"), (().into(), ().into()));
        assert_eq!(changed(b"\xff", b"a"), (().into(), ().into()));
    }

    #[test]
    fn one_hunk_with_its_surroundings() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
        assert_eq!(
            unified("/a/web.config", before, after),
            "--- a/a/web.config\n+++ b/a/web.config\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        );
        assert_eq!(unified("x", before, before), "");
        assert_eq!(
            unified("x", "a", "a\nb"),
            "--- a/x\n+++ b/x\n@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n"
        );
        assert_eq!(
            unified("x", "", "a\n"),
            "--- a/x\n+++ b/x\n@@ -0,0 +1,1 @@\n+a\n"
        );
    }
}
