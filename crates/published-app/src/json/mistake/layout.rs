//! Brackets that the indentation shows to be wrong: people indent by what they mean.

use crate::json::text::Text;
use crate::json::token::{Token, TokenKind};

/// The opening bracket that a closing one of less indentation was given to: its own is missing.
pub(super) fn not_closed(text: &Text, tokens: &[Token]) -> Option<usize> {
    let mut open: Vec<Token> = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::StartObject | TokenKind::StartArray => open.push(*token),
            TokenKind::EndObject | TokenKind::EndArray => {
                let opener = open.pop()?;
                if let Some(indent) = own_line(text, token.start)
                    && indent < indentation(text, opener.start)
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
pub(super) fn closed_too_early(text: &Text, tokens: &[Token]) -> Option<usize> {
    let mut open: Vec<Token> = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::StartObject | TokenKind::StartArray => open.push(*token),
            TokenKind::EndObject | TokenKind::EndArray => {
                let opener = open.pop()?;
                if let Some(indent) = own_line(text, token.start)
                    && indent > indentation(text, opener.start)
                {
                    return Some(token.start);
                }
            }
            _ => {}
        }
    }
    None
}

/// Nobody indents further; and a line of blanks alone must not be walked for each bracket.
const MAX_INDENT: usize = 1000;

/// White space at the beginning of the line of an offset; a tab counts as four.
fn indentation(text: &Text, at: usize) -> usize {
    let blanks = text.as_bytes()[text.line_start(at)..]
        .iter()
        .take(MAX_INDENT)
        .take_while(|byte| matches!(byte, b' ' | b'\t'));
    blanks.map(|&byte| if byte == b'\t' { 4 } else { 1 }).sum()
}

/// The indentation of a bracket that is the first thing on its line.
fn own_line(text: &Text, at: usize) -> Option<usize> {
    let start = text.line_start(at);
    let alone = at - start <= MAX_INDENT
        && text.as_bytes()[start..at]
            .iter()
            .all(u8::is_ascii_whitespace);
    alone.then(|| indentation(text, at))
}
