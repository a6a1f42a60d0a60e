//! Registry hives, the files that Windows itself keeps the registry in (`System32\config\SOFTWARE`, `SYSTEM`): those of a
//! mounted or copied server. What is read has the form of an export.
//!
//! A file begins with a block of 4096 bytes; after it lie cells, which name each other by their distance from its end.
//! Changes that Windows has not written back yet are in log files beside the hive and are not looked at.
//! (Structure: `regf` format specification of libregf; the names in comments are its.)

use iis_config::environment::same;

use crate::value::utf16;
use crate::{DEEPEST, Registry, Value};

/// Bytes before the first cell.
const BASE: usize = 0x1000;
/// More keys than that are not looked at; what is asked for lies beside some thousand.
const MOST_KEYS: usize = 1 << 17;
/// Larger values are cut: paths and variables are at most 32 KiB of text.
const LARGEST_VALUE: usize = 1 << 17;
/// What one cell of a value in several holds.
const SEGMENT: usize = 16_344;
/// Nested lists of subkeys; Windows has two levels.
const DEEPEST_LIST: usize = 4;

/// The bytes are no hive of a machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HiveError {
    /// The first block or the root key is not there.
    #[error("not a registry hive: {0}")]
    NotAHive(&'static str),
    /// The root key is that of another hive, such as a user's.
    #[error("neither the SOFTWARE nor the SYSTEM hive of a machine")]
    Other,
}

/// Do the bytes begin as a hive does?
#[must_use]
pub fn is_hive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"regf")
}

/// Reads the keys at and below `trees`, and `keys` without those below them, from the hive SOFTWARE or SYSTEM; its own keys
/// tell which of the two it is. All paths begin with `HKEY_LOCAL_MACHINE`; those of other hives are passed over.
/// `CurrentControlSet`, a link on a running server, is followed. Damaged parts are left out.
///
/// # Errors
/// The bytes are no such hive.
pub fn read(bytes: &[u8], trees: &[&str], keys: &[&str]) -> Result<Registry, HiveError> {
    if !is_hive(bytes) {
        return Err(HiveError::NotAHive("it does not begin with 'regf'"));
    }
    let mut hive = Hive {
        bytes,
        keys_left: MOST_KEYS,
    };
    let root = hive
        .u32(0x24)
        .and_then(|offset| hive.key(offset))
        .ok_or(HiveError::NotAHive("it has no root key"))?;
    let select = hive.subkey(&root, "Select");
    let mount = match (&select, hive.subkey(&root, "Microsoft")) {
        (Some(_), _) => "SYSTEM",
        (None, Some(_)) => "SOFTWARE",
        (None, None) => return Err(HiveError::Other),
    };
    let number = select.and_then(|select| {
        let current = |value: &(String, Value)| value.0.eq_ignore_ascii_case("Current");
        hive.values(&select).into_iter().find(current)?.1.number()
    });
    let control_set = format!("ControlSet{:03}", number.unwrap_or(1));
    let mut registry = Registry::new();
    let trees = trees.iter().map(|path| (*path, DEEPEST));
    for (path, depth) in trees.chain(keys.iter().map(|path| (*path, 0))) {
        let mut names = path.split('\\').skip(1);
        if !names
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(mount))
        {
            continue;
        }
        let found = names.try_fold(root, |key, name| {
            let name = match name.eq_ignore_ascii_case("CurrentControlSet") {
                true => control_set.as_str(),
                false => name,
            };
            hive.subkey(&key, name)
        });
        if let Some(key) = found {
            hive.copy(&key, path, depth, &mut registry);
        }
    }
    Ok(registry)
}

struct Hive<'b> {
    bytes: &'b [u8],
    /// Keys that may still be visited: a hive that names a key in many places is a trap.
    keys_left: usize,
}

/// A key node (`nk`).
#[derive(Clone, Copy)]
struct Key {
    /// Where its data begins in the file.
    at: usize,
}

impl Hive<'_> {
    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    /// Where the data of a cell begins, and how much there is; nothing for a free cell.
    fn cell(&self, offset: u32) -> Option<(usize, usize)> {
        let at = BASE.checked_add(usize::try_from(offset).ok()?)?;
        let size = self.u32(at)? as i32;
        let length = usize::try_from(size.checked_neg()?).ok()?.checked_sub(4)?;
        let start = at.checked_add(4)?;
        (start.checked_add(length)? <= self.bytes.len()).then_some((start, length))
    }

    fn key(&self, offset: u32) -> Option<Key> {
        let (at, length) = self.cell(offset)?;
        (length >= 0x4c && self.bytes.get(at..at + 2)? == b"nk").then_some(Key { at })
    }

    fn key_name(&self, key: &Key) -> Option<String> {
        let length = usize::from(self.u16(key.at + 0x48)?);
        let start = key.at + 0x4c;
        let bytes = self.bytes.get(start..start + length)?;
        // KEY_COMP_NAME
        Some(text(bytes, self.u16(key.at + 2)? & 0x20 != 0))
    }

    /// Calls `tell` with each subkey until it gives something.
    fn each_subkey<T>(
        &mut self,
        key: &Key,
        tell: &mut dyn FnMut(&mut Self, Key) -> Option<T>,
    ) -> Option<T> {
        if self.u32(key.at + 0x14)? == 0 {
            return None;
        }
        let list = self.u32(key.at + 0x1c)?;
        self.each_in_list(list, DEEPEST_LIST, tell)
    }

    fn each_in_list<T>(
        &mut self,
        list: u32,
        depth: usize,
        tell: &mut dyn FnMut(&mut Self, Key) -> Option<T>,
    ) -> Option<T> {
        let (at, length) = self.cell(list)?;
        let kind = self.bytes.get(at..at + 2)?;
        // lf and lh have a hash beside each key; ri lists lists
        let (size, nested) = match kind {
            b"lf" | b"lh" => (8, false),
            b"li" => (4, false),
            b"ri" => (4, true),
            _ => return None,
        };
        let count = usize::from(self.u16(at + 2)?).min(length.saturating_sub(4) / size);
        for index in 0..count {
            let offset = self.u32(at + 4 + index * size)?;
            self.keys_left = self.keys_left.checked_sub(1)?;
            let found = match nested {
                true if depth == 0 => None,
                true => self.each_in_list(offset, depth - 1, tell),
                false => self.key(offset).and_then(|key| tell(self, key)),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn subkey(&mut self, key: &Key, name: &str) -> Option<Key> {
        self.each_subkey(key, &mut |hive, key| {
            let own = hive.key_name(&key)?;
            same(&own, name).then_some(key)
        })
    }

    fn values(&self, key: &Key) -> Vec<(String, Value)> {
        let list = || {
            let count = self.u32(key.at + 0x24)? as usize;
            let (at, length) = self.cell(self.u32(key.at + 0x28)?)?;
            let each = (0..count.min(length / 4))
                .filter_map(move |index| self.value(self.u32(at + 4 * index)?));
            Some(each.collect())
        };
        list().unwrap_or_default()
    }

    /// A value (`vk`): its name and data.
    fn value(&self, offset: u32) -> Option<(String, Value)> {
        let (at, length) = self.cell(offset)?;
        if length < 0x14 || self.bytes.get(at..at + 2)? != b"vk" {
            return None;
        }
        let name_length = usize::from(self.u16(at + 2)?);
        let name = self.bytes.get(at + 0x14..at + 0x14 + name_length)?;
        // VALUE_COMP_NAME
        let name = text(name, self.u16(at + 0x10)? & 1 != 0);
        let size = self.u32(at + 4)?;
        let kind = self.u32(at + 0xc)?;
        // the highest bit: at most four bytes, which stand in place of their own offset
        if size & 0x8000_0000 != 0 {
            let length = (size & 0x7fff_ffff).min(4) as usize;
            let data = self.bytes.get(at + 8..at + 8 + length)?;
            return Some((name, Value::from_parts(kind, data)));
        }
        let wanted = usize::try_from(size).ok()?.min(LARGEST_VALUE);
        let data = self.data(self.u32(at + 8)?, wanted)?;
        Some((name, Value::from_parts(kind, &data)))
    }

    fn data(&self, offset: u32, wanted: usize) -> Option<Vec<u8>> {
        if wanted == 0 {
            return Some(Vec::new());
        }
        let (at, length) = self.cell(offset)?;
        if wanted <= SEGMENT || self.bytes.get(at..at + 2)? != b"db" {
            return Some(self.bytes.get(at..at + wanted.min(length))?.to_vec());
        }
        let (list, _) = self.cell(self.u32(at + 4)?)?;
        let mut data = Vec::new();
        for index in 0..usize::from(self.u16(at + 2)?) {
            let (at, length) = self.cell(self.u32(list + 4 * index)?)?;
            let take = (wanted - data.len()).min(SEGMENT).min(length);
            data.extend(self.bytes.get(at..at + take)?);
            if data.len() >= wanted || take == 0 {
                break;
            }
        }
        Some(data)
    }

    fn copy(&mut self, key: &Key, path: &str, depth: usize, registry: &mut Registry) {
        registry.add_key(path);
        for (name, value) in self.values(key) {
            registry.set(path, &name, value);
        }
        if depth == 0 {
            return;
        }
        self.each_subkey::<()>(key, &mut |hive, key| {
            let name = hive.key_name(&key)?;
            hive.copy(&key, &format!(r"{path}\{name}"), depth - 1, registry);
            None
        });
    }
}

/// Names of Latin letters take a byte a letter.
fn text(bytes: &[u8], latin: bool) -> String {
    match latin {
        true => bytes.iter().map(|&byte| char::from(byte)).collect(),
        false => utf16(bytes),
    }
}
