//! The configuration as hostfxr 2.0 to 2.2 reads it: one `framework`, whose settings lower frameworks inherit.

use std::collections::HashMap;

use published_app::json::{Value, ValueKind};

use super::{ConfigError, Fault, File, Pair, Settings, Source};

/// Settings that a file gives explicitly; what is `None` falls through to the next level.
#[derive(Clone, Debug, Default)]
struct Explicit {
    version: Option<String>,
    apply_patches: Option<bool>,
    no_candidate: Option<i32>,
}

/// What one pair of files says, inherited values included.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) framework_dependent: bool,
    /// Empty: no (further) framework.
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) apply_patches: bool,
    /// 0 stays on the line, 1 rolls to minor, anything else to major versions as well.
    pub(crate) no_candidate: i32,
    pub(crate) tfm: Option<String>,
    pub(crate) ignored: Option<ConfigError>,
    /// `runtimeOptions`-level settings: the defaults of the next framework down.
    inherited: Explicit,
    /// The reference's own settings.
    own: Explicit,
    /// The command line's: no layer may change them.
    fixed: Explicit,
    /// `additionalFrameworks` of the app, by name.
    additional: HashMap<String, Explicit>,
}

/// Reads the app's own pair of files.
///
/// # Errors
/// Whatever makes the host call the main file invalid.
pub(crate) fn read_app(pair: &Pair, settings: &Settings) -> Result<Config, ConfigError> {
    let mut config = Config::empty();
    if let Some(value) = settings.no_candidate {
        config.no_candidate = value;
        config.inherited.no_candidate = Some(value);
    }
    config.files(pair, None)?;
    if let Some(value) = settings.forced_no_candidate {
        config.no_candidate = value;
        config.fixed.no_candidate = Some(value);
    }
    Ok(config)
}

/// Reads a framework's pair of files, below the configuration that led to it.
///
/// # Errors
/// Whatever makes the host call the main file invalid.
pub(crate) fn read_framework(
    pair: &Pair,
    above: &Config,
    app: &Config,
) -> Result<Config, ConfigError> {
    let mut config = Config::empty();
    config.inherited = above.inherited.clone();
    config.apply(&above.inherited);
    config.files(pair, Some(app))?;
    config.apply(&app.fixed);
    Ok(config)
}

impl Config {
    fn empty() -> Config {
        Config {
            framework_dependent: false,
            name: String::new(),
            version: String::new(),
            apply_patches: true,
            no_candidate: 1,
            tfm: None,
            ignored: None,
            inherited: Explicit::default(),
            own: Explicit::default(),
            fixed: Explicit::default(),
            additional: HashMap::new(),
        }
    }

    fn apply(&mut self, explicit: &Explicit) {
        if let Some(version) = &explicit.version {
            self.version.clone_from(version);
        }
        self.apply_patches = explicit.apply_patches.unwrap_or(self.apply_patches);
        self.no_candidate = explicit.no_candidate.unwrap_or(self.no_candidate);
    }

    fn files(&mut self, pair: &Pair, app: Option<&Config>) -> Result<(), ConfigError> {
        if let Err(error) = self.file(&pair.dev, File::Dev) {
            self.ignored = Some(error);
        }
        let Some(options) = self.file(&pair.main, File::Main)? else {
            return Ok(());
        };
        // a framework looks itself up in what the app said about it, the app in its own list
        let overrides = match app {
            Some(app) => app.additional.get(&self.name).cloned(),
            None => {
                self.additional_frameworks(options)?;
                self.additional.get(&self.name).cloned()
            }
        };
        if let Some(explicit) = overrides {
            self.apply(&explicit);
        }
        Ok(())
    }

    /// The `runtimeOptions` that were read, if any.
    fn file<'d>(
        &mut self,
        source: &'d Source,
        file: File,
    ) -> Result<Option<Value<'d>>, ConfigError> {
        let document = match source {
            Source::Absent => return Ok(None),
            Source::Unreadable(problem) => return Err(ConfigError::unreadable(file, problem)),
            Source::Broken(error) => {
                return Err(ConfigError {
                    fault: Fault::Syntax,
                    file,
                    message: error.message.clone(),
                    position: Some(error.position),
                    problem: None,
                });
            }
            Source::Parsed(document) => document,
        };
        let root = object(document.root(), file, "the document")?;
        let Some(options) = root.get("runtimeOptions") else {
            return Ok(None);
        };
        self.options(options, file)?;
        // the look into additionalFrameworks wants an object where the reading of options takes null
        object(options, file, "runtimeOptions").map(Some)
    }

    fn options(&mut self, options: Value<'_>, file: File) -> Result<(), ConfigError> {
        if options.is_null() {
            return Ok(());
        }
        object(options, file, "runtimeOptions")?;
        if let Some(value) = options.get("configProperties") {
            object(value, file, "configProperties")?;
        }
        if let Some(value) = options.get("applyPatches") {
            self.apply_patches = boolean(value, file)?;
            self.inherited.apply_patches = Some(self.apply_patches);
        }
        if let Some(value) = options.get("rollForwardOnNoCandidateFx") {
            self.no_candidate = integer(value, file)?;
            self.inherited.no_candidate = Some(self.no_candidate);
        }
        if let Some(value) = options.get("tfm") {
            self.tfm = Some(string(value, file, "tfm")?);
        }
        let Some(framework) = options.get("framework") else {
            return Ok(());
        };
        self.framework_dependent = true;
        object(framework, file, "framework")?;
        self.name = named(framework, file)?;
        self.own.read(framework, file)?;
        let own = self.own.clone();
        self.apply(&own);
        Ok(())
    }

    fn additional_frameworks(&mut self, options: Value<'_>) -> Result<(), ConfigError> {
        let Some(list) = options.get("additionalFrameworks") else {
            return Ok(());
        };
        if list.kind() != ValueKind::Array {
            return Err(wrong_type(
                list,
                File::Main,
                "additionalFrameworks",
                "an array",
            ));
        }
        for element in list.elements() {
            object(element, File::Main, "an entry of additionalFrameworks")?;
            let name = named(element, File::Main)?;
            if name.is_empty() {
                let message = "an entry of additionalFrameworks has no name".to_owned();
                return Err(fault(
                    Fault::NamelessFramework,
                    File::Main,
                    message,
                    Some(element),
                ));
            }
            let mut explicit = Explicit::default();
            explicit.read(element, File::Main)?;
            self.additional.insert(name, explicit);
        }
        Ok(())
    }
}

impl Explicit {
    fn read(&mut self, framework: Value<'_>, file: File) -> Result<(), ConfigError> {
        if let Some(value) = framework.get("version") {
            self.version = Some(string(value, file, "version")?);
        }
        if let Some(value) = framework.get("applyPatches") {
            self.apply_patches = Some(boolean(value, file)?);
        }
        if let Some(value) = framework.get("rollForwardOnNoCandidateFx") {
            self.no_candidate = Some(integer(value, file)?);
        }
        Ok(())
    }
}

fn named(framework: Value<'_>, file: File) -> Result<String, ConfigError> {
    match framework.get("name") {
        Some(name) => string(name, file, "name"),
        None => Err(fault(
            Fault::NamelessFramework,
            file,
            "the framework reference has no name".to_owned(),
            Some(framework),
        )),
    }
}

fn object<'d>(value: Value<'d>, file: File, name: &str) -> Result<Value<'d>, ConfigError> {
    if value.kind() == ValueKind::Object {
        Ok(value)
    } else {
        Err(wrong_type(value, file, name, "an object"))
    }
}

fn string(value: Value<'_>, file: File, name: &str) -> Result<String, ConfigError> {
    match value.as_str() {
        Some(text) => Ok(text.into_owned()),
        None => Err(wrong_type(value, file, name, "a string")),
    }
}

fn boolean(value: Value<'_>, file: File) -> Result<bool, ConfigError> {
    value
        .as_bool()
        .ok_or_else(|| wrong_type(value, file, "applyPatches", "true or false"))
}

fn integer(value: Value<'_>, file: File) -> Result<i32, ConfigError> {
    if value.kind() != ValueKind::Number {
        return Err(wrong_type(
            value,
            file,
            "rollForwardOnNoCandidateFx",
            "a number",
        ));
    }
    Ok(match value.as_i64() {
        Some(whole) => whole as i32,
        None => value.raw().parse::<f64>().unwrap_or_default() as i32,
    })
}

fn wrong_type(value: Value<'_>, file: File, name: &str, wanted: &str) -> ConfigError {
    let message = format!(
        "{name} has to be {wanted}, it is of type {}",
        value.kind().name()
    );
    fault(Fault::Type, file, message, Some(value))
}

fn fault(fault: Fault, file: File, message: String, at: Option<Value<'_>>) -> ConfigError {
    ConfigError {
        fault,
        file,
        message,
        position: at.map(Value::position),
        problem: None,
    }
}
