//! The codes that unblock reports, one file each.

pub(crate) mod archive_source;
pub(crate) mod link_not_followed;
pub(crate) mod mark;
pub(crate) mod mark_left;
pub(crate) mod marked_app;
pub(crate) mod not_changed;
pub(crate) mod not_undone;
pub(crate) mod sidecar;
pub(crate) mod unreadable;
pub(crate) mod unsupported;

use record::code::Code;

/// Sorted by code.
pub(crate) static CODES: &[Code] = &[
    archive_source::CODE,
    link_not_followed::CODE,
    mark::CODE,
    mark_left::CODE,
    marked_app::CODE,
    not_changed::CODE,
    not_undone::CODE,
    sidecar::CODE,
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
