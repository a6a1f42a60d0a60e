//! Brackets that the indentation shows to be wrong: people indent by what they mean.

use crate::json::token::{Token, TokenKind};

/// The opening bracket that a closing one of less indentation was given to: its own is missing.
pub(super) fn not_closed(data: &[u8], tokens: &[Token]) -> Option<usize> {
    let mut open: Vec<Token> = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::StartObject | TokenKind::StartArray => open.push(*token),
            TokenKind::EndObject | TokenKind::EndArray => {
                let opener = open.pop()?;
                if let Some(indent) = own_line(data, token.start)
                    && indent < indentation(data, opener.start)
                {
                    return Some(opener.start);
                }
            }
            _ => {}
        }
    }
    None
}

/// The innermost bracket that is open at the end.
pub(super) fn still_open(tokens: &[Token]) -> Option<Token> {
    let mut open: Vec<Token> = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::StartObject | TokenKind::StartArray => open.push(*token),
            TokenKind::EndObject | TokenKind::EndArray => drop(open.pop()),
            _ => {}
        }
    }
    open.pop()
}

/// The first closing bracket with more indentation than the line of the opening one it was given to.
pub(super) fn closed_too_early(data: &[u8], tokens: &[Token]) -> Option<usize> {
    let mut open: Vec<Token> = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::StartObject | TokenKind::StartArray => open.push(*token),
            TokenKind::EndObject | TokenKind::EndArray => {
                let opener = open.pop()?;
                if let Some(indent) = own_line(data, token.start)
                    && indent > indentation(data, opener.start)
                {
                    return Some(token.start);
                }
            }
            _ => {}
        }
    }
    None
}

fn line_start(data: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &data[..at]).map_or(0, |end| end + 1)
}

/// White space at the beginning of the line of an offset; a tab counts as four.
fn indentation(data: &[u8], at: usize) -> usize {
    let blanks = data[line_start(data, at)..]
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'));
    blanks.map(|&byte| if byte == b'\t' { 4 } else { 1 }).sum()
}

/// The indentation of a bracket that is the first thing on its line.
fn own_line(data: &[u8], at: usize) -> Option<usize> {
    data[line_start(data, at)..at]
        .iter()
        .all(u8::is_ascii_whitespace)
        .then(|| indentation(data, at))
}
