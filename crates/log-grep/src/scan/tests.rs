use std::fs;

use super::*;

const FAILURE: &str = "Failed to bind to address http://127.0.0.1:5000: address already in use.";

fn scanner(catalogue: &Catalogue) -> Scanner<'_> {
    Scanner::new(catalogue).unwrap()
}

/// Hits of one signature: line and count.
fn places(hits: &[Hit], catalogue: &Catalogue, code: &str) -> Vec<(u64, u64)> {
    let index = catalogue.find(code).unwrap();
    hits.iter()
        .filter(|hit| hit.signature == index)
        .map(|hit| (hit.line, hit.count))
        .collect()
}

#[test]
fn windows_of_a_large_file_give_what_one_window_gives() {
    let catalogue = Catalogue::embedded();
    let scanner = scanner(&catalogue);
    let mut text = String::new();
    while text.len() < 5 << 20 {
        for _ in 0..997 {
            text.push_str("info: Request finished in 12 ms - 200 application/json\n");
        }
        text.push_str(FAILURE);
        text.push('\n');
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    fs::write(&path, &text).unwrap();
    let open = fs::File::open(&path).unwrap();
    let read = file(&scanner, open, &path, 0, text.len() as u64);
    assert!(read.error.is_none());
    assert_eq!(read.length, text.len() as u64);
    let whole = scanner.text(text.as_bytes());
    let wanted = places(&whole, &catalogue, "port-in-use");
    assert_eq!(wanted.len(), 1);
    assert_eq!(wanted[0].0, 997);
    assert_eq!(
        places(&read.hits.finish(), &catalogue, "port-in-use"),
        wanted
    );
}

#[test]
fn a_stream_in_small_pieces_gives_the_same() {
    let catalogue = Catalogue::embedded();
    let scanner = scanner(&catalogue);
    let text = format!("one\ntwo\n{FAILURE}\nfour\n").repeat(3);
    let mut stream = Stream::new(&scanner);
    for piece in text.as_bytes().chunks(7) {
        stream.push(piece);
    }
    let read = stream.finish().hits.finish();
    assert_eq!(places(&read, &catalogue, "port-in-use"), [(2, 3)]);
}

#[test]
fn a_file_that_shrank_is_read_as_far_as_it_goes() {
    let catalogue = Catalogue::embedded();
    let scanner = scanner(&catalogue);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    fs::write(&path, format!("{FAILURE}\n")).unwrap();
    // the length that it had before
    let open = fs::File::open(&path).unwrap();
    let read = file(&scanner, open, &path, 0, 64 << 20);
    assert!(read.error.is_none());
    assert_eq!(read.hits.finish()[0].line, 0);
}

#[test]
fn entries_are_judged_by_what_stands_around() {
    let catalogue = Catalogue::embedded();
    let scanner = scanner(&catalogue);
    let context = |text: &str| scanner.text(text.as_bytes())[0].context;
    let inner = "System.InvalidOperationException: Unable to resolve service for type 'A' while attempting to activate 'B'.";
    assert_eq!(context(inner), Context::Bare);
    assert_eq!(
        context(&format!("Unhandled exception. {inner}")),
        Context::Fatal
    );
    assert_eq!(
        context(&format!("2025-01-01 00:00:00 [ERR] it broke\n{inner}\n")),
        Context::Logged
    );
    assert_eq!(
        context(&format!("{inner}\n   at X.Invoke(HttpContext context)\n")),
        Context::Request
    );
    assert_eq!(
        context(&format!(
            "{inner}\n   at Microsoft.Extensions.Hosting.Internal.Host.StopAsync(Token t)\n"
        )),
        Context::Shutdown
    );
}

#[test]
fn codes_count_only_behind_words_that_announce_them() {
    let catalogue = Catalogue::embedded();
    let scanner = scanner(&catalogue);
    let codes = |text: &str| scanner.text(text.as_bytes()).len();
    assert!(codes("dotnet.exe exited with code -2147450730") > 0);
    assert_eq!(codes("order -2147450730 was shipped"), 0);
}

/// The log is deleted, and becomes shorter, between its opening and its reading.
#[test]
fn a_log_that_goes_away_is_read_as_far_as_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    let mut bytes = vec![b'x'; 5 << 20];
    bytes.extend_from_slice(b"\nUnhandled exception. System.FormatException: odd\n");
    fs::write(&path, &bytes).unwrap();
    let catalogue = Catalogue::embedded();
    let scanner = scanner(&catalogue);
    let open = fs::File::open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let longer = bytes.len() as u64 + (7 << 20);
    for length in [bytes.len() as u64, longer] {
        let scanned = file(&scanner, open.try_clone().unwrap(), &path, 0, length);
        assert!(scanned.error.is_none());
        assert_eq!(scanned.length, bytes.len() as u64);
        let found = scanned.hits.finish();
        assert_eq!(found[0].captures["exception"], "System.FormatException");
    }
}
