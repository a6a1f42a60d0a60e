//! The app's own configuration files: `appsettings.json`, `appsettings.{Environment}.json` and what lies beside them.

use std::path::{Path, PathBuf};

use crate::file::{self, MAX_CONFIGURATION, Problem, ProblemKind};
use crate::json::{Dialect, Document, Settings};

/// A file that .NET's default host reads, or one for an environment that is not in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsFile {
    pub path: PathBuf,
    /// `Production` of `appsettings.Production.json`, spelt as the file is.
    pub environment: Option<String>,
}

impl SettingsFile {
    /// An `appsettings*.json` by its file name; nothing for any other name.
    pub fn of(folder: &Path, name: &str) -> Option<Self> {
        let middle = name.len().checked_sub(BEFORE.len() + AFTER.len())?;
        let (before, rest) = name.split_at_checked(BEFORE.len())?;
        let (middle, after) = rest.split_at_checked(middle)?;
        if !before.eq_ignore_ascii_case(BEFORE) || !after.eq_ignore_ascii_case(AFTER) {
            return None;
        }
        let environment = match middle {
            "" => None,
            // appsettings.a.b.json is read in the environment "a.b"
            _ => Some(
                middle
                    .strip_prefix('.')
                    .filter(|environment| !environment.is_empty())?
                    .to_owned(),
            ),
        };
        Some(Self {
            path: folder.join(name),
            environment,
        })
    }

    /// Reads the file as .NET's configuration does; nothing if it is gone.
    ///
    /// # Errors
    /// It cannot be read, or .NET refuses it.
    pub fn read(&self) -> Result<Option<SettingsDocument>, Problem> {
        SettingsDocument::read(&self.path)
    }
}

const BEFORE: &str = "appsettings";
const AFTER: &str = ".json";

/// A configuration file with its keys.
#[derive(Debug)]
pub struct SettingsDocument {
    pub path: PathBuf,
    pub document: Document,
    pub settings: Settings,
}

impl SettingsDocument {
    /// Reads any JSON file as .NET's configuration does; nothing if there is no such file.
    ///
    /// # Errors
    /// It cannot be read, or .NET refuses it.
    pub fn read(path: &Path) -> Result<Option<Self>, Problem> {
        let Some(bytes) = file::read(path, MAX_CONFIGURATION)? else {
            return Ok(None);
        };
        Self::parse(path, bytes).map(Some)
    }

    /// The same from bytes; `path` is only kept.
    ///
    /// # Errors
    /// .NET refuses it.
    pub fn parse(path: &Path, bytes: Vec<u8>) -> Result<Self, Problem> {
        let document = Document::parse(bytes, Dialect::Configuration)
            .map_err(|broken| Problem::new(path, ProblemKind::Json(broken)))?;
        match Settings::of(&document) {
            Ok(settings) => Ok(Self {
                path: path.to_owned(),
                document,
                settings,
            }),
            Err(error) => Err(Problem::new(path, ProblemKind::Settings(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_environment() {
        let environment =
            |name| SettingsFile::of(Path::new("app"), name).map(|file| file.environment);
        assert_eq!(environment("appsettings.json"), Some(None));
        assert_eq!(
            environment("AppSettings.Production.JSON"),
            Some(Some("Production".into()))
        );
        assert_eq!(
            environment("appsettings.eu.test.json"),
            Some(Some("eu.test".into()))
        );
        assert_eq!(environment("appsettings-old.json"), None);
        assert_eq!(environment("appsettings..json"), None);
        assert_eq!(environment("appsettings.xml"), None);
        assert_eq!(environment(".json"), None);
        assert_eq!(environment("appsettingä.json"), None);
    }
}
