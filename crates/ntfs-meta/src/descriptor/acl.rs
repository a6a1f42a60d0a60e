//! Access control lists (MS-DTYP 2.4.5) and where a new entry belongs in one.

use super::ace::Ace;

/// Bytes of revision, size and count.
const HEADER: usize = 8;

/// Why bytes are no ACL, or why one could not be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AclError {
    /// The list ends before the size it announces.
    #[error("the list of ACEs ends early")]
    Truncated,
    /// An entry does not fit into the list.
    #[error("ACE {0} does not fit into its list")]
    Ace(usize),
    /// A list holds at most 64 KiB.
    #[error("the list of ACEs has no room for another one")]
    Full,
}

/// A list of ACEs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acl {
    revision: u8,
    sbz1: u8,
    sbz2: [u8; 2],
    aces: Vec<Ace>,
    /// Room behind the last ACE, as some writers leave it.
    spare: Vec<u8>,
}

impl Acl {
    /// Reads the list at the beginning of `bytes` by the size that it announces.
    pub fn parse(bytes: &[u8]) -> Result<Acl, AclError> {
        let (header, _) = bytes
            .split_first_chunk::<HEADER>()
            .ok_or(AclError::Truncated)?;
        let size = usize::from(u16::from_le_bytes([header[2], header[3]]));
        let count = usize::from(u16::from_le_bytes([header[4], header[5]]));
        let mut rest = bytes.get(HEADER..size).ok_or(AclError::Truncated)?;
        let mut aces = Vec::new();
        for index in 0..count {
            let ace = Ace::parse(rest).ok_or(AclError::Ace(index))?;
            rest = &rest[ace.as_bytes().len()..];
            aces.push(ace);
        }
        Ok(Acl {
            revision: header[0],
            sbz1: header[1],
            sbz2: [header[6], header[7]],
            aces,
            spare: rest.to_vec(),
        })
    }

    /// Bytes that the list takes.
    pub fn size(&self) -> usize {
        HEADER
            + self
                .aces
                .iter()
                .map(|ace| ace.as_bytes().len())
                .sum::<usize>()
            + self.spare.len()
    }

    /// The list as Windows stores it.
    pub fn to_bytes(&self) -> Vec<u8> {
        // both fit: parsed lists do, and `add` refuses what would not
        let (size, count) = (self.size() as u16, self.aces.len() as u16);
        let mut bytes = vec![self.revision, self.sbz1];
        bytes.extend_from_slice(&size.to_le_bytes());
        bytes.extend_from_slice(&count.to_le_bytes());
        bytes.extend_from_slice(&self.sbz2);
        self.aces
            .iter()
            .for_each(|ace| bytes.extend_from_slice(ace.as_bytes()));
        bytes.extend_from_slice(&self.spare);
        bytes
    }

    /// The entries, first to last: the order in which Windows judges.
    pub fn aces(&self) -> &[Ace] {
        &self.aces
    }

    /// Adds an explicit entry where the canonical order has it: denials, then permissions, then what is inherited.
    ///
    /// In a list that is not in canonical order the entry still comes behind every explicit denial that stands before
    /// the first inherited entry, so that it never lifts one; the others keep their places.
    pub fn insert(&mut self, ace: Ace) -> Result<(), AclError> {
        let explicit = self.first_inherited();
        let after_denials = self.aces[..explicit]
            .iter()
            .rposition(Ace::is_deny)
            .map_or(0, |last| last + 1);
        // behind the denials, and behind what is allowed already: the newest permission comes last
        let place = if ace.is_deny() {
            after_denials
        } else {
            explicit
        };
        self.add(place, ace)
    }

    /// Adds an inherited entry behind `after`, which is the one before it in the parent's list; without one, or where
    /// this list lacks it, it becomes the first that is inherited, behind denials that were inherited already.
    pub fn insert_inherited(&mut self, ace: Ace, after: Option<&Ace>) -> Result<(), AclError> {
        let first = self.first_inherited();
        let behind =
            after.and_then(|before| self.aces[first..].iter().position(|ace| ace == before));
        let denials = || {
            self.aces[first..]
                .iter()
                .take_while(|ace| ace.is_deny())
                .count()
        };
        let place = first + behind.map_or_else(denials, |index| index + 1);
        self.add(place, ace)
    }

    /// Takes out the entries that `unwanted` names, and tells how many there were.
    pub fn remove(&mut self, mut unwanted: impl FnMut(&Ace) -> bool) -> usize {
        let before = self.aces.len();
        self.aces.retain(|ace| !unwanted(ace));
        before - self.aces.len()
    }

    fn first_inherited(&self) -> usize {
        self.aces
            .iter()
            .position(Ace::is_inherited)
            .unwrap_or(self.aces.len())
    }

    fn add(&mut self, place: usize, ace: Ace) -> Result<(), AclError> {
        let length = ace.as_bytes().len();
        // room that is all zero is there to be used: the list's size, and every offset behind it, stay
        let reusable = self.spare.len() >= length && self.spare.iter().all(|byte| *byte == 0);
        if !reusable
            && (self.size() + length > usize::from(u16::MAX)
                || self.aces.len() == usize::from(u16::MAX))
        {
            return Err(AclError::Full);
        }
        if reusable {
            self.spare.truncate(self.spare.len() - length);
        }
        self.aces.insert(place, ace);
        Ok(())
    }
}
