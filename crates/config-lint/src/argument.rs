//! The `arguments` attribute as a command line.

/// Splits a command line as `CommandLineToArgvW` does for everything behind the program: blanks separate, quotes keep
/// together, `\"` is a quote, backslashes before no quote are plain.
pub(crate) fn split(line: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut current = String::new();
    let (mut any, mut quoted, mut backslashes) = (false, false, 0);
    for character in line.chars() {
        if character == '\\' {
            backslashes += 1;
            any = true;
            continue;
        }
        if character == '"' {
            current.extend(std::iter::repeat_n('\\', backslashes / 2));
            if backslashes % 2 == 1 {
                current.push('"');
            } else {
                quoted = !quoted;
            }
            any = true;
            backslashes = 0;
            continue;
        }
        current.extend(std::iter::repeat_n('\\', backslashes));
        backslashes = 0;
        if matches!(character, ' ' | '\t' | '\n' | '\r') && !quoted {
            if any {
                arguments.push(std::mem::take(&mut current));
                any = false;
            }
            continue;
        }
        any = true;
        current.push(character);
    }
    current.extend(std::iter::repeat_n('\\', backslashes));
    if any {
        arguments.push(current);
    }
    arguments
}

/// Options of `dotnet` (the muxer) that take a value and stand before the app's path.
const WITH_VALUE: [&str; 8] = [
    "--depsfile",
    "--runtimeconfig",
    "--fx-version",
    "--roll-forward",
    "--roll-forward-on-no-candidate-fx",
    "--additionalprobingpath",
    "--additional-deps",
    "--additional-probing-path",
];

/// The argument of `dotnet` that should be the app: the first that is neither an option nor an option's value, behind
/// `exec` if that is there.
pub(crate) fn app(arguments: &[String]) -> Option<&str> {
    let mut rest = arguments.iter().map(String::as_str).peekable();
    if rest
        .peek()
        .is_some_and(|first| first.eq_ignore_ascii_case("exec"))
    {
        rest.next();
    }
    while let Some(argument) = rest.next() {
        if WITH_VALUE
            .iter()
            .any(|option| option.eq_ignore_ascii_case(argument))
        {
            rest.next();
        } else if !argument.starts_with('-') {
            return Some(argument);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_are_split_as_windows_does() {
        for (line, expected) in [
            ("", &[][..]),
            (r".\App.dll", &[r".\App.dll"]),
            (
                r#""C:\My App\App.dll" --x "a b""#,
                &[r"C:\My App\App.dll", "--x", "a b"],
            ),
            (r#"a\"b "c\\" d\e"#, &[r#"a"b"#, r"c\", r"d\e"]),
            ("  a\t b ", &["a", "b"]),
            (r#""""#, &[""]),
        ] {
            assert_eq!(split(line), expected, "{line}");
        }
    }

    #[test]
    fn the_app_stands_behind_the_hosts_options() {
        let find = |line| app(&split(line)).map(str::to_owned);
        assert_eq!(find(r".\App.dll x"), Some(r".\App.dll".into()));
        assert_eq!(
            find(r"exec --roll-forward Major App.dll"),
            Some("App.dll".into())
        );
        assert_eq!(find("--info"), None);
        assert_eq!(find("--depsfile"), None);
    }
}
