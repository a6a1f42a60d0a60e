//! The `<aspNetCore>` in force for the app, and the environment variables that it starts with.

use std::path::Path;

use iis_config::asp_net_core::{AspNetCore, Entry};
use iis_config::document::{Element, Position};
use iis_config::environment::same;
use iis_config::source::Origin;

use crate::app::App;

/// web.config's own section over what the files above it say. What has no origin stands in the app's own web.config.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) section: AspNetCore,
    /// Of the innermost file above that says something.
    home: Option<Origin>,
}

/// The section in force, and whose it is.
#[derive(Clone, Copy)]
pub(crate) struct Core<'a> {
    pub(crate) section: &'a AspNetCore,
    own: Option<(&'a Path, Element<'a>)>,
    home: Option<&'a Origin>,
}

impl<'a> Core<'a> {
    /// The file of a value or entry with this origin.
    pub(crate) fn path<'o>(&'o self, origin: Option<&'o Origin>) -> &'o Path {
        match (origin, self.own, self.home) {
            (Some(origin), ..) | (None, None, Some(origin)) => origin.path(),
            (None, Some((path, _)), _) => path,
            (None, None, None) => Path::new(""),
        }
    }

    /// web.config's own element, where a value or entry with this origin stands in it: what repairs may change.
    pub(crate) fn element(&self, origin: Option<&Origin>) -> Option<Element<'a>> {
        self.own
            .filter(|_| origin.is_none())
            .map(|(_, element)| element)
    }

    /// web.config has no section of its own.
    pub(crate) fn is_from_above(&self) -> bool {
        self.own.is_none()
    }
}

/// Who sets an environment variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VariableSource {
    /// `<environmentVariables>` of the section in force.
    Section,
    Pool,
    /// The machine's environment, which every worker gets.
    Machine,
}

/// An environment variable that the app gets.
#[derive(Clone, Copy)]
pub(crate) struct Variable<'a> {
    pub(crate) name: &'a str,
    /// As written.
    pub(crate) value: &'a str,
    pub(crate) source: VariableSource,
    /// The entry of the section.
    pub(crate) entry: Option<&'a Entry>,
    /// The file, where it is known; for a pool the server's.
    file: Option<&'a Path>,
}

impl<'a> Variable<'a> {
    /// The file, or the app's folder.
    pub(crate) fn path(&self, app: &'a App<'_>) -> &'a Path {
        self.file.unwrap_or(&app.path)
    }

    /// None for a pool's and the machine's.
    pub(crate) fn position(&self) -> Option<Position> {
        self.entry.map(|entry| entry.position)
    }

    /// Who sets it, for a sentence.
    pub(crate) fn setter(&self, app: &App<'_>) -> String {
        match (self.source, self.file) {
            (VariableSource::Section, Some(path)) => crate::app::name_of(path),
            (VariableSource::Section, None) => "web.config".to_owned(),
            (VariableSource::Pool, _) => match app.site().and_then(|site| site.pool.as_deref()) {
                Some(pool) => format!("the application pool {pool}"),
                None => "the application pool".to_owned(),
            },
            (VariableSource::Machine, _) => "the machine's environment".to_owned(),
        }
    }
}

impl<'t> App<'t> {
    /// The section in force; web.config's own where the server is not known.
    pub(crate) fn core(&self) -> Option<Core<'_>> {
        let own = self.own();
        if self.server().is_none() {
            return own.map(|(path, element, section)| Core {
                section,
                own: Some((path, element)),
                home: None,
            });
        }
        let merged = self.merged.get_or_init(|| self.merge()).as_ref()?;
        Some(Core {
            section: &merged.section,
            own: own.map(|(path, element, _)| (path, element)),
            home: merged.home.as_ref(),
        })
    }

    fn merge(&self) -> Option<Merged> {
        let own = self.section.as_ref();
        let node = self
            .effective()
            .and_then(|effective| effective.section("system.webServer/aspNetCore"));
        let Some(node) = node else {
            return own.map(|section| Merged {
                section: section.clone(),
                home: None,
            });
        };
        let mut section = AspNetCore::from_section(&node);
        let is_above = |origin: &Option<Origin>| {
            origin
                .as_ref()
                .is_some_and(|origin| !self.is_own_file(origin))
        };
        // the file may be another one than on the disk: a repair is tried on paper
        section.attributes.retain(|value| {
            is_above(&value.origin) && own.is_none_or(|own| own.get(&value.name).is_none())
        });
        section
            .environment_variables
            .retain(|entry| is_above(&entry.origin));
        section
            .handler_settings
            .retain(|entry| is_above(&entry.origin));
        if let Some(own) = own {
            for entry in &mut section.environment_variables {
                let again = own.environment_variables.iter().any(|other| {
                    !other.overridden
                        && match (&other.name, &entry.name) {
                            (Some(other), Some(name)) => same(other, name),
                            _ => false,
                        }
                });
                entry.overridden |= again;
            }
            section.attributes.extend(own.attributes.iter().cloned());
            section
                .environment_variables
                .extend(own.environment_variables.iter().cloned());
            section
                .handler_settings
                .extend(own.handler_settings.iter().cloned());
            section.position = own.position;
        }
        let home = node
            .origins
            .iter()
            .rfind(|origin| !self.is_own_file(origin));
        Some(Merged {
            section,
            home: home.cloned(),
        })
    }

    fn is_own_file(&self, origin: &Origin) -> bool {
        let Some(file) = &self.web_config else {
            return false;
        };
        let other = origin.path();
        other == file.path
            || (other.file_name() == file.path.file_name()
                && match (other.canonicalize(), file.path.canonicalize()) {
                    (Ok(a), Ok(b)) => a == b,
                    _ => false,
                })
    }

    /// The environment variables in force: those of the section over the pool's, and these over the machine's.
    pub(crate) fn variables(&self) -> Vec<Variable<'_>> {
        let mut variables: Vec<Variable<'_>> = Vec::new();
        let own = self.web_config.as_ref().map(|file| file.path.as_path());
        let section = match self.server() {
            Some(_) => self.core().map(|core| core.section),
            None => self.section.as_ref(),
        };
        for entry in section
            .into_iter()
            .flat_map(|section| &section.environment_variables)
            .filter(|entry| !entry.overridden)
        {
            let (Some(name), Some(value)) = (entry.name.as_deref(), entry.value.as_deref()) else {
                continue;
            };
            variables.push(Variable {
                name,
                value,
                source: VariableSource::Section,
                entry: Some(entry),
                file: entry.origin.as_ref().map(Origin::path).or(own),
            });
        }
        for variable in self.pool_variables().chain(self.machine_variables()) {
            if !variables
                .iter()
                .any(|other| same(other.name, variable.name))
            {
                variables.push(variable);
            }
        }
        variables
    }

    fn pool_variables(&self) -> impl Iterator<Item = Variable<'_>> {
        let file = self.server().map(|server| server.file().path());
        let pool = self
            .site()
            .into_iter()
            .flat_map(|site| &site.pool_environment);
        pool.filter_map(move |(name, value)| {
            Some(Variable {
                name,
                value: value.as_str()?,
                source: VariableSource::Pool,
                entry: None,
                file,
            })
        })
    }

    fn machine_variables(&self) -> impl Iterator<Item = Variable<'_>> {
        self.machine()
            .into_iter()
            .flat_map(|machine| &machine.own)
            .map(|(name, value)| Variable {
                name,
                value,
                source: VariableSource::Machine,
                entry: None,
                file: None,
            })
    }

    /// The variables of this name that the worker itself has and that the section in force overrides.
    pub(crate) fn shadowed(&self, variable: &Variable<'_>) -> Vec<Variable<'_>> {
        let rank = |source| match source {
            VariableSource::Section => 0,
            VariableSource::Pool => 1,
            VariableSource::Machine => 2,
        };
        self.pool_variables()
            .chain(self.machine_variables())
            .filter(|other| {
                same(other.name, variable.name) && rank(other.source) > rank(variable.source)
            })
            .collect()
    }

    /// The variable that sets the environment: ASPNETCORE_ENVIRONMENT counts before DOTNET_ENVIRONMENT.
    pub(crate) fn environment_variable(&self) -> Option<Variable<'_>> {
        let variables = self.variables();
        ["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"]
            .iter()
            .find_map(|name| {
                variables
                    .iter()
                    .find(|variable| same(variable.name, name) && !variable.value.is_empty())
            })
            .copied()
    }

    /// The environment in force as far as the files tell; none where nothing sets one, which means `Production` unless
    /// the machine does.
    pub(crate) fn environment(&self) -> Option<&str> {
        self.environment
            .get_or_init(|| {
                self.environment_variable()
                    .map(|variable| self.expand(variable.value))
            })
            .as_deref()
    }
}
