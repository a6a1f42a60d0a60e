//! Security descriptors as bytes and as values: SIDs, ACEs, ACLs, inheritance, effective access, SDDL.

pub mod sid;
pub mod well_known;
