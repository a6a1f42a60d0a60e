//! The account that a pool's worker runs as.

use record::input::Target;

/// The account of a pool's worker, as the tools of the system take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) shown: String,
    /// For schtasks: a name, or the SID of a built-in account, whose name is another in each language.
    pub(super) user: String,
    /// For icacls, which marks a SID.
    pub(super) granted: String,
}

impl Account {
    /// # Errors
    /// There is no pool, or its account cannot run a task without its password.
    pub(super) fn of(pool: Option<&str>, target: &Target) -> Result<Self, String> {
        let site = target.site.as_deref();
        let own = site.and_then(|site| site.pool.as_deref());
        // Of another pool than the site's, only the name is known.
        let identity = site
            .filter(|_| pool.is_none_or(|pool| Some(pool) == own))
            .and_then(|site| site.pool_identity.as_deref());
        let pool = pool
            .or(own)
            .ok_or("the target has no application pool: pass it with --pool")?;
        let built_in = |name: &str, sid: &str| Self {
            shown: name.into(),
            user: sid.into(),
            granted: format!("*{sid}"),
        };
        Ok(match identity {
            None | Some("" | "ApplicationPoolIdentity") => {
                let name = format!("IIS AppPool\\{pool}");
                Self {
                    shown: name.clone(),
                    user: name.clone(),
                    granted: name,
                }
            }
            Some("NetworkService") => built_in("NETWORK SERVICE", "S-1-5-20"),
            Some("LocalService") => built_in("LOCAL SERVICE", "S-1-5-19"),
            Some("LocalSystem") => built_in("SYSTEM", "S-1-5-18"),
            Some(user) => {
                return Err(format!(
                    "the pool {pool} runs as the user {user}: a task as that user needs its password; run the probe as {user} instead (runas)"
                ));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use record::wire::Site;

    use super::*;

    fn target(identity: Option<&str>) -> Target {
        Target {
            site: Some(Box::new(Site {
                pool: Some("shop".into()),
                pool_identity: identity.map(str::to_owned),
                ..Site::default()
            })),
            ..Target::default()
        }
    }

    #[test]
    fn the_account_is_the_one_that_the_pool_runs_as() {
        let user = |pool, identity| Account::of(pool, &target(identity)).map(|found| found.user);
        assert_eq!(user(None, None).unwrap(), "IIS AppPool\\shop");
        assert_eq!(
            user(None, Some("ApplicationPoolIdentity")).unwrap(),
            "IIS AppPool\\shop"
        );
        assert_eq!(
            user(Some("shop"), Some("NetworkService")).unwrap(),
            "S-1-5-20"
        );
        assert_eq!(
            user(Some("other"), Some("NetworkService")).unwrap(),
            "IIS AppPool\\other"
        );
        assert_eq!(user(None, Some("LocalSystem")).unwrap(), "S-1-5-18");
        assert!(
            user(None, Some("HOME\\svc"))
                .unwrap_err()
                .contains("password")
        );
        let nobody = Account::of(None, &Target::of_path(Path::new("app")));
        assert!(nobody.unwrap_err().contains("--pool"));
    }
}
