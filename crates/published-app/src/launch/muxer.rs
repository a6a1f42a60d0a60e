//! What `dotnet` makes of its arguments (`hostfxr`, muxer mode).

/// A command line of `dotnet`, without `dotnet` itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DotNetCommand {
    /// `exec` stands before the app.
    pub exec: bool,
    /// Host options before the app with their values, names as written.
    pub options: Vec<(String, String)>,
    /// The app's dll as written.
    pub app: Option<String>,
    /// Everything after the app.
    pub app_arguments: Vec<String>,
    /// A word in the app's place that names no dll or exe: `dotnet` takes it for an SDK command.
    pub sdk_command: Option<String>,
    /// A host option that has no value after it.
    pub option_without_value: Option<String>,
}

/// Options of the host, each followed by a value; the names are compared without regard to case.
const OPTIONS: [&str; 7] = [
    "--additionalprobingpath",
    "--additional-deps",
    "--depsfile",
    "--fx-version",
    "--roll-forward",
    "--roll-forward-on-no-candidate-fx",
    "--runtimeconfig",
];

impl DotNetCommand {
    /// Reads the words after `dotnet`.
    pub fn parse(words: &[String]) -> Self {
        let mut command = Self::default();
        let mut words = words.iter().peekable();
        command.exec = words
            .next_if(|word| word.eq_ignore_ascii_case("exec"))
            .is_some();
        while let Some(word) = words.next_if(|word| {
            OPTIONS
                .iter()
                .any(|option| option.eq_ignore_ascii_case(word))
        }) {
            match words.next() {
                Some(value) => command.options.push((word.clone(), value.clone())),
                None => command.option_without_value = Some(word.clone()),
            }
        }
        if let Some(word) = words.next() {
            let lower = word.to_ascii_lowercase();
            if command.exec || lower.ends_with(".dll") || lower.ends_with(".exe") {
                command.app = Some(word.clone());
                command.app_arguments = words.cloned().collect();
            } else {
                command.sdk_command = Some(word.clone());
            }
        }
        command
    }

    /// The value of a host option; the last one counts.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options
            .iter()
            .rev()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> DotNetCommand {
        DotNetCommand::parse(
            &words
                .iter()
                .map(|&word| word.to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn options_stand_before_the_app() {
        let command = parse(&[
            "exec",
            "--Roll-Forward",
            "Major",
            "--runtimeconfig",
            "x.json",
            r".\App.dll",
            "--roll-forward",
            "a",
        ]);
        assert!(command.exec);
        assert_eq!(command.app.as_deref(), Some(r".\App.dll"));
        assert_eq!(command.option("--roll-forward"), Some("Major"));
        assert_eq!(command.app_arguments, ["--roll-forward", "a"]);
    }

    #[test]
    fn a_word_that_is_no_dll_is_an_sdk_command() {
        assert_eq!(parse(&["App"]).sdk_command.as_deref(), Some("App"));
        assert_eq!(parse(&["exec", "App"]).app.as_deref(), Some("App"));
        assert_eq!(
            parse(&["--fx-version"]).option_without_value.as_deref(),
            Some("--fx-version")
        );
        assert_eq!(parse(&[]), DotNetCommand::default());
    }
}
