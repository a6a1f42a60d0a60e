//! Self-relative security descriptors (MS-DTYP 2.4.6): parsed, edited, written.
//!
//! What is not edited is written back byte for byte: the order of the parts, the bytes between them, padding inside an
//! ACL, and every kind of ACE, known or not.

pub mod access;
pub mod ace;
pub mod acl;
pub mod inherit;
pub mod sddl;
pub mod sid;
pub mod well_known;

use ace::Ace;
use acl::{Acl, AclError};
use sid::{Sid, SidError};

/// Control bits (MS-DTYP 2.4.6).
pub mod control {
    /// The DACL is there; with offset 0 it is the NULL DACL, which lets everybody do everything.
    pub const DACL_PRESENT: u16 = 0x0004;
    /// The SACL is there.
    pub const SACL_PRESENT: u16 = 0x0010;
    /// The DACL's inheritable ACEs were propagated to what was below.
    pub const DACL_AUTO_INHERITED: u16 = 0x0400;
    /// The DACL takes nothing from the parent: inheritance is cut here.
    pub const DACL_PROTECTED: u16 = 0x1000;
    /// The SACL was propagated.
    pub const SACL_AUTO_INHERITED: u16 = 0x0800;
    /// The SACL takes nothing from the parent.
    pub const SACL_PROTECTED: u16 = 0x2000;
    /// Parts are found by offsets from the beginning: always so on disk.
    pub const SELF_RELATIVE: u16 = 0x8000;
}

/// Bytes before the parts.
const HEADER: usize = 20;

/// Why bytes are no security descriptor, or why they could not be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    /// Shorter than its header.
    #[error("the security descriptor has {0} bytes, fewer than its header")]
    Truncated(usize),
    /// Only revision 1 was ever defined.
    #[error("the security descriptor has revision {0}, not 1")]
    Revision(u8),
    /// The absolute form holds pointers and never comes from a disk.
    #[error("the security descriptor is not self-relative")]
    Absolute,
    /// An offset points into the header or behind the end.
    #[error("the {part} of the security descriptor is at {offset}, outside of it")]
    Offset {
        /// Which part.
        part: &'static str,
        /// The offset as read.
        offset: u32,
    },
    /// Two parts share bytes without being the same.
    #[error("the parts of the security descriptor overlap at {0}")]
    Overlap(usize),
    /// The owner or group is no SID.
    #[error("the {part} of the security descriptor: {source}")]
    Sid {
        /// Which part.
        part: &'static str,
        /// What is wrong with it.
        source: SidError,
    },
    /// An ACL is malformed, or would become too long.
    #[error("the {part} of the security descriptor: {source}")]
    Acl {
        /// Which part.
        part: &'static str,
        /// What is wrong with it.
        source: AclError,
    },
    /// There is no list of ACEs to add to: everybody may do everything already.
    #[error("the security descriptor has no DACL to add to")]
    NoDacl,
}

/// What the DACL says, its absence told apart from its emptiness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dacl<'a> {
    /// Not present or NULL: everybody has every right.
    Open,
    /// Present: nobody has more than its ACEs allow; an empty one lets nobody in.
    List(&'a Acl),
}

/// Which part of a descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Owner,
    Group,
    Sacl,
    Dacl,
}

impl Part {
    /// In the order of the header's offsets.
    const ALL: [Part; 4] = [Part::Owner, Part::Group, Part::Sacl, Part::Dacl];

    fn name(self) -> &'static str {
        match self {
            Part::Owner => "owner",
            Part::Group => "group",
            Part::Sacl => "SACL",
            Part::Dacl => "DACL",
        }
    }
}

/// Where a part stood, and the bytes before it that belong to no part.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Slot {
    part: Part,
    gap: Vec<u8>,
    /// The same bytes as the slot before: owner and group are one SID, stored once.
    shared: bool,
}

/// A security descriptor. Equal descriptors have equal bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// `Sbz1`: the resource manager's byte, kept.
    resource_manager: u8,
    control: u16,
    owner: Option<Sid>,
    group: Option<Sid>,
    sacl: Option<Acl>,
    dacl: Option<Acl>,
    slots: Vec<Slot>,
    tail: Vec<u8>,
}

impl Descriptor {
    /// Reads a self-relative descriptor that fills `bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Descriptor, DescriptorError> {
        let Some((header, _)) = bytes.split_first_chunk::<HEADER>() else {
            return Err(DescriptorError::Truncated(bytes.len()));
        };
        if header[0] != 1 {
            return Err(DescriptorError::Revision(header[0]));
        }
        let control = u16::from_le_bytes([header[2], header[3]]);
        if control & control::SELF_RELATIVE == 0 {
            return Err(DescriptorError::Absolute);
        }
        let mut descriptor = Descriptor {
            resource_manager: header[1],
            control,
            owner: None,
            group: None,
            sacl: None,
            dacl: None,
            slots: Vec::new(),
            tail: Vec::new(),
        };
        let mut found = Vec::with_capacity(4);
        for (part, four) in Part::ALL.into_iter().zip(header[4..].chunks_exact(4)) {
            let offset = u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            if offset == 0 {
                continue;
            }
            let outside = DescriptorError::Offset {
                part: part.name(),
                offset,
            };
            let start = usize::try_from(offset).map_err(|_| outside)?;
            let rest = bytes
                .get(start..)
                .filter(|_| start >= HEADER)
                .ok_or(outside)?;
            let length = descriptor.read_part(part, rest)?;
            found.push((start, length, part));
        }
        found.sort_by_key(|&(start, ..)| start);
        let mut end = HEADER;
        let mut last = (0, 0);
        for (start, length, part) in found {
            let shared = last == (start, length);
            if !shared && start < end {
                return Err(DescriptorError::Overlap(start));
            }
            let gap = if shared {
                Vec::new()
            } else {
                bytes[end..start].to_vec()
            };
            descriptor.slots.push(Slot { part, gap, shared });
            last = (start, length);
            end = start + length;
        }
        descriptor.tail = bytes[end..].to_vec();
        Ok(descriptor)
    }

    /// Reads one part at the beginning of `bytes` and tells its length.
    fn read_part(&mut self, part: Part, bytes: &[u8]) -> Result<usize, DescriptorError> {
        let sid = || {
            Sid::parse(bytes).map_err(|source| DescriptorError::Sid {
                part: part.name(),
                source,
            })
        };
        let acl = || {
            Acl::parse(bytes).map_err(|source| DescriptorError::Acl {
                part: part.name(),
                source,
            })
        };
        Ok(match part {
            Part::Owner => self.owner.insert(sid()?).as_bytes().len(),
            Part::Group => self.group.insert(sid()?).as_bytes().len(),
            Part::Sacl => self.sacl.insert(acl()?).size(),
            Part::Dacl => self.dacl.insert(acl()?).size(),
        })
    }

    fn part_bytes(&self, part: Part) -> Vec<u8> {
        let sid = |sid: &Option<Sid>| sid.as_ref().map(|sid| sid.as_bytes().to_vec());
        let acl = |acl: &Option<Acl>| acl.as_ref().map(Acl::to_bytes);
        match part {
            Part::Owner => sid(&self.owner),
            Part::Group => sid(&self.group),
            Part::Sacl => acl(&self.sacl),
            Part::Dacl => acl(&self.dacl),
        }
        .unwrap_or_default()
    }

    /// The descriptor's bytes: those it was read from, as far as nothing was edited.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; HEADER];
        bytes[0] = 1;
        bytes[1] = self.resource_manager;
        bytes[2..4].copy_from_slice(&self.control.to_le_bytes());
        let mut previous: (usize, Vec<u8>) = (0, Vec::new());
        for slot in &self.slots {
            let part = self.part_bytes(slot.part);
            // an edit may have ended the sharing
            if !(slot.shared && part == previous.1) {
                bytes.extend_from_slice(&slot.gap);
                previous = (bytes.len(), part);
                bytes.extend_from_slice(&previous.1);
            }
            let field = 4 + 4 * slot.part as usize;
            // parts are at most 64 KiB each, and gaps came out of a descriptor with 32-bit offsets
            let offset = u32::try_from(previous.0).unwrap_or(u32::MAX);
            bytes[field..field + 4].copy_from_slice(&offset.to_le_bytes());
        }
        bytes.extend_from_slice(&self.tail);
        bytes
    }

    /// The control bits ([`control`]).
    pub fn control(&self) -> u16 {
        self.control
    }

    /// Who owns the file.
    pub fn owner(&self) -> Option<&Sid> {
        self.owner.as_ref()
    }

    /// The primary group.
    pub fn group(&self) -> Option<&Sid> {
        self.group.as_ref()
    }

    /// What the DACL says.
    pub fn dacl(&self) -> Dacl<'_> {
        match &self.dacl {
            Some(list) if self.control & control::DACL_PRESENT != 0 => Dacl::List(list),
            _ => Dacl::Open,
        }
    }

    /// The audit, label and attribute ACEs, where there are any.
    pub fn sacl(&self) -> Option<&Acl> {
        self.sacl
            .as_ref()
            .filter(|_| self.control & control::SACL_PRESENT != 0)
    }

    /// Whether inheritance from the parent is cut.
    pub fn is_protected(&self) -> bool {
        self.control & control::DACL_PROTECTED != 0
    }

    /// The DACL's ACEs; none where everybody may do everything.
    pub fn aces(&self) -> &[Ace] {
        match self.dacl() {
            Dacl::Open => &[],
            Dacl::List(list) => list.aces(),
        }
    }

    /// Adds one ACE to the DACL at its canonical place ([`Acl::insert`]); nothing else changes.
    pub fn insert(&mut self, ace: Ace) -> Result<(), DescriptorError> {
        self.edit(|list| list.insert(ace))
    }

    /// Adds an inherited ACE behind `after`, the one that stands before it in the parent ([`Acl::insert_inherited`]).
    pub fn insert_inherited(
        &mut self,
        ace: Ace,
        after: Option<&Ace>,
    ) -> Result<(), DescriptorError> {
        self.edit(|list| list.insert_inherited(ace, after))
    }

    /// Takes out the ACEs that `unwanted` names, and tells how many there were.
    pub fn remove(&mut self, unwanted: impl FnMut(&Ace) -> bool) -> usize {
        match &mut self.dacl {
            Some(list) if self.control & control::DACL_PRESENT != 0 => list.remove(unwanted),
            _ => 0,
        }
    }

    fn edit(
        &mut self,
        change: impl FnOnce(&mut Acl) -> Result<(), AclError>,
    ) -> Result<(), DescriptorError> {
        let present = self.control & control::DACL_PRESENT != 0;
        let list = self
            .dacl
            .as_mut()
            .filter(|_| present)
            .ok_or(DescriptorError::NoDacl)?;
        change(list).map_err(|source| DescriptorError::Acl {
            part: Part::Dacl.name(),
            source,
        })
    }
}

#[cfg(test)]
mod tests;
