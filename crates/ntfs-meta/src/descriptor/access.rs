//! Effective access: what a token may do, judged ACE by ACE as Windows judges (MS-DTYP 2.5.3.2).

use std::collections::HashSet;

use super::ace::{Ace, Kind, right};
use super::sid::Sid;
use super::{Dacl, Descriptor, well_known};

/// The SIDs of a process: its user and groups, all enabled.
#[derive(Debug, Clone)]
pub struct Token {
    /// SIDs as bytes: an ACE's SID is compared without building a value of it.
    sids: HashSet<Vec<u8>>,
}

impl Token {
    /// A token of a user and its groups.
    pub fn new(user: &Sid, groups: impl IntoIterator<Item = Sid>) -> Token {
        let sids = std::iter::once(user.clone())
            .chain(groups)
            .map(|sid| sid.as_bytes().to_vec())
            .collect();
        Token { sids }
    }

    /// The token of a worker process: the identity, `IIS_IUSRS`, `Users`, `Everyone`, `Authenticated Users`, and `groups`.
    pub fn worker_process(identity: &Sid, groups: impl IntoIterator<Item = Sid>) -> Token {
        let always = [
            well_known::iis_iusrs(),
            well_known::users(),
            well_known::everyone(),
            well_known::authenticated_users(),
        ];
        Token::new(identity, always.into_iter().chain(groups))
    }

    /// Whether the token holds the SID.
    pub fn holds(&self, sid: &Sid) -> bool {
        self.sids.contains(sid.as_bytes())
    }
}

/// The answer for one mask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Every right that was asked for.
    Granted,
    /// A denial came before the permission.
    Denied {
        /// The place of the denying entry in the DACL, from 0.
        ace: usize,
    },
    /// No entry allows these rights.
    Missing {
        /// The rights nobody gave.
        rights: u32,
    },
}

/// Whether `token` may do all of `desired` (specific rights, no generic bits).
///
/// Conditional permissions do not count and conditional denials do: a condition that cannot be evaluated is judged that
/// way by Windows too. Generic bits in an effective ACE are not expanded, as Windows does not expand them at this point.
/// Integrity labels and privileges are not looked at.
pub fn check(descriptor: &Descriptor, token: &Token, desired: u32) -> Decision {
    let Dacl::List(list) = descriptor.dacl() else {
        return Decision::Granted;
    };
    let owner = descriptor.owner().is_some_and(|owner| token.holds(owner));
    judge(list.aces(), token, owner, desired)
}

/// [`check`] for a list that belongs to no file yet: what a new child would inherit, for somebody who does not own it.
pub fn check_list(aces: &[Ace], token: &Token, desired: u32) -> Decision {
    judge(aces, token, false, desired)
}

fn judge(aces: &[Ace], token: &Token, owner: bool, desired: u32) -> Decision {
    let mut remaining = desired & !implied(aces, owner);
    for (index, ace) in aces.iter().enumerate() {
        if remaining == 0 {
            break;
        }
        match effect(ace, token, owner) {
            Effect::Allows(mask) => remaining &= !mask,
            Effect::Denies(mask) if mask & remaining != 0 => {
                return Decision::Denied { ace: index };
            }
            Effect::Denies(_) | Effect::None => {}
        }
    }
    if remaining == 0 {
        Decision::Granted
    } else {
        Decision::Missing { rights: remaining }
    }
}

/// All specific rights that `token` has (`MAXIMUM_ALLOWED`); every right of a file where the DACL is open.
pub fn maximum(descriptor: &Descriptor, token: &Token) -> u32 {
    let Dacl::List(list) = descriptor.dacl() else {
        return right::FULL;
    };
    let owner = descriptor.owner().is_some_and(|owner| token.holds(owner));
    let (mut granted, mut denied) = (implied(list.aces(), owner), 0);
    for ace in list.aces() {
        match effect(ace, token, owner) {
            Effect::Allows(mask) => granted |= mask & !denied,
            Effect::Denies(mask) => denied |= mask & !granted,
            Effect::None => {}
        }
    }
    granted
}

/// What an owner may do by being the owner, unless an entry for OWNER RIGHTS says otherwise.
fn implied(aces: &[Ace], owner: bool) -> u32 {
    let replaced = || {
        aces.iter()
            .any(|ace| ace.is_effective() && ace.sid() == Some(well_known::owner_rights()))
    };
    if owner && !replaced() {
        right::READ_CONTROL | right::WRITE_DAC
    } else {
        0
    }
}

enum Effect {
    Allows(u32),
    Denies(u32),
    None,
}

fn effect(ace: &Ace, token: &Token, owner: bool) -> Effect {
    if !ace.is_effective() {
        return Effect::None;
    }
    let concerned = || {
        ace.sid()
            .is_some_and(|sid| token.holds(&sid) || (owner && sid == well_known::owner_rights()))
    };
    match ace.kind() {
        Kind::Allow if concerned() => Effect::Allows(ace.mask()),
        // without a list of object types, as with files, only an entry without a type allows
        Kind::AllowObject if ace.object_type().is_none() && concerned() => {
            Effect::Allows(ace.mask())
        }
        Kind::Deny | Kind::DenyObject | Kind::DenyCallback | Kind::DenyCallbackObject
            if concerned() =>
        {
            Effect::Denies(ace.mask())
        }
        _ => Effect::None,
    }
}
