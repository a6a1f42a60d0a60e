//! The child's environment as the module builds it: the worker's own block with the module's and web.config's
//! variables in it.
//!
//! Rules read in the module's `environmentvariablehelpers.h` and `SERVER_PROCESS::OutputEnvironmentVariables`:
//! names are compared ignoring case; of several values in web.config the last wins; a variable that the worker has
//! is replaced at its place under the worker's spelling; the rest follows in the order of its names.

use std::collections::BTreeMap;
use std::ffi::OsString;

/// What makes ASP.NET Core of the app itself light up its IIS integration.
const INTEGRATION: &str = "Microsoft.AspNetCore.Server.IISIntegration";
const HOSTING_STARTUP: &str = "ASPNETCORE_HOSTINGSTARTUPASSEMBLIES";

/// What the module knows of the application when it builds the environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts<'a> {
    /// `<environmentVariables>` in document order, values expanded.
    pub(crate) configured: &'a [(String, String)],
    pub(crate) port: u16,
    pub(crate) token: &'a str,
    /// Virtual path of the application, `/` for the root.
    pub(crate) virtual_path: &'a str,
    /// `/LM/W3SVC/1/ROOT`.
    pub(crate) application_id: &'a str,
    /// `windows;anonymous;`, or `none`.
    pub(crate) authentication: &'a str,
    pub(crate) web_sockets: bool,
    pub(crate) https_port: Option<u16>,
    /// What the shim puts into the worker and the child inherits: `ASPNETCORE_IIS_SITE_NAME`, ...
    pub(crate) worker: &'a [(String, String)],
    /// From the command line; they win over all others.
    pub(crate) given: &'a [(String, String)],
    /// Leave out what only the in-process model and its shim set.
    pub(crate) without_in_process: bool,
}

/// The block for the child out of the block of this process, in the module's order.
pub(crate) fn block(
    base: Vec<(OsString, OsString)>,
    facts: &Facts<'_>,
) -> Vec<(OsString, OsString)> {
    let mut table = table(&base, facts);
    let mut block = Vec::with_capacity(base.len() + table.len());
    for (name, value) in base {
        if facts.without_in_process && in_process_only(&key(&name.to_string_lossy())) {
            continue;
        }
        match table.remove(&key(&name.to_string_lossy())) {
            Some((_, replaced)) => block.push((name, replaced.into())),
            None => block.push((name, value)),
        }
    }
    block.extend(
        table
            .into_values()
            .map(|(name, value)| (OsString::from(name), OsString::from(value))),
    );
    block
}

fn table(base: &[(OsString, OsString)], facts: &Facts<'_>) -> BTreeMap<String, (String, String)> {
    let mut table = BTreeMap::new();
    let mut set = |name: &str, value: &str| {
        table.insert(key(name), (name.to_owned(), value.to_owned()));
    };
    let configures = |name: &str| {
        facts
            .configured
            .iter()
            .any(|(configured, _)| configured.eq_ignore_ascii_case(name))
    };

    if !facts.without_in_process {
        for (name, value) in facts.worker {
            set(name, value);
        }
    }
    for (name, value) in facts.configured {
        set(name, value);
    }
    if !facts.without_in_process {
        set("ASPNETCORE_IIS_HTTPAUTH", facts.authentication);
        // In the out-of-process model the module gives this one the application's id, not a path.
        set("ASPNETCORE_IIS_PHYSICAL_PATH", facts.application_id);
    }
    if let Some(port) = facts
        .https_port
        .filter(|_| !configures("ASPNETCORE_ANCM_HTTPS_PORT"))
    {
        set("ASPNETCORE_ANCM_HTTPS_PORT", &port.to_string());
    }
    if !configures(HOSTING_STARTUP) {
        let inherited = base
            .iter()
            .find(|(name, _)| name.to_string_lossy().eq_ignore_ascii_case(HOSTING_STARTUP))
            .map(|(_, value)| value.to_string_lossy())
            .filter(|value| !value.is_empty());
        match inherited {
            Some(value) if value.contains(INTEGRATION) => {}
            Some(value) => set(HOSTING_STARTUP, &format!("{value};{INTEGRATION}")),
            None => set(HOSTING_STARTUP, INTEGRATION),
        }
    }
    set(
        "ASPNETCORE_IIS_WEBSOCKETS_SUPPORTED",
        if facts.web_sockets { "true" } else { "false" },
    );
    for (name, value) in facts.given {
        set(name, value);
    }
    // Last: the probe reaches the app through these, so neither web.config nor the command line may differ.
    set("ASPNETCORE_PORT", &facts.port.to_string());
    set("ASPNETCORE_APPL_PATH", facts.virtual_path);
    set("ASPNETCORE_TOKEN", facts.token);
    table
}

/// Names ignoring case: Windows does so, and so does the module's own table.
fn key(name: &str) -> String {
    name.to_uppercase()
}

/// What the module sets in the worker for an in-process app, and the shim for any.
fn in_process_only(key: &str) -> bool {
    key.starts_with("ASPNETCORE_IIS_") && key != "ASPNETCORE_IIS_WEBSOCKETS_SUPPORTED"
}

/// The last value that `variables` give to `name`, ignoring case.
pub(crate) fn last<'a>(variables: &'a [(String, String)], name: &str) -> Option<&'a str> {
    variables
        .iter()
        .rev()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn run(base: &[(&str, &str)], facts: &Facts<'_>) -> Vec<(String, String)> {
        let base = base
            .iter()
            .map(|(n, v)| ((*n).into(), (*v).into()))
            .collect();
        block(base, facts)
            .into_iter()
            .map(|(n, v)| (n.into_string().unwrap(), v.into_string().unwrap()))
            .collect()
    }

    fn facts<'a>(configured: &'a [(String, String)]) -> Facts<'a> {
        Facts {
            configured,
            port: 12345,
            token: "t",
            virtual_path: "/",
            application_id: "/LM/W3SVC/1/ROOT",
            authentication: "anonymous;",
            ..Facts::default()
        }
    }

    #[test]
    fn a_variable_of_the_worker_is_replaced_at_its_place_and_keeps_its_spelling() {
        let configured = pairs(&[("path", "C:\\one"), ("PATH", "C:\\two"), ("New", "1")]);
        let block = run(
            &[("A", "1"), ("Path", "C:\\old"), ("Z", "2")],
            &facts(&configured),
        );
        assert_eq!(
            block[0..3],
            pairs(&[("A", "1"), ("Path", "C:\\two"), ("Z", "2")])
        );
        assert!(block.contains(&("New".into(), "1".into())));
    }

    #[test]
    fn application_path_and_port_are_never_those_of_web_config() {
        let configured = pairs(&[("ASPNETCORE_APPL_PATH", "/x"), ("aspnetcore_port", "1")]);
        let block = run(&[], &facts(&configured));
        assert_eq!(last(&block, "ASPNETCORE_APPL_PATH"), Some("/"));
        assert_eq!(last(&block, "ASPNETCORE_PORT"), Some("12345"));
    }

    #[test]
    fn hosting_startup_is_added_to_the_machine_value_but_not_to_a_configured_one() {
        let none = run(&[], &facts(&[]));
        assert_eq!(last(&none, HOSTING_STARTUP), Some(INTEGRATION));
        let machine = run(&[(HOSTING_STARTUP, "Agent")], &facts(&[]));
        assert_eq!(
            last(&machine, HOSTING_STARTUP),
            Some("Agent;Microsoft.AspNetCore.Server.IISIntegration")
        );
        let configured = pairs(&[(HOSTING_STARTUP, "Agent")]);
        let own = run(&[(HOSTING_STARTUP, "Other")], &facts(&configured));
        assert_eq!(last(&own, HOSTING_STARTUP), Some("Agent"));
    }

    #[test]
    fn the_command_line_wins_over_web_config() {
        let configured = pairs(&[("ASPNETCORE_ENVIRONMENT", "Production")]);
        let given = pairs(&[("aspnetcore_environment", "Staging")]);
        let block = run(
            &[("ASPNETCORE_ENVIRONMENT", "X")],
            &Facts {
                given: &given,
                ..facts(&configured)
            },
        );
        assert_eq!(last(&block, "ASPNETCORE_ENVIRONMENT"), Some("Staging"));
    }

    #[test]
    fn in_process_variables_can_be_left_out() {
        let worker = pairs(&[("ASPNETCORE_IIS_SITE_ID", "1")]);
        let facts = Facts {
            worker: &worker,
            without_in_process: true,
            ..facts(&[])
        };
        let block = run(
            &[("ASPNETCORE_IIS_PHYSICAL_PATH", "C:\\app"), ("B", "2")],
            &facts,
        );
        assert!(!block.iter().any(|(name, _)| in_process_only(name)));
        assert_eq!(last(&block, "ASPNETCORE_TOKEN"), Some("t"));
        assert_eq!(last(&block, "B"), Some("2"));
    }
}
