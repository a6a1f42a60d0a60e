//! Under which account the probe ran.
//!
//! On the server the app runs as its application pool's account (`IIS AppPool\NAME` by default), which has other
//! rights, another profile, other environment variables and another PATH than a person at a prompt. What works here
//! may still fail there: `acl-grant --check` looks at the rights, and `--as-pool` (elevated, on the server) runs the
//! probe as the pool.

use record::wire::{Finding, Severity};

use crate::observation::Observation;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    if seen.plan.refusal.is_some()
        || seen
            .account
            .to_ascii_lowercase()
            .starts_with("iis apppool\\")
    {
        return None;
    }
    let pool = seen.plan.pool.as_deref().map_or_else(
        || "its application pool".to_owned(),
        |pool| format!("the pool {pool}"),
    );
    Some(
        Finding::new(
            "start/other-account",
            Severity::Info,
            format!("the app was started as {}; on the server it runs as the account of {pool}, which may see it differently", seen.account),
        )
        .evidence("account", seen.account.clone()),
    )
}
