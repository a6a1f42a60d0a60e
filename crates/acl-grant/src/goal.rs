//! What an identity should be able to do below one path, and what a descriptor has to become for it.

use std::path::PathBuf;

use ntfs_meta::Descriptor;
use ntfs_meta::descriptor::access::{self, Decision};
use ntfs_meta::descriptor::ace::{Ace, Kind, flag, right};
use ntfs_meta::descriptor::inherit::{self, Child};
use ntfs_meta::descriptor::{Dacl, DescriptorError};

use crate::identity::Identity;

/// The rights that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Read, which is all that a key file needs.
    Read,
    /// Read and execute.
    ReadExecute,
    /// Read, execute, write and delete.
    Modify,
}

impl Rights {
    pub(crate) fn mask(self) -> u32 {
        match self {
            Rights::Read => right::READ,
            Rights::ReadExecute => right::READ_EXECUTE,
            Rights::Modify => right::MODIFY,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Rights::Read => "read",
            Rights::ReadExecute => "read & execute",
            Rights::Modify => "modify",
        }
    }
}

/// What becomes of the identity's access in what is made in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HandedOn {
    Yes,
    /// Entries are missing.
    No,
    /// This entry would be inherited and denies: another one would not help.
    Denied(Option<Ace>),
}

/// One identity, one path, one set of rights.
#[derive(Debug, Clone)]
pub(crate) struct Goal {
    pub(crate) identity: Identity,
    /// As it is shown.
    pub(crate) shown: PathBuf,
    /// Without links.
    pub(crate) resolved: PathBuf,
    pub(crate) rights: Rights,
    /// What a failure means, a cause id.
    pub(crate) cause: &'static str,
    /// What it is, where the path does not tell: `the private key of shop.example`.
    pub(crate) what: Option<String>,
    /// False for folders that are not the app's: they are looked at and never changed.
    pub(crate) may_change: bool,
    /// Whether what is below counts, too: old logs need not be writable.
    pub(crate) below: bool,
}

impl Goal {
    pub(crate) fn decide(&self, descriptor: &Descriptor) -> Decision {
        access::check(descriptor, &self.identity.token, self.rights.mask())
    }

    /// The entry that the identity is given.
    pub(crate) fn entry(&self, child: Child) -> Ace {
        let flags = match child {
            Child::Folder => flag::OBJECT_INHERIT | flag::CONTAINER_INHERIT,
            Child::File => 0,
        };
        Ace::allow(&self.identity.sid, self.rights.mask(), flags)
    }

    /// The arguments with which acl-grant reaches the goal: its path is the target, and written to where that is the goal.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--sid".to_owned(), self.identity.sid.to_string()];
        for group in &self.identity.member_of {
            arguments.extend(["--member-of".to_owned(), group.to_string()]);
        }
        if self.rights == Rights::Modify {
            // below the target: the target itself
            arguments.extend(["--write".to_owned(), ".".to_owned()]);
        }
        arguments.push(self.shown.to_string_lossy().into_owned());
        arguments
    }

    /// Whether the descriptor has the identity's own entry already.
    pub(crate) fn has_entry(&self, own: &Descriptor, child: Child) -> bool {
        own.aces().contains(&self.entry(child))
    }

    /// Whether a folder has the identity's entry from the one above, to hand it on.
    pub(crate) fn has_inherited_entry(&self, folder: &Descriptor) -> bool {
        let entry = self.entry(Child::Folder);
        let inherited = entry.with_flags(entry.flags() | flag::INHERITED);
        folder.aces().contains(&inherited)
    }

    /// The descriptor with the identity's own entry, which it may have already; `None` where that would not be enough or
    /// nothing can be added, and where somebody has denied it: an entry of ours must not come before a denial.
    pub(crate) fn granted(&self, own: &Descriptor, child: Child) -> Option<Descriptor> {
        if matches!(self.decide(own), Decision::Denied { .. }) {
            return None;
        }
        let mut planned = own.clone();
        if !self.has_entry(own, child) {
            planned.insert(self.entry(child)).ok()?;
        }
        (self.decide(&planned) == Decision::Granted).then_some(planned)
    }

    /// Whether files and folders that are made in this folder would be accessible too. An open DACL hands nothing on;
    /// what new files get then depends on who makes them, and nothing can be added.
    pub(crate) fn handed_on(&self, folder: &Descriptor) -> HandedOn {
        if folder.dacl() == Dacl::Open {
            return HandedOn::Yes;
        }
        let mut answer = HandedOn::Yes;
        for child in [Child::File, Child::Folder] {
            let aces = inherit::from_parent(folder, child, None, None);
            match access::check_list(&aces, &self.identity.token, self.rights.mask()) {
                Decision::Granted => {}
                Decision::Missing { .. } => answer = HandedOn::No,
                Decision::Denied { ace } => return HandedOn::Denied(aces.into_iter().nth(ace)),
            }
        }
        answer
    }

    /// What a file or folder that inherits becomes below `above`, whose descriptor is as it will be.
    ///
    /// Below a granted folder everything gets the identity's entry, as Windows hands it on. Where access is still missing
    /// the other permissions of the identity's token that the folder hands on are added, too: a file that was moved in
    /// keeps the entries of where it came from.
    pub(crate) fn inheriting(
        &self,
        own: &Descriptor,
        above: &Descriptor,
        child: Child,
        granted: bool,
    ) -> Result<Descriptor, DescriptorError> {
        let mut planned = own.clone();
        let allow = |ace: &Ace| ace.kind() == Kind::Allow;
        if granted {
            let ours = |ace: &Ace| {
                allow(ace)
                    && ace.mask() == self.rights.mask()
                    && ace.sid().as_ref() == Some(&self.identity.sid)
            };
            inherit::propagate(above, &mut planned, child, ours)?;
            let denied = || matches!(self.decide(own), Decision::Denied { .. });
            if denied() && self.decide(&planned) == Decision::Granted {
                // the list is in no order that could take the entry without lifting a denial
                return Ok(own.clone());
            }
        }
        if matches!(self.decide(&planned), Decision::Missing { .. }) {
            let mut healed = planned.clone();
            let holds = |ace: &Ace| {
                allow(ace) && ace.sid().is_some_and(|sid| self.identity.token.holds(&sid))
            };
            inherit::propagate(above, &mut healed, child, holds)?;
            if self.decide(&healed) == Decision::Granted {
                return Ok(healed);
            }
        }
        Ok(planned)
    }
}
