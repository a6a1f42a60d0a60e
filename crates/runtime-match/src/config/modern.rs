//! The configuration as hostfxr 3.0 and later reads it.

use published_app::json::{Value, ValueKind};

use super::{ConfigError, Fault, File, Pair, Settings, Source};
use crate::resolve::host::{Host, Reader};
use crate::resolve::reference::{Reference, RollForward};

/// What one pair of files says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    pub(crate) references: Vec<Reference>,
    /// `framework` or `frameworks` is there, even if empty.
    pub(crate) framework_dependent: bool,
    /// Name and version of each of `includedFrameworks`.
    pub(crate) included: Vec<(String, String)>,
    pub(crate) tfm: Option<String>,
    /// The host goes on without a broken `.dev.json`; it prints this.
    pub(crate) ignored: Option<ConfigError>,
    /// Values of a wrong type that the host takes for something else without a word.
    pub(crate) misread: Vec<ConfigError>,
}

/// Reads both files, the `.dev.json` first: the main file's settings come on top, its frameworks are added.
///
/// # Errors
/// Whatever makes the host call the main file invalid.
pub(crate) fn read(pair: &Pair, settings: &Settings, host: &Host) -> Result<Config, ConfigError> {
    let roll_forward = match settings.no_candidate {
        Some(value) if host.honours_legacy_settings() => RollForward::from_no_candidate(value),
        _ => RollForward::Minor,
    };
    let mut state = State {
        settings,
        host,
        config: Config::default(),
        file: File::Dev,
        roll_forward,
        apply_patches: true,
        specified: Specified::default(),
    };
    if let Err(error) = state.file(&pair.dev) {
        state.config.ignored = Some(error);
    }
    state.file = File::Main;
    state.file(&pair.main)?;
    Ok(state.config)
}

/// Settings of both kinds may not meet in one configuration.
#[derive(Default)]
struct Specified {
    roll_forward: bool,
    legacy: bool,
}

struct State<'a> {
    settings: &'a Settings,
    host: &'a Host,
    config: Config,
    file: File,
    roll_forward: RollForward,
    apply_patches: bool,
    specified: Specified,
}

type Step<T = ()> = Result<T, ConfigError>;

impl State<'_> {
    fn file(&mut self, source: &Source) -> Step {
        let document = match source {
            Source::Absent => return Ok(()),
            Source::Unreadable(problem) => return Err(ConfigError::unreadable(self.file, problem)),
            Source::Broken(error) => {
                return Err(ConfigError {
                    fault: Fault::Syntax,
                    file: self.file,
                    message: error.message.clone(),
                    position: Some(error.position),
                    problem: None,
                });
            }
            Source::Parsed(document) => document,
        };
        let root = document.root();
        if root.kind() != ValueKind::Object {
            return Err(self.wrong_type(root, "the document", "an object"));
        }
        match root.get("runtimeOptions") {
            Some(options) => self.options(options),
            // up to 3.1 a file without options is fine, and so is a .dev.json at any time
            None if self.host.reader() == Reader::Casablanca || self.file == File::Dev => Ok(()),
            None => Err(self.fault(
                Fault::NoOptions,
                "it has no `runtimeOptions`".into(),
                Some(root),
            )),
        }
    }

    fn options(&mut self, options: Value<'_>) -> Step {
        if options.is_null() {
            return Ok(());
        }
        self.expect(options, ValueKind::Object, "runtimeOptions", "an object")?;
        self.uninteresting(options)?;
        if let Some(value) = options.get("rollForward") {
            self.roll_forward = self.roll_forward_value(value)?;
        }
        if let Some(value) = self.legacy(options, "applyPatches") {
            self.apply_patches = self.boolean(value)?;
            self.mark_legacy(value)?;
        }
        if let Some(value) = self.legacy(options, "rollForwardOnNoCandidateFx") {
            self.roll_forward = RollForward::from_no_candidate(self.integer(value)?);
            self.mark_legacy(value)?;
        }
        if let Some(value) = options.get("tfm") {
            self.config.tfm = Some(self.string(value, "tfm")?);
        }
        if let Some(value) = options.get("framework") {
            self.config.framework_dependent = true;
            let reference = self.framework(value)?;
            self.config.references.push(reference);
        }
        if let Some(value) = options.get("frameworks") {
            self.config.framework_dependent = true;
            self.list(value, "frameworks")?;
            for element in value.elements() {
                let reference = self.framework(element)?;
                let known = self
                    .config
                    .references
                    .iter()
                    .any(|r| r.name == reference.name);
                self.listed(element, &reference.name, known)?;
                self.config.references.push(reference);
            }
        }
        if let Some(value) = options.get("includedFrameworks") {
            if self.config.framework_dependent {
                let message = "`includedFrameworks` (of a self-contained app) and `framework` or `frameworks` (of an app that \
                               needs a runtime) are both there";
                return Err(self.fault(Fault::IncludedAndReferenced, message.into(), Some(value)));
            }
            self.list(value, "includedFrameworks")?;
            for element in value.elements() {
                self.expect(
                    element,
                    ValueKind::Object,
                    "an entry of includedFrameworks",
                    "an object",
                )?;
                let name = self.member(element, "name")?.unwrap_or_default();
                let version = self.member(element, "version")?.unwrap_or_default();
                let known = self.config.included.iter().any(|(n, _)| *n == name);
                self.listed(element, &name, known)?;
                self.config.included.push((name, version));
            }
        }
        Ok(())
    }

    /// Members that play no part here but whose type the host checks.
    fn uninteresting(&self, options: Value<'_>) -> Step {
        // a later host goes on with what reads as empty, and crashes on the rest
        if let Some(value) = options.get("configProperties")
            && (self.host.reader() == Reader::Casablanca || self.misread_integer(value) != 0)
        {
            self.expect(value, ValueKind::Object, "configProperties", "an object")?;
        }
        if let Some(value) = options.get("additionalProbingPaths")
            && value.kind() != ValueKind::String
        {
            self.expect(
                value,
                ValueKind::Array,
                "additionalProbingPaths",
                "a string or an array",
            )?;
            for element in value.elements() {
                self.string(element, "additionalProbingPaths")?;
            }
        }
        Ok(())
    }

    fn framework(&mut self, value: Value<'_>) -> Step<Reference> {
        let wrong = self.expect(
            value,
            ValueKind::Object,
            "a framework reference",
            "an object",
        );
        match wrong {
            // looked for by name in what is no object, the members are not there; a number is taken for their count
            Err(error)
                if self.host.reader() == Reader::RapidJson
                    && (value.kind() != ValueKind::Number || self.misread_integer(value) == 0) =>
            {
                self.config.misread.push(error);
            }
            other => other?,
        }
        let mut reference = Reference::new(&self.member(value, "name")?.unwrap_or_default());
        reference.set_roll_forward(self.roll_forward);
        reference.apply_patches = self.apply_patches;
        if let Some(version) = self.member(value, "version")? {
            reference.set_version(&version);
            reference.prefer_release =
                !reference.version.is_prerelease() && !self.settings.to_prerelease;
        }
        if let Some(value) = value.get("rollForward") {
            reference.set_roll_forward(self.roll_forward_value(value)?);
        }
        if let Some(value) = self.legacy(value, "applyPatches") {
            reference.apply_patches = self.boolean(value)?;
            self.mark_legacy(value)?;
        }
        if let Some(value) = self.legacy(value, "rollForwardOnNoCandidateFx") {
            reference.set_roll_forward(RollForward::from_no_candidate(self.integer(value)?));
            self.mark_legacy(value)?;
        }
        if let Some(text) = &self.settings.roll_forward {
            match RollForward::parse(text) {
                Some(roll_forward) => reference.set_roll_forward(roll_forward),
                None => {
                    let message = format!(
                        "the environment variable DOTNET_ROLL_FORWARD has the unknown value '{text}'"
                    );
                    return Err(self.fault(Fault::RollForwardVariable, message, None));
                }
            }
        }
        if let Some(roll_forward) = self.settings.forced {
            reference.set_roll_forward(roll_forward);
        }
        Ok(reference)
    }

    /// An entry of an array needs a name that was not there before.
    fn listed(&self, element: Value<'_>, name: &str, known: bool) -> Step {
        if name.is_empty() {
            return Err(self.fault(
                Fault::NamelessFramework,
                "an entry has no framework name".into(),
                Some(element),
            ));
        }
        if known {
            let message = format!("the framework '{name}' is there twice");
            return Err(self.fault(Fault::DuplicateFramework, message, Some(element)));
        }
        Ok(())
    }

    fn roll_forward_value(&mut self, value: Value<'_>) -> Step<RollForward> {
        let text = self.string(value, "rollForward")?;
        let Some(found) = RollForward::parse(&text) else {
            let message = format!("`rollForward` has the unknown value '{text}'");
            return Err(self.fault(Fault::RollForwardValue, message, Some(value)));
        };
        if self.specified.legacy {
            return Err(self.mixed(value));
        }
        self.specified.roll_forward = true;
        Ok(found)
    }

    fn mark_legacy(&mut self, value: Value<'_>) -> Step {
        if self.specified.roll_forward {
            return Err(self.mixed(value));
        }
        self.specified.legacy = true;
        Ok(())
    }

    fn mixed(&self, value: Value<'_>) -> ConfigError {
        let message =
            "`rollForward` and one of `rollForwardOnNoCandidateFx`, `applyPatches` are both there"
                .into();
        self.fault(Fault::MixedSettings, message, Some(value))
    }

    fn legacy<'d>(&self, object: Value<'d>, name: &str) -> Option<Value<'d>> {
        if self.host.honours_legacy_settings() {
            object.get(name)
        } else {
            None
        }
    }

    fn member(&self, object: Value<'_>, name: &str) -> Step<Option<String>> {
        object
            .get(name)
            .map(|value| self.string(value, name))
            .transpose()
    }

    /// 5.0 and later do not look at the type of a string; release builds crash on another one.
    fn string(&self, value: Value<'_>, name: &str) -> Step<String> {
        match value.as_str() {
            Some(text) => Ok(text.into_owned()),
            None => Err(self.wrong_type(value, name, "a string")),
        }
    }

    fn boolean(&mut self, value: Value<'_>) -> Step<bool> {
        if let Some(value) = value.as_bool() {
            return Ok(value);
        }
        let error = self.wrong_type(value, "applyPatches", "true or false");
        match self.host.reader() {
            // whatever is not `true` reads as false there
            Reader::RapidJson => {
                self.config.misread.push(error);
                Ok(false)
            }
            Reader::Casablanca => Err(error),
        }
    }

    fn integer(&mut self, value: Value<'_>) -> Step<i32> {
        if let Some(whole) = value.as_i64() {
            // both hosts keep the low 32 bits
            return Ok(whole as i32);
        }
        let error = self.wrong_type(value, "rollForwardOnNoCandidateFx", "a whole number");
        match self.host.reader() {
            Reader::Casablanca if value.kind() == ValueKind::Number => {
                Ok(value.raw().parse::<f64>().unwrap_or_default() as i32)
            }
            Reader::Casablanca => Err(error),
            Reader::RapidJson => {
                self.config.misread.push(error);
                Ok(self.misread_integer(value))
            }
        }
    }

    /// What a release build takes for an integer: the first four bytes of the value in memory. That is the low half of a
    /// number, the count of an array or object, the length of a text; short texts lie there themselves where they are
    /// UTF-16 (`GenericValue::ShortString` in RapidJSON's document.h; elsewhere they stay in the file's own bytes).
    fn misread_integer(&self, value: Value<'_>) -> i32 {
        /// Units that fit into a value beside its own end: 14 bytes, one unit for the end.
        const SHORT: usize = 6;
        match value.kind() {
            ValueKind::Null | ValueKind::True | ValueKind::False => 0,
            ValueKind::Number => match value.as_i64() {
                Some(whole) => whole as i32,
                None => value.raw().parse::<f64>().unwrap_or_default().to_bits() as i32,
            },
            ValueKind::Array => count(value.elements()),
            ValueKind::Object => count(value.members()),
            ValueKind::String => {
                let text = value.as_str().unwrap_or_default();
                if !self.settings.wide_texts {
                    return count(text.bytes());
                }
                let mut units = text.encode_utf16();
                match count(text.encode_utf16()) as usize {
                    ..=SHORT => {
                        let mut next = || i32::from(units.next().unwrap_or_default());
                        next() | next() << 16
                    }
                    length => length as i32,
                }
            }
        }
    }

    /// An array, or what reads as an empty one. Of an object the members are taken for entries, none of which has a name.
    fn list(&mut self, value: Value<'_>, name: &str) -> Step {
        let error = self.wrong_type(value, name, "an array");
        match value.kind() {
            ValueKind::Array => Ok(()),
            _ if self.host.reader() == Reader::Casablanca || self.misread_integer(value) != 0 => {
                Err(error)
            }
            _ => {
                self.config.misread.push(error);
                Ok(())
            }
        }
    }

    fn expect(&self, value: Value<'_>, kind: ValueKind, name: &str, wanted: &str) -> Step {
        if value.kind() == kind {
            Ok(())
        } else {
            Err(self.wrong_type(value, name, wanted))
        }
    }

    fn wrong_type(&self, value: Value<'_>, name: &str, wanted: &str) -> ConfigError {
        let message = format!(
            "{name} has to be {wanted}, it is of type {}",
            value.kind().name()
        );
        self.fault(Fault::Type, message, Some(value))
    }

    fn fault(&self, fault: Fault, message: String, at: Option<Value<'_>>) -> ConfigError {
        ConfigError {
            fault,
            file: self.file,
            message,
            position: at.map(Value::position),
            problem: None,
        }
    }
}

fn count(things: impl Iterator) -> i32 {
    i32::try_from(things.count()).unwrap_or(i32::MAX)
}
