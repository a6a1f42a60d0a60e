//! The pool's account has no user profile.
//!
//! With `loadUserProfile="false"` or `setProfileEnvironment="false"` the key ring of data protection has nowhere to be kept (sign-ins end with
//! every restart), certificates with private keys cannot be loaded ("The system cannot find the file specified"), and `%TEMP%` is
//! not the account's own. Set both to true. Windows' own `applicationHost.config` has
//! `setProfileEnvironment="false"` for all pools, so that alone is a note.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "pool/user-profile-off",
    Severity::Warning,
    Some(cause::LOAD_USER_PROFILE_OFF),
    record::module_docs!("user_profile_off.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let Some(pool) = app.pool.filter(|_| app.core.is_some()) else { return };
    let settings = [("loadUserProfile", &pool.load_user_profile), ("setProfileEnvironment", &pool.set_profile_environment)];
    for (attribute, setting) in settings {
        let Some(setting) = setting.as_ref().filter(|s| !s.value) else { continue };
        let message = format!("{attribute} is false for the pool {} of {}.", pool.name, app.name());
        let help = format!("appcmd set apppool \"{}\" /processModel.{attribute}:true", pool.name);
        let mut finding = rule.finding(message);
        if attribute == "setProfileEnvironment" {
            finding.severity = Severity::Info;
        }
        told.at(&setting.origin, finding.help(help).evidence("pool", pool.name.as_str()));
    }
}
