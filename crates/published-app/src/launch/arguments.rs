//! A Windows command line taken apart as `CommandLineToArgvW` does.

/// The arguments of a command line that does not begin with a program's name (the rules for the first argument
/// differ: there a backslash is never an escape).
///
/// ANCM calls `CommandLineToArgvW` on `arguments` alone, so its first word **is** read by the program's rules: use
/// [`split_with_program`] for that.
pub fn split(text: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    rest(text.trim_start_matches(BLANK), &mut arguments);
    arguments
}

/// `CommandLineToArgvW` itself: the first word ends at a blank, or at the next quote if it begins with one, and knows
/// no escapes. Nothing for a blank text (Windows answers with the path of the current program then).
pub fn split_with_program(text: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    if text.is_empty() {
        return arguments;
    }
    let (program, after) = match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        // a text that begins with a blank has an empty first word
        None => text
            .find(|c: char| c <= ' ')
            .map_or((text, ""), |end| text.split_at(end)),
    };
    arguments.push(program.to_owned());
    rest(after.trim_start_matches(BLANK), &mut arguments);
    arguments
}

const BLANK: [char; 2] = [' ', '\t'];

/// Backslashes are escapes only before a quote: 2n of them are n and the quote counts, 2n+1 are n and a literal
/// quote. Inside quotes two quotes are one literal quote that also ends the quoting (as since Visual C++ 2008).
fn rest(text: &str, arguments: &mut Vec<String>) {
    let mut characters = text.chars().peekable();
    while characters.peek().is_some() {
        let mut argument = String::new();
        let mut quoted = false;
        while let Some(&next) = characters.peek() {
            match next {
                '\\' => {
                    let mut count = 0;
                    while characters.next_if_eq(&'\\').is_some() {
                        count += 1;
                    }
                    if characters.peek() == Some(&'"') {
                        argument.extend(std::iter::repeat_n('\\', count / 2));
                        if count % 2 == 1 {
                            argument.push('"');
                            characters.next();
                        }
                    } else {
                        argument.extend(std::iter::repeat_n('\\', count));
                    }
                }
                '"' => {
                    characters.next();
                    if quoted && characters.next_if_eq(&'"').is_some() {
                        argument.push('"');
                    } else {
                        quoted = !quoted;
                    }
                }
                ' ' | '\t' if !quoted => break,
                other => {
                    argument.push(other);
                    characters.next();
                }
            }
        }
        arguments.push(argument);
        while characters
            .next_if(|character| BLANK.contains(character))
            .is_some()
        {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_split_as_windows_does() {
        for (text, expected) in [
            ("", vec![]),
            (r".\App.dll", vec![r".\App.dll"]),
            (r"  .\App.dll   --x  1 ", vec![r".\App.dll", "--x", "1"]),
            (r#""My App.dll" a"#, vec!["My App.dll", "a"]),
            (r#"a\\b d"e f"g h"#, vec![r"a\\b", "de fg", "h"]),
            (r#"a\\\"b c d"#, vec![r#"a\"b"#, "c", "d"]),
            (r#"a\\\\"b c" d e"#, vec![r"a\\b c", "d", "e"]),
            (r#""" x"#, vec!["", "x"]),
            ("a\tb", vec!["a", "b"]),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }

    #[test]
    fn the_first_word_knows_no_escapes() {
        assert_eq!(
            split_with_program(r#""C:\a b\" x\"y"#),
            [r"C:\a b\", r#"x"y"#]
        );
        assert_eq!(split_with_program(r".\App.dll --a"), [r".\App.dll", "--a"]);
        assert_eq!(split_with_program(" a b"), ["", "a", "b"]);
        assert!(split_with_program("").is_empty());
    }
}
