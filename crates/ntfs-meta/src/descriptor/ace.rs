//! Access control entries (MS-DTYP 2.4.4): kept as bytes, looked at through accessors.

use super::sid::Sid;

/// Inheritance and audit flags of an ACE (MS-DTYP 2.4.4.1).
pub mod flag {
    /// Files below inherit it.
    pub const OBJECT_INHERIT: u8 = 0x01;
    /// Folders below inherit it.
    pub const CONTAINER_INHERIT: u8 = 0x02;
    /// Children inherit it, grandchildren do not.
    pub const NO_PROPAGATE: u8 = 0x04;
    /// It does not count for this object, only for what is below.
    pub const INHERIT_ONLY: u8 = 0x08;
    /// It came from the parent.
    pub const INHERITED: u8 = 0x10;
    /// All that governs inheritance downwards.
    pub const PROPAGATION: u8 = OBJECT_INHERIT | CONTAINER_INHERIT | NO_PROPAGATE | INHERIT_ONLY;
}

/// Rights on files and folders (MS-DTYP 2.4.3, winnt.h).
pub mod right {
    /// Read data, attributes, extended attributes and permissions (`FILE_GENERIC_READ`).
    pub const READ: u32 = 0x0012_0089;
    /// Execute or pass through (`FILE_GENERIC_EXECUTE`).
    pub const EXECUTE: u32 = 0x0012_00a0;
    /// Write data and attributes (`FILE_GENERIC_WRITE`).
    pub const WRITE: u32 = 0x0012_0116;
    /// What `icacls` calls RX.
    pub const READ_EXECUTE: u32 = READ | EXECUTE;
    /// What `icacls` calls M: read, execute, write and delete.
    pub const MODIFY: u32 = 0x0013_01bf;
    /// `FILE_ALL_ACCESS`.
    pub const FULL: u32 = 0x001f_01ff;
    /// `FILE_TRAVERSE`: pass through a folder.
    pub const TRAVERSE: u32 = 0x0000_0020;
    /// Read the descriptor.
    pub const READ_CONTROL: u32 = 0x0002_0000;
    /// Change the DACL.
    pub const WRITE_DAC: u32 = 0x0004_0000;
    /// Wait for the handle; every open asks for it.
    pub const SYNCHRONIZE: u32 = 0x0010_0000;
    /// Stands for all that a type of object has.
    pub const GENERIC_ALL: u32 = 0x1000_0000;
    /// Stands for [`EXECUTE`] on a file.
    pub const GENERIC_EXECUTE: u32 = 0x2000_0000;
    /// Stands for [`WRITE`] on a file.
    pub const GENERIC_WRITE: u32 = 0x4000_0000;
    /// Stands for [`READ`] on a file.
    pub const GENERIC_READ: u32 = 0x8000_0000;
    /// The four generic bits.
    pub const GENERIC: u32 = GENERIC_ALL | GENERIC_EXECUTE | GENERIC_WRITE | GENERIC_READ;

    /// Replaces generic bits by what they stand for on a file, as Windows does when an ACE becomes effective.
    pub fn map_generic(mask: u32) -> u32 {
        let map = [
            (GENERIC_ALL, FULL),
            (GENERIC_EXECUTE, EXECUTE),
            (GENERIC_WRITE, WRITE),
            (GENERIC_READ, READ),
        ];
        let mapped = map
            .iter()
            .filter(|(generic, _)| mask & generic != 0)
            .fold(mask, |sum, (_, rights)| sum | rights);
        mapped & !GENERIC
    }
}

/// The type byte of an ACE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Allows (0x00).
    Allow,
    /// Denies (0x01).
    Deny,
    /// Allows on an object type (0x05).
    AllowObject,
    /// Denies on an object type (0x06).
    DenyObject,
    /// Allows under a condition (0x09).
    AllowCallback,
    /// Denies under a condition (0x0a).
    DenyCallback,
    /// Allows on an object type under a condition (0x0b).
    AllowCallbackObject,
    /// Denies on an object type under a condition (0x0c).
    DenyCallbackObject,
    /// Audit (0x02), alarm, label, resource attribute, policy, or a type of the future: kept, never judged.
    Other(u8),
}

/// Bytes of type, flags and size.
const HEADER: usize = 4;

/// One ACE. Equal ACEs have equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ace(Vec<u8>);

impl Ace {
    /// An entry that allows `mask` to `sid`, with [`flag`]s.
    pub fn allow(sid: &Sid, mask: u32, flags: u8) -> Ace {
        Ace::plain(0, sid, mask, flags)
    }

    /// An entry that denies `mask` to `sid`, with [`flag`]s.
    pub fn deny(sid: &Sid, mask: u32, flags: u8) -> Ace {
        Ace::plain(1, sid, mask, flags)
    }

    fn plain(kind: u8, sid: &Sid, mask: u32, flags: u8) -> Ace {
        // at most 4 + 4 + 68 bytes
        let size = (HEADER + 4 + sid.as_bytes().len()) as u16;
        let mut bytes = vec![kind, flags];
        bytes.extend_from_slice(&size.to_le_bytes());
        bytes.extend_from_slice(&mask.to_le_bytes());
        bytes.extend_from_slice(sid.as_bytes());
        Ace(bytes)
    }

    /// Reads the ACE at the beginning of `bytes` by the size it announces; `None` where it does not fit.
    pub fn parse(bytes: &[u8]) -> Option<Ace> {
        let size = usize::from(u16::from_le_bytes([*bytes.get(2)?, *bytes.get(3)?]));
        bytes
            .get(..size)
            .filter(|ace| ace.len() >= HEADER)
            .map(|ace| Ace(ace.to_vec()))
    }

    /// The ACE as Windows stores it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Type byte.
    pub fn kind(&self) -> Kind {
        match self.0[0] {
            0x00 => Kind::Allow,
            0x01 => Kind::Deny,
            0x05 => Kind::AllowObject,
            0x06 => Kind::DenyObject,
            0x09 => Kind::AllowCallback,
            0x0a => Kind::DenyCallback,
            0x0b => Kind::AllowCallbackObject,
            0x0c => Kind::DenyCallbackObject,
            other => Kind::Other(other),
        }
    }

    /// [`flag`]s.
    pub fn flags(&self) -> u8 {
        self.0[1]
    }

    /// Whether it counts for the object that carries it.
    pub fn is_effective(&self) -> bool {
        self.flags() & flag::INHERIT_ONLY == 0
    }

    /// Whether it came from the parent.
    pub fn is_inherited(&self) -> bool {
        self.flags() & flag::INHERITED != 0
    }

    /// Whether it allows, under whatever condition.
    pub fn is_allow(&self) -> bool {
        use Kind::{Allow, AllowCallback, AllowCallbackObject, AllowObject};
        matches!(
            self.kind(),
            Allow | AllowObject | AllowCallback | AllowCallbackObject
        )
    }

    /// Whether it denies, under whatever condition.
    pub fn is_deny(&self) -> bool {
        use Kind::{Deny, DenyCallback, DenyCallbackObject, DenyObject};
        matches!(
            self.kind(),
            Deny | DenyObject | DenyCallback | DenyCallbackObject
        )
    }

    /// Whether the rights apply under a condition only.
    pub fn is_conditional(&self) -> bool {
        use Kind::{AllowCallback, AllowCallbackObject, DenyCallback, DenyCallbackObject};
        matches!(
            self.kind(),
            AllowCallback | AllowCallbackObject | DenyCallback | DenyCallbackObject
        )
    }

    /// The rights; 0 where there is no room for a mask.
    pub fn mask(&self) -> u32 {
        self.word(HEADER).unwrap_or(0)
    }

    /// Whom it is about. `None` for types without a SID (compound) and for malformed ones.
    pub fn sid(&self) -> Option<Sid> {
        Sid::parse(self.0.get(self.sid_offset()?..)?).ok()
    }

    /// The object type's GUID, for object ACEs that have one.
    pub fn object_type(&self) -> Option<&[u8]> {
        self.is_object().then_some(())?;
        let present = self.word(8)? & 1 != 0;
        self.0.get(12..28).filter(|_| present)
    }

    /// The GUID of the type that inherits, for object ACEs that have one.
    pub fn inherited_object_type(&self) -> Option<&[u8]> {
        self.is_object().then_some(())?;
        let flags = self.word(8)?;
        let start = if flags & 1 != 0 { 28 } else { 12 };
        self.0.get(start..start + 16).filter(|_| flags & 2 != 0)
    }

    /// What follows the SID: a condition, a resource attribute, or nothing.
    pub fn application_data(&self) -> &[u8] {
        let end = self
            .sid_offset()
            .zip(self.sid())
            .map(|(start, sid)| start + sid.as_bytes().len());
        end.and_then(|end| self.0.get(end..)).unwrap_or_default()
    }

    /// The same ACE with other flags.
    pub fn with_flags(&self, flags: u8) -> Ace {
        let mut ace = self.clone();
        ace.0[1] = flags;
        ace
    }

    /// The same ACE with another mask; one without room for a mask stays as it is.
    pub fn with_mask(&self, mask: u32) -> Ace {
        let mut ace = self.clone();
        if let Some(four) = ace.0.get_mut(HEADER..HEADER + 4) {
            four.copy_from_slice(&mask.to_le_bytes());
        }
        ace
    }

    /// The same ACE about somebody else, what follows the SID kept.
    pub fn with_sid(&self, sid: &Sid) -> Ace {
        let Some(start) = self.sid_offset() else {
            return self.clone();
        };
        let mut bytes = self.0[..start].to_vec();
        bytes.extend_from_slice(sid.as_bytes());
        bytes.extend_from_slice(self.application_data());
        match u16::try_from(bytes.len()) {
            Ok(size) => bytes[2..4].copy_from_slice(&size.to_le_bytes()),
            Err(_) => return self.clone(),
        }
        Ace(bytes)
    }

    fn is_object(&self) -> bool {
        matches!(self.0[0], 0x05..=0x08 | 0x0b | 0x0c | 0x0f | 0x10)
    }

    fn sid_offset(&self) -> Option<usize> {
        match self.0[0] {
            0x04 => None,
            _ if self.is_object() => {
                let guids = self.word(8)? & 3;
                Some(12 + 16 * guids.count_ones() as usize)
            }
            0x00..=0x15 => Some(8),
            _ => None,
        }
    }

    fn word(&self, at: usize) -> Option<u32> {
        self.0
            .get(at..at + 4)
            .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
    }
}
