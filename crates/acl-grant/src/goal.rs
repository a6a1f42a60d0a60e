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
    /// False for folders that are not the app's: they are looked at and never changed.
    pub(crate) may_change: bool,
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

    /// The descriptor with the identity's own entry; `None` where that would not be enough, or nothing can be added.
    pub(crate) fn granted(&self, own: &Descriptor, child: Child) -> Option<Descriptor> {
        let mut planned = own.clone();
        planned.insert(self.entry(child)).ok()?;
        (self.decide(&planned) == Decision::Granted).then_some(planned)
    }

    /// Whether files and folders that are made in this folder would be accessible too. An open DACL hands nothing on;
    /// what new files get then depends on who makes them, and nothing can be added.
    pub(crate) fn is_handed_on(&self, folder: &Descriptor) -> bool {
        if folder.dacl() == Dacl::Open {
            return true;
        }
        let wanted = self.rights.mask();
        [Child::File, Child::Folder].into_iter().all(|child| {
            let aces = inherit::from_parent(folder, child, None, None);
            access::check_list(&aces, &self.identity.token, wanted) == Decision::Granted
        })
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
