//! The codes that acl-grant reports, one file each.

pub(crate) mod denied;
pub(crate) mod grant;
pub(crate) mod identity_unknown;
pub(crate) mod inherit;
pub(crate) mod link_not_followed;
pub(crate) mod malformed;
pub(crate) mod no_access;
pub(crate) mod no_folder;
pub(crate) mod not_changed;
pub(crate) mod not_inherited;
pub(crate) mod not_undone;
pub(crate) mod orphan;
pub(crate) mod traverse;
pub(crate) mod unreadable;
pub(crate) mod unsupported;

use record::code::Code;

/// Sorted by code.
pub(crate) static CODES: &[Code] = &[
    denied::CODE,
    grant::CODE,
    identity_unknown::CODE,
    inherit::CODE,
    link_not_followed::CODE,
    malformed::CODE,
    no_access::CODE,
    no_folder::CODE,
    not_changed::CODE,
    not_inherited::CODE,
    not_undone::CODE,
    orphan::CODE,
    traverse::CODE,
    unreadable::CODE,
    unsupported::CODE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_documented() {
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
        for code in CODES {
            assert!(code.docs.lines().count() > 2, "{}", code.code);
        }
    }
}
