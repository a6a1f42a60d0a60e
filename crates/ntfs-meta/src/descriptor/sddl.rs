//! Descriptors as SDDL text (MS-DTYP 2.5.1), for people and undo files.

use std::fmt::Write as _;

use super::ace::{Ace, flag, right};
use super::acl::Acl;
use super::{Descriptor, control, well_known};
use crate::Sid;

/// Two letters for each ACE type, by type byte. Types without letters are written as their number.
const KINDS: &[(u8, &str)] = &[
    (0x00, "A"),
    (0x01, "D"),
    (0x02, "AU"),
    (0x03, "AL"),
    (0x05, "OA"),
    (0x06, "OD"),
    (0x07, "OU"),
    (0x08, "OL"),
    (0x09, "XA"),
    (0x0a, "XD"),
    (0x0b, "ZA"),
    (0x0d, "XU"),
    (0x11, "ML"),
    (0x12, "RA"),
    (0x13, "SP"),
    (0x14, "TL"),
    (0x15, "FL"),
];

const FLAGS: &[(u8, &str)] = &[
    (flag::OBJECT_INHERIT, "OI"),
    (flag::CONTAINER_INHERIT, "CI"),
    (flag::NO_PROPAGATE, "NP"),
    (flag::INHERIT_ONLY, "IO"),
    (flag::INHERITED, "ID"),
    (0x40, "SA"),
    (0x80, "FA"),
];

/// Whole masks that have a name of their own.
const MASKS: &[(u32, &str)] = &[
    (right::FULL, "FA"),
    (right::READ, "FR"),
    (right::WRITE, "FW"),
    (right::EXECUTE, "FX"),
];

/// Bits that may be written one after the other.
const BITS: &[(u32, &str)] = &[
    (0x0001_0000, "SD"),
    (right::READ_CONTROL, "RC"),
    (right::WRITE_DAC, "WD"),
    (0x0008_0000, "WO"),
    (right::GENERIC_ALL, "GA"),
    (right::GENERIC_EXECUTE, "GX"),
    (right::GENERIC_WRITE, "GW"),
    (right::GENERIC_READ, "GR"),
];

impl Descriptor {
    /// The descriptor as SDDL. A NULL DACL is `D:NO_ACCESS_CONTROL`, an empty one `D:`.
    ///
    /// Bytes that SDDL has no words for (conditions, resource attributes, unknown types) are written as `#` and
    /// hexadecimal digits in the place of the condition: for reading, not for giving back to Windows.
    pub fn to_sddl(&self) -> String {
        let mut text = String::new();
        if let Some(owner) = self.owner() {
            let _ = write!(text, "O:{}", sid_text(owner));
        }
        if let Some(group) = self.group() {
            let _ = write!(text, "G:{}", sid_text(group));
        }
        if self.control & control::DACL_PRESENT != 0 {
            text.push_str("D:");
            let bits = [
                (control::DACL_PROTECTED, "P"),
                (0x0100, "AR"),
                (control::DACL_AUTO_INHERITED, "AI"),
            ];
            push_list(&mut text, self.control, &bits, self.dacl.as_ref());
        }
        if self.control & control::SACL_PRESENT != 0 {
            text.push_str("S:");
            let bits = [
                (control::SACL_PROTECTED, "P"),
                (0x0200, "AR"),
                (control::SACL_AUTO_INHERITED, "AI"),
            ];
            push_list(&mut text, self.control, &bits, self.sacl.as_ref());
        }
        text
    }
}

impl Ace {
    /// The entry as SDDL, with its parentheses.
    pub fn to_sddl(&self) -> String {
        let bytes = self.as_bytes();
        let mut text = String::from("(");
        match KINDS.iter().find(|kind| kind.0 == bytes[0]) {
            Some((_, letters)) => text.push_str(letters),
            None => _ = write!(text, "0x{:x}", bytes[0]),
        }
        text.push(';');
        FLAGS
            .iter()
            .filter(|(bit, _)| self.flags() & bit != 0)
            .for_each(|(_, letters)| text.push_str(letters));
        text.push(';');
        push_mask(&mut text, self.mask());
        text.push(';');
        push_guid(&mut text, self.object_type());
        text.push(';');
        push_guid(&mut text, self.inherited_object_type());
        text.push(';');
        let rest = match self.sid() {
            Some(sid) => {
                text.push_str(&sid_text(&sid));
                self.application_data()
            }
            None => bytes.get(8..).unwrap_or_default(),
        };
        if !rest.is_empty() {
            text.push_str(";#");
            rest.iter().for_each(|byte| _ = write!(text, "{byte:02x}"));
        }
        text.push(')');
        text
    }
}

fn push_list(text: &mut String, control: u16, bits: &[(u16, &str)], list: Option<&Acl>) {
    bits.iter()
        .filter(|(bit, _)| control & bit != 0)
        .for_each(|(_, letters)| text.push_str(letters));
    match list {
        Some(list) => list
            .aces()
            .iter()
            .for_each(|ace| text.push_str(&ace.to_sddl())),
        None => text.push_str("NO_ACCESS_CONTROL"),
    }
}

fn sid_text(sid: &Sid) -> String {
    well_known::letters_of(sid).map_or_else(|| sid.to_string(), str::to_owned)
}

fn push_mask(text: &mut String, mask: u32) {
    let known = BITS.iter().fold(0, |sum, (bit, _)| sum | bit);
    match MASKS.iter().find(|whole| whole.0 == mask) {
        Some((_, letters)) => text.push_str(letters),
        None if mask != 0 && mask & !known == 0 => {
            BITS.iter()
                .filter(|(bit, _)| mask & bit != 0)
                .for_each(|(_, letters)| text.push_str(letters));
        }
        None => _ = write!(text, "0x{mask:x}"),
    }
}

/// The first three fields are little-endian, the rest is as it stands.
fn push_guid(text: &mut String, guid: Option<&[u8]>) {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let Some(guid) = guid else { return };
    for (place, index) in ORDER.into_iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{:02x}", guid.get(index).copied().unwrap_or_default());
    }
}
