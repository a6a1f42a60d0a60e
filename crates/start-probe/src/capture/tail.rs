//! The end of a program's output, in bounded memory however much it prints.

/// Characters of the tail; the module keeps as many of the beginning (`ReadStdErrHandleInternal`).
const CHARACTERS: usize = 30_000;
/// No encoding that a console uses takes more bytes a character.
const BYTES: usize = CHARACTERS * 4;

/// Keeps the last bytes of what is pushed.
#[derive(Debug, Default)]
pub(super) struct Tail {
    kept: Vec<u8>,
    /// Bytes ever pushed.
    total: u64,
}

impl Tail {
    /// Takes the next piece of output.
    pub(super) fn push(&mut self, piece: &[u8]) {
        self.total += piece.len() as u64;
        let piece = piece
            .get(piece.len().saturating_sub(BYTES)..)
            .unwrap_or(piece);
        self.kept.extend_from_slice(piece);
        // Dropping the front moves what stays: only after as much again has come.
        if self.kept.len() > 2 * BYTES {
            self.kept.drain(..self.kept.len() - BYTES);
        }
    }

    /// Bytes that the program has written in all.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The last [`CHARACTERS`] characters; `decode` turns bytes that are no UTF-8 into text.
    pub(super) fn text(&self, decode: impl Fn(&[u8]) -> String) -> String {
        let mut bytes = self.kept.as_slice();
        if self.total > bytes.len() as u64 {
            // The cut may stand within a character: at most three continuation bytes of UTF-8.
            let whole = bytes
                .iter()
                .take(3)
                .take_while(|byte| (0x80..0xc0).contains(*byte))
                .count();
            bytes = bytes.get(whole..).unwrap_or_default();
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => decode(bytes),
        };
        match text.char_indices().rev().nth(CHARACTERS - 1) {
            Some((start, _)) => text.get(start..).unwrap_or_default().to_owned(),
            None => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lossy(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn a_short_output_is_kept_whole() {
        let mut tail = Tail::default();
        tail.push(b"one\n");
        tail.push("zw\u{f6}lf".as_bytes());
        assert_eq!(tail.text(lossy), "one\nzw\u{f6}lf");
    }

    #[test]
    fn a_long_output_keeps_its_end_and_costs_bounded_memory() {
        let mut tail = Tail::default();
        for number in 0..200_000 {
            tail.push(format!("{number:08}\n").as_bytes());
        }
        assert!(tail.kept.capacity() < 8 * BYTES);
        let text = tail.text(lossy);
        assert_eq!(text.chars().count(), CHARACTERS);
        assert!(text.ends_with("00199999\n"));
        assert_eq!(tail.total(), 1_800_000);
    }

    #[test]
    fn a_cut_within_a_character_costs_that_character_only() {
        for lead in 0..4 {
            let mut tail = Tail::default();
            tail.push(&b"abcd"[..lead]);
            tail.push("\u{1f600}".repeat(100_000).as_bytes());
            let text = tail.text(|_| panic!("still UTF-8"));
            assert_eq!(text.chars().count(), CHARACTERS);
            assert!(text.chars().all(|c| c == '\u{1f600}'));
        }
    }

    #[test]
    fn one_piece_larger_than_the_tail_is_cut() {
        let mut tail = Tail::default();
        tail.push(&vec![b'x'; 10 * BYTES]);
        assert!(tail.kept.len() <= BYTES);
    }

    #[test]
    fn what_is_no_utf8_goes_through_the_code_page() {
        let mut tail = Tail::default();
        tail.push(b"f\x81r");
        assert_eq!(tail.text(|_| "f\u{fc}r".into()), "f\u{fc}r");
    }
}
