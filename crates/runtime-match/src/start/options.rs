//! The host's own options: what stands between `dotnet` and the app's dll, or before an apphost's arguments.

use crate::resolve::host::Host;

/// How the host was started; it decides which options there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `dotnet [exec] [options] app.dll`.
    Muxer,
    /// `app.exe [options]`.
    Apphost,
}

/// The options given; of a repeated one the last counts. An empty value is as good as none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) exec: bool,
    pub(crate) roll_forward: Option<String>,
    pub(crate) no_candidate: Option<String>,
    pub(crate) fx_version: Option<String>,
    pub(crate) runtime_config: Option<String>,
    pub(crate) deps_file: Option<String>,
    pub(crate) probing_paths: Vec<String>,
    /// The first word that is no option: the app's dll (muxer).
    pub(crate) app: Option<String>,
}

/// An option stands last, without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ValueMissing(pub(crate) String);

/// Reads the words after the program.
///
/// # Errors
/// The option that has no value.
pub(crate) fn parse(words: &[String], mode: Mode, host: &Host) -> Result<Options, ValueMissing> {
    let mut options = Options::default();
    let mut words = words;
    if mode == Mode::Muxer
        && let [first, rest @ ..] = words
        && first.eq_ignore_ascii_case("exec")
    {
        options.exec = true;
        words = rest;
    }
    let files = options.exec || mode == Mode::Apphost;
    while let [first, rest @ ..] = words {
        let name = first.to_ascii_lowercase();
        let known = match name.as_str() {
            "--additionalprobingpath" | "--fx-version" | "--additional-deps" => true,
            "--depsfile" | "--runtimeconfig" => files,
            "--roll-forward" => !host.is_chain(),
            "--roll-forward-on-no-candidate-fx" => host.honours_legacy_settings(),
            _ => false,
        };
        if !known {
            break;
        }
        let [value, rest @ ..] = rest else {
            return Err(ValueMissing(first.clone()));
        };
        words = rest;
        let slot = match name.as_str() {
            "--additionalprobingpath" => {
                options.probing_paths.push(value.clone());
                continue;
            }
            "--fx-version" => &mut options.fx_version,
            "--depsfile" => &mut options.deps_file,
            "--runtimeconfig" => &mut options.runtime_config,
            "--roll-forward" => &mut options.roll_forward,
            "--roll-forward-on-no-candidate-fx" => &mut options.no_candidate,
            _ => continue,
        };
        *slot = Some(value.clone()).filter(|v| !v.is_empty());
    }
    if mode == Mode::Muxer {
        options.app = words.first().cloned();
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str, mode: Mode, host: &str) -> Result<Options, ValueMissing> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        parse(&words, mode, &Host::from_folder(host).unwrap())
    }

    #[test]
    fn the_last_of_a_repeated_option_counts_and_names_ignore_case() {
        let options = read(
            "--Roll-Forward Minor --roll-forward Major app.dll --x",
            Mode::Muxer,
            "8.0.4",
        )
        .unwrap();
        assert_eq!(options.roll_forward.as_deref(), Some("Major"));
        assert_eq!(options.app.as_deref(), Some("app.dll"));
    }

    #[test]
    fn files_only_after_exec() {
        let options = read("exec --runtimeconfig x.json app.dll", Mode::Muxer, "8.0.4").unwrap();
        assert_eq!(options.runtime_config.as_deref(), Some("x.json"));
        let options = read("--runtimeconfig x.json app.dll", Mode::Muxer, "8.0.4").unwrap();
        assert_eq!(options.app.as_deref(), Some("--runtimeconfig"));
    }

    #[test]
    fn options_by_host() {
        assert_eq!(
            read("--roll-forward Major a.dll", Mode::Muxer, "2.2.2")
                .unwrap()
                .app
                .as_deref(),
            Some("--roll-forward")
        );
        let line = "--roll-forward-on-no-candidate-fx 2 a.dll";
        assert_eq!(
            read(line, Mode::Muxer, "2.2.2")
                .unwrap()
                .no_candidate
                .as_deref(),
            Some("2")
        );
        assert_eq!(
            read(line, Mode::Muxer, "12.0.0").unwrap().app.as_deref(),
            Some("--roll-forward-on-no-candidate-fx")
        );
    }

    #[test]
    fn a_value_is_wanted() {
        assert_eq!(
            read("--fx-version", Mode::Muxer, "8.0.4"),
            Err(ValueMissing("--fx-version".into()))
        );
    }
}
