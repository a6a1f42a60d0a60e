//! Which ACEs a new or existing child takes from its parent (MS-DTYP 2.5.3.4).

use super::ace::{Ace, flag, right};
use super::sid::Sid;
use super::{Descriptor, well_known};

/// What the child is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Child {
    /// A file takes object-inherit entries, effective at once.
    File,
    /// A folder takes container-inherit entries, and object-inherit ones to hand on.
    Folder,
}

/// The entries that one entry of the parent becomes in a child: none, one, or two.
///
/// Two where a folder gets an entry with generic rights or for CREATOR OWNER: the effective one with the rights and the
/// SID filled in (`owner` and `group` of the child), and the original to hand on. All carry the inherited flag.
pub fn inherited(ace: &Ace, child: Child, owner: Option<&Sid>, group: Option<&Sid>) -> Vec<Ace> {
    let flags = ace.flags();
    let (objects, containers) = (
        flags & flag::OBJECT_INHERIT != 0,
        flags & flag::CONTAINER_INHERIT != 0,
    );
    let hands_on = child == Child::Folder && flags & flag::NO_PROPAGATE == 0;
    // an inherited object type names a class of a directory service: no file is one
    if ace.inherited_object_type().is_some() {
        return Vec::new();
    }
    let effective = match child {
        Child::File => objects,
        Child::Folder => containers,
    };
    let onwards = flags & (flag::OBJECT_INHERIT | flag::CONTAINER_INHERIT) | flag::INHERITED;
    if !effective {
        let carries = hands_on && objects;
        return if carries {
            vec![ace.with_flags(onwards | flag::INHERIT_ONLY)]
        } else {
            Vec::new()
        };
    }
    let filled = fill(ace, owner, group);
    if !hands_on {
        return vec![filled.with_flags(flag::INHERITED)];
    }
    if filled == *ace {
        return vec![ace.with_flags(onwards)];
    }
    vec![
        filled.with_flags(flag::INHERITED),
        ace.with_flags(onwards | flag::INHERIT_ONLY),
    ]
}

/// Rights and SID as they count in the child.
fn fill(ace: &Ace, owner: Option<&Sid>, group: Option<&Sid>) -> Ace {
    let mut filled = ace.clone();
    if ace.mask() & right::GENERIC != 0 {
        filled = filled.with_mask(right::map_generic(ace.mask()));
    }
    let sid = ace.sid();
    let stands_for = |placeholder: Sid| sid.as_ref() == Some(&placeholder);
    match (owner, group) {
        (Some(owner), _) if stands_for(well_known::creator_owner()) => filled.with_sid(owner),
        (_, Some(group)) if stands_for(well_known::creator_group()) => filled.with_sid(group),
        _ => filled,
    }
}

/// All that a child inherits from `parent`, in the parent's order.
pub fn from_parent(
    parent: &Descriptor,
    child: Child,
    owner: Option<&Sid>,
    group: Option<&Sid>,
) -> Vec<Ace> {
    parent
        .aces()
        .iter()
        .flat_map(|ace| inherited(ace, child, owner, group))
        .collect()
}

/// Adds to `child` those of `wanted` (taken from the parent's entries by `choose`) that it lacks, each behind the entry
/// that precedes it in the parent. Returns how many were added.
///
/// Nothing happens to a child that is protected or open to everybody; no entry is removed or changed.
pub fn propagate(
    parent: &Descriptor,
    child: &mut Descriptor,
    kind: Child,
    choose: impl Fn(&Ace) -> bool,
) -> Result<usize, super::DescriptorError> {
    if child.is_protected() || child.dacl() == super::Dacl::Open {
        return Ok(0);
    }
    let (owner, group) = (child.owner().cloned(), child.group().cloned());
    let mut before: Option<Ace> = None;
    let mut added = 0;
    for ace in from_parent(parent, kind, owner.as_ref(), group.as_ref()) {
        if choose(&ace) && !child.aces().contains(&ace) {
            child.insert_inherited(ace.clone(), before.as_ref())?;
            added += 1;
        }
        before = Some(ace);
    }
    Ok(added)
}
