//! The handler settings that the module knows (read in its source; versions 2.2 to 9).

/// Which hosting model reads a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    Both,
    InProcess,
    OutOfProcess,
}

/// What a setting's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Switch,
    /// Comma list of levels and sinks.
    DebugLevel,
    /// Digits of base 16.
    Hexadecimal,
    /// Milliseconds.
    Delay,
}

/// One setting. Names are compared without regard to case.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    pub(crate) model: Model,
    pub(crate) kind: Kind,
}

const fn setting(name: &'static str, model: Model, kind: Kind) -> Setting {
    Setting { name, model, kind }
}

/// All of them.
pub(crate) const TABLE: &[Setting] = &[
    setting("callStartupHook", Model::InProcess, Kind::Switch),
    setting("cleanShadowCopyDirectory", Model::Both, Kind::Switch),
    setting("debugFile", Model::Both, Kind::Text),
    setting("debugLevel", Model::Both, Kind::DebugLevel),
    setting("disallowRotationOnConfigChange", Model::Both, Kind::Switch),
    setting(
        "enableOutOfProcessConsoleRedirection",
        Model::OutOfProcess,
        Kind::Switch,
    ),
    setting("enableShadowCopy", Model::Both, Kind::Switch),
    setting("experimentalEnableShadowCopy", Model::Both, Kind::Switch),
    setting(
        "forwardResponseConnectionHeader",
        Model::OutOfProcess,
        Kind::Switch,
    ),
    setting("handlerVersion", Model::OutOfProcess, Kind::Text),
    setting("setCurrentDirectory", Model::InProcess, Kind::Switch),
    setting("shadowCopyDirectory", Model::Both, Kind::Text),
    setting("shutdownDelay", Model::Both, Kind::Delay),
    setting("stackSize", Model::InProcess, Kind::Hexadecimal),
    setting(
        "suppressRecycleOnStartupTimeout",
        Model::InProcess,
        Kind::Switch,
    ),
];

/// The setting of that name.
pub(crate) fn find(name: &str) -> Option<&'static Setting> {
    TABLE
        .iter()
        .find(|setting| setting.name.eq_ignore_ascii_case(name))
}

/// Words of `debugLevel`; the module accepts what begins with one of them.
const LEVELS: [&str; 7] = [
    "ERROR", "WARNING", "INFO", "TRACE", "CONSOLE", "EVENTLOG", "FILE",
];

impl Kind {
    /// Why a value is not understood, as a clause; none where it is.
    pub(crate) fn fault(self, value: &str) -> Option<String> {
        let text = value.trim();
        match self {
            Self::Text => None,
            Self::Switch => {
                let known = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
                (!known && !value.contains('%')).then(|| "it is neither true nor false".to_owned())
            }
            Self::DebugLevel => text
                .split(',')
                .map(str::trim)
                .filter(|word| !word.is_empty())
                .find(|word| {
                    !LEVELS.iter().any(|level| {
                        word.get(..level.len())
                            .is_some_and(|start| start.eq_ignore_ascii_case(level))
                    })
                })
                .map(|word| format!("{word} is no level")),
            Self::Hexadecimal => {
                let digits = text
                    .strip_prefix("0x")
                    .or_else(|| text.strip_prefix("0X"))
                    .unwrap_or(text);
                let fine =
                    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                (!fine).then(|| "it is no hexadecimal number".to_owned())
            }
            Self::Delay => match text.parse::<i64>() {
                Ok(number) if number >= 0 => None,
                Ok(_) => Some("it is negative".to_owned()),
                Err(_) => Some("it is no number".to_owned()),
            },
        }
    }

    /// What to write.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Switch => "true or false",
            Self::DebugLevel => {
                "some of ERROR, WARNING, INFO, TRACE and CONSOLE, EVENTLOG, FILE, separated by commas"
            }
            Self::Hexadecimal => "a hexadecimal number of bytes",
            Self::Delay => "a number of milliseconds",
        }
    }
}
