//! Application pools.
use std::sync::Arc;

use super::{entries, setting, switch};
use crate::document::Element;
use crate::environment::Environment;
use crate::source::{Origin, Setting, SourceFile};

/// An application pool, with `applicationPoolDefaults` merged.
#[derive(Debug, Clone)]
pub struct Pool {
    pub name: String,
    pub auto_start: Option<Setting<bool>>,
    pub start_mode: Option<Setting>,
    /// `enable32BitAppOnWin64`
    pub enable_32_bit: Option<Setting<bool>>,
    /// `v4.0`, or empty for "No Managed Code".
    pub managed_runtime_version: Option<Setting>,
    /// `Integrated` or `Classic`
    pub managed_pipeline_mode: Option<Setting>,
    /// `ApplicationPoolIdentity`, `SpecificUser`, ...
    pub identity_type: Option<Setting>,
    /// For `SpecificUser`.
    pub user_name: Option<Setting>,
    pub load_user_profile: Option<Setting<bool>>,
    pub set_profile_environment: Option<Setting<bool>>,
    /// `environmentVariables`, those of the defaults first.
    pub variables: Vec<Variable>,
    pub origin: Origin,
}

/// An environment variable of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    pub value: String,
    pub origin: Origin,
}

/// The account that a pool runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The virtual account `IIS APPPOOL\{pool}`.
    ApplicationPool,
    LocalSystem,
    LocalService,
    NetworkService,
    /// A user of this name; empty where the file does not say which.
    User(String),
}

impl Pool {
    /// The account that it runs as; without a word about it the virtual account, IIS's default since 7.5.
    #[must_use]
    pub fn identity(&self) -> Identity {
        // Enumerations may be written as numbers, in the order of IIS's schema.
        match self.identity_type.as_ref().map(|s| s.value.as_str()) {
            Some("LocalSystem" | "0") => Identity::LocalSystem,
            Some("LocalService" | "1") => Identity::LocalService,
            Some("NetworkService" | "2") => Identity::NetworkService,
            Some("SpecificUser" | "3") => Identity::User(
                self.user_name
                    .as_ref()
                    .map(|u| u.value.clone())
                    .unwrap_or_default(),
            ),
            _ => Identity::ApplicationPool,
        }
    }

    /// Its worker is a 32-bit process.
    #[must_use]
    pub fn is_32_bit(&self) -> bool {
        self.enable_32_bit.as_ref().is_some_and(|s| s.value)
    }

    /// Its own environment variables; of two of one name the pool's wins over the defaults'.
    #[must_use]
    pub fn environment(&self) -> Environment {
        self.variables
            .iter()
            .map(|v| (v.name.as_str(), v.value.as_str()))
            .collect()
    }
}

pub(super) fn read(file: &Arc<SourceFile>, section: Element<'_>) -> Vec<Pool> {
    let defaults = section.child("applicationPoolDefaults");
    let read = |pool: Element<'_>| {
        let nearest = [Some(pool), defaults];
        let model = nearest.map(|e| e.and_then(|e| e.child("processModel")));
        let text = |of: [Option<Element<'_>>; 2], name: &str| {
            of.into_iter().find_map(|e| setting(file, e, name))
        };
        let flag = |of: [Option<Element<'_>>; 2], name: &str| {
            of.into_iter().find_map(|e| switch(file, e, name))
        };
        Pool {
            name: pool.value("name").unwrap_or_default().into_owned(),
            auto_start: flag(nearest, "autoStart"),
            start_mode: text(nearest, "startMode"),
            enable_32_bit: flag(nearest, "enable32BitAppOnWin64"),
            managed_runtime_version: text(nearest, "managedRuntimeVersion"),
            managed_pipeline_mode: text(nearest, "managedPipelineMode"),
            identity_type: text(model, "identityType"),
            user_name: text(model, "userName"),
            load_user_profile: flag(model, "loadUserProfile"),
            set_profile_environment: flag(model, "setProfileEnvironment"),
            variables: variables(file, [defaults, Some(pool)]),
            origin: Origin::new(file, pool.span().start),
        }
    };
    entries(section, "add", "name")
        .into_iter()
        .map(read)
        .collect()
}

fn variables(file: &Arc<SourceFile>, levels: [Option<Element<'_>>; 2]) -> Vec<Variable> {
    let mut variables: Vec<Variable> = Vec::new();
    for collection in levels
        .into_iter()
        .flatten()
        .filter_map(|e| e.child("environmentVariables"))
    {
        if collection.child("clear").is_some() {
            variables.clear();
        }
        variables.extend(
            entries(collection, "add", "name")
                .into_iter()
                .map(|entry| Variable {
                    name: entry.value("name").unwrap_or_default().into_owned(),
                    value: entry.value("value").unwrap_or_default().into_owned(),
                    origin: Origin::new(file, entry.span().start),
                }),
        );
    }
    variables
}
