//! The account that a pool runs as.
use iis_config::server::{Identity, Pool};
use ntfs_meta::Sid;

/// The account's name for the record: the identity type, or the user.
pub(crate) fn name(pool: &Pool) -> String {
    match pool.identity() {
        Identity::ApplicationPool => "ApplicationPoolIdentity".to_owned(),
        Identity::LocalSystem => "LocalSystem".to_owned(),
        Identity::LocalService => "LocalService".to_owned(),
        Identity::NetworkService => "NetworkService".to_owned(),
        Identity::User(name) => name,
    }
}

/// Its SID, where the name alone gives it: a user's lies in a directory or in the machine's own accounts.
pub(crate) fn sid(pool: &Pool) -> Option<String> {
    let sid = match pool.identity() {
        Identity::ApplicationPool => Some(Sid::app_pool(&pool.name)),
        Identity::LocalSystem => Sid::from_account("S-1-5-18"),
        Identity::LocalService => Sid::from_account("S-1-5-19"),
        Identity::NetworkService => Sid::from_account("S-1-5-20"),
        Identity::User(name) => Sid::from_account(&name),
    };
    sid.map(|sid| sid.to_string())
}
