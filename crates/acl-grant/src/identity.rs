//! Whose access is looked at.

use ntfs_meta::Sid;
use ntfs_meta::descriptor::access::Token;
use ntfs_meta::descriptor::well_known;
use ntfs_meta::sys;
use record::wire::Site;

use crate::args::Args;

/// An account and what its processes carry.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// As it was named.
    pub(crate) name: String,
    pub(crate) sid: Sid,
    /// The groups that were named.
    pub(crate) member_of: Vec<Sid>,
    pub(crate) token: Token,
}

/// Why there is no identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IdentityError {
    #[error("{0} is no SID")]
    Sid(String),
    #[error("the account {0} cannot be looked up here: give its SID")]
    Account(String),
    #[error("{0:?} is no name of an application pool")]
    Pool(String),
    #[error("no identity: give --pool, --sid or --account")]
    None,
}

/// The identity that the arguments name.
pub(crate) fn of_args(args: &Args) -> Result<Option<Identity>, IdentityError> {
    let (name, sid) = match (&args.pool, &args.sid, &args.account) {
        (Some(pool), _, _) => {
            let pool = pool_name(pool)?;
            (format!("IIS APPPOOL\\{pool}"), Sid::app_pool(pool))
        }
        (_, Some(text), _) => {
            let sid: Sid = text.parse().map_err(|_| IdentityError::Sid(text.clone()))?;
            (name_of(&sid), sid)
        }
        (_, _, Some(account)) => (account.clone(), look_up(account)?),
        (None, None, None) => return Ok(None),
    };
    Identity::new(name, sid, args).map(Some)
}

/// A pool's name as it was given, with or without the domain that its account has.
fn pool_name(given: &str) -> Result<&str, IdentityError> {
    const DOMAIN: &str = "IIS APPPOOL\\";
    let domain = given.get(..DOMAIN.len());
    let name = match domain.filter(|domain| domain.eq_ignore_ascii_case(DOMAIN)) {
        Some(_) => &given[DOMAIN.len()..],
        None => given,
    };
    if name.trim().is_empty() || name.contains(['\\', '/']) {
        return Err(IdentityError::Pool(given.to_owned()));
    }
    Ok(name)
}

/// The identity of a site's worker process.
pub(crate) fn of_site(site: &Site, args: &Args) -> Result<Identity, IdentityError> {
    let special = |text: &str| text.eq_ignore_ascii_case("ApplicationPoolIdentity");
    let account = site
        .pool_identity
        .as_deref()
        .filter(|text| !text.is_empty() && !special(text));
    let name = match (account, &site.pool) {
        (Some(account), _) => account.to_owned(),
        (None, Some(pool)) => format!("IIS APPPOOL\\{pool}"),
        (None, None) => site.pool_sid.clone().ok_or(IdentityError::None)?,
    };
    let sid = match &site.pool_sid {
        Some(text) => text.parse().map_err(|_| IdentityError::Sid(text.clone()))?,
        None => look_up(&name)?,
    };
    Identity::new(name, sid, args)
}

impl Identity {
    fn new(name: String, sid: Sid, args: &Args) -> Result<Identity, IdentityError> {
        let groups = args.member_of.iter().map(|group| look_up(group));
        let member_of = groups.collect::<Result<Vec<_>, _>>()?;
        // the system's own processes are administrators without any say
        let own = (sid == well_known::local_system()).then(well_known::administrators);
        let token = Token::worker_process(&sid, member_of.iter().cloned().chain(own));
        Ok(Identity {
            name,
            sid,
            member_of,
            token,
        })
    }
}

fn look_up(account: &str) -> Result<Sid, IdentityError> {
    let sid = Sid::from_account(account).or_else(|| sys::account_sid(account));
    sid.ok_or_else(|| IdentityError::Account(account.to_owned()))
}

/// The English name of a well-known SID, else its text.
pub(crate) fn name_of(sid: &Sid) -> String {
    well_known::name_of(sid).map_or_else(|| sid.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn args(list: &[&str]) -> Args {
        Args::try_parse_from(std::iter::once("acl-grant").chain(list.iter().copied())).unwrap()
    }

    #[test]
    fn by_pool_sid_and_account() {
        let of = |list: &[&str]| {
            of_args(&args(list))
                .unwrap()
                .map(|identity| identity.sid.to_string())
        };
        assert_eq!(of(&[]), None);
        assert!(of(&["--pool", "Shop"]).unwrap().starts_with("S-1-5-82-"));
        assert_eq!(of(&["--sid", "S-1-5-21-1"]).unwrap(), "S-1-5-21-1");
        assert_eq!(of(&["--account", "NetworkService"]).unwrap(), "S-1-5-20");
        assert_eq!(
            of(&["--pool", "iis apppool\\Shop"]),
            Some(Sid::app_pool("Shop").to_string())
        );
        for pool in ["", " ", "CONTOSO\\Shop", "a/b", "IIS APPPOOL\\"] {
            assert!(of_args(&args(&["--pool", pool])).is_err(), "{pool}");
        }
        assert!(of_args(&args(&["--sid", "x"])).is_err());
        assert!(of_args(&args(&["--pool", "x", "--member-of", "NO\\BODY"])).is_err());
    }

    #[test]
    fn by_site() {
        let site = |pool: &str, identity: &str| Site {
            pool: Some(pool.into()),
            pool_identity: Some(identity.into()),
            ..Site::default()
        };
        let of = |site: &Site| of_site(site, &args(&[])).map(|identity| identity.sid.to_string());
        assert_eq!(
            of(&site("Shop", "ApplicationPoolIdentity")),
            Ok(Sid::app_pool("Shop").to_string())
        );
        assert_eq!(of(&site("Shop", "LocalSystem")), Ok("S-1-5-18".into()));
        assert_eq!(
            of(&site("Shop", "CONTOSO\\web")),
            Err(IdentityError::Account("CONTOSO\\web".into()))
        );
        assert_eq!(of(&Site::default()), Err(IdentityError::None));
    }

    #[test]
    fn groups_count() {
        let identity = of_args(&args(&["--pool", "x", "--member-of", "S-1-5-21-9"]))
            .unwrap()
            .unwrap();
        assert!(identity.token.holds(&"S-1-5-21-9".parse().unwrap()));
        assert!(identity.token.holds(&well_known::iis_iusrs()));
    }
}
