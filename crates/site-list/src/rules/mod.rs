//! One file a rule, and one sorted table of them all.
use iis_config::source::Origin;
use record::code::{Code, module_docs};
use record::wire::{Body, Failure, Finding, Severity, Subject};

use crate::app::App;
use crate::host::Host;

/// What rules are written with.
mod prelude {
    pub(super) use iis_config::asp_net_core::HostingModel;
    pub(super) use iis_config::windows_path::{self, Located};
    pub(super) use record::cause;
    pub(super) use record::wire::{Failure, Severity};

    pub(super) use super::{Check, NAMED, Rule, Told};
    pub(super) use crate::app::App;
    pub(super) use crate::host::{Host, starts};
}

/// Apps that a finding names where a pool holds many.
const NAMED: usize = 20;

/// A rule: the code that it reports, with its documentation, and what finds it.
pub(crate) struct Rule {
    pub(crate) code: Code,
    check: Check,
}

/// What a rule looks at.
enum Check {
    /// The server as a whole, once.
    Server(fn(&Rule, &Host) -> Vec<Finding>),
    /// Each application.
    Application(fn(&Rule, &mut Told<'_, '_>)),
    /// Told where it is met: while a folder is walked or a file is read.
    Met,
}

impl Rule {
    /// `source` is the rule's own file: its leading `//!` lines are the documentation of the code.
    const fn new(
        code: &'static str,
        severity: Severity,
        cause: Option<&'static str>,
        source: &'static str,
        check: Check,
    ) -> Self {
        Self {
            code: Code {
                code,
                severity,
                cause,
                docs: module_docs(source),
            },
            check,
        }
    }

    /// A finding of this rule with its usual severity and cause.
    fn finding(&self, message: impl Into<String>) -> Finding {
        let finding = Finding::new(self.code.code, self.code.severity, message);
        match self.code.cause {
            Some(cause) => finding.cause(cause),
            None => finding,
        }
    }
}

/// What rules have to say about an application.
struct Told<'a, 'h> {
    app: &'a App<'h>,
    records: &'a mut Vec<(Subject, Body)>,
}

impl Told<'_, '_> {
    /// About the application's folder.
    fn add(&mut self, body: impl Into<Body>) {
        self.records.push((self.app.subject(), body.into()));
    }

    /// About a place in a configuration file.
    fn at(&mut self, origin: &Origin, finding: Finding) {
        let position = origin.position();
        let subject = self.app.subject().with_path(origin.path());
        self.records
            .push((subject, finding.at(position.line, position.column).into()));
    }

    /// About a place in a configuration file that configures a path below the application: its own subject, as
    /// what is wrong there need not hinder the application.
    fn below(&mut self, virtual_path: &str, origin: &Origin, finding: Finding) {
        let position = origin.position();
        let subject = Subject {
            app: Some(virtual_path.to_owned()),
            ..self.app.subject().with_path(origin.path())
        };
        self.records
            .push((subject, finding.at(position.line, position.column).into()));
    }

    /// About something that could not be looked at.
    fn failure(&mut self, failure: Failure) {
        self.add(failure);
    }
}

/// Declares the modules, the table and the codes out of one list: `area { rule, ... }`.
macro_rules! rules {
    ($($area:ident { $($rule:ident),+ $(,)? })+) => {
        $(mod $area { $(pub(super) mod $rule;)+ })+

        /// Every rule, sorted by code.
        static TABLE: &[&Rule] = &[$($(&$area::$rule::RULE),+),+];

        /// The codes of [`TABLE`].
        pub(crate) static CODES: &[Code] = &[$($($area::$rule::RULE.code),+),+];
    };
}

rules! {
    folder { link_not_followed, no_app, unreadable }
    module { dll_missing, dll_missing_32_bit, not_enabled, not_registered, schema_missing, section_not_declared, vc_runtime_missing }
    pool { bitness, missing, mixed_models, multiple_in_process, not_started, user_profile_off }
    server { config_malformed, config_source, service_stopped, unreadable }
    site { binding_taken, folder_not_application, not_started, path_missing, path_not_mapped, path_unreadable, virtual_directory, web_config_missing }
}

pub(crate) const LINK: &str = folder::link_not_followed::RULE.code.code;
pub(crate) const NO_APP: &str = folder::no_app::RULE.code.code;
pub(crate) const UNREADABLE: &str = folder::unreadable::RULE.code.code;
pub(crate) const CONFIG_MALFORMED: &str = server::config_malformed::RULE.code.code;
pub(crate) const CONFIG_SOURCE: &str = server::config_source::RULE.code.code;
pub(crate) const SERVER_UNREADABLE: &str = server::unreadable::RULE.code.code;

/// The rules about the server as a whole.
pub(crate) fn server(host: &Host) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in TABLE {
        if let Check::Server(check) = rule.check {
            findings.extend(check(rule, host));
        }
    }
    findings
}

/// The rules about an application; their records go behind those that are there.
pub(crate) fn application(app: &App<'_>, records: &mut Vec<(Subject, Body)>) {
    for rule in TABLE {
        if let Check::Application(check) = rule.check {
            check(rule, &mut Told { app, records });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_rule_is_documented() {
        let codes: Vec<_> = CODES.iter().map(|code| code.code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        for code in CODES {
            assert!(
                !code.summary().is_empty() && code.docs.lines().count() > 2,
                "{}",
                code.code
            );
            assert!(
                code.cause
                    .is_none_or(|cause| record::cause::find(cause).is_some()),
                "{}",
                code.code
            );
        }
    }
}
