//! Registry hives, the files of `System32\config`, built from the keys that a test names.

use std::collections::BTreeMap;

/// What one cell holds of a value that takes several.
const SEGMENT: usize = 16_344;
/// More subkeys than that get a list of lists.
const LIST: usize = 8;

/// A value: name, type (1 is text, 2 text to expand, 4 a number, 7 a list of texts), bytes.
pub type HiveValue<'a> = (&'a str, u32, Vec<u8>);

/// The bytes of a hive with these keys (`A\B\C` below the root) and their values.
#[must_use]
pub fn hive(keys: &[(&str, &[HiveValue<'_>])]) -> Vec<u8> {
    let mut root = Node::default();
    for (path, values) in keys {
        let mut node = &mut root;
        for name in path.split('\\') {
            node = node.children.entry(name.to_owned()).or_default();
        }
        let owned = values
            .iter()
            .map(|(name, kind, data)| ((*name).to_owned(), *kind, data.clone()));
        node.values.extend(owned);
    }
    let mut cells = Cells::default();
    let at = cells.key("ROOT", &root, true);
    cells.file(at)
}

/// Text as the registry keeps it, with its closing zero.
#[must_use]
pub fn text(text: &str) -> Vec<u8> {
    text.encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect()
}

#[derive(Default)]
struct Node {
    values: Vec<(String, u32, Vec<u8>)>,
    children: BTreeMap<String, Node>,
}

#[derive(Default)]
struct Cells(Vec<u8>);

impl Cells {
    /// Appends a cell and gives its offset: the bin's own header has 32 bytes.
    fn cell(&mut self, data: &[u8]) -> u32 {
        let at = self.0.len() + 32;
        let size = (data.len() + 4).next_multiple_of(8);
        self.0.extend((-(size as i32)).to_le_bytes());
        self.0.extend(data);
        self.0.resize(at - 32 + size, 0);
        at as u32
    }

    fn key(&mut self, name: &str, node: &Node, is_root: bool) -> u32 {
        let children: Vec<(u32, String)> = node
            .children
            .iter()
            .map(|(name, child)| (self.key(name, child, false), name.clone()))
            .collect();
        let subkeys = self.list(&children);
        let values: Vec<u8> = node
            .values
            .iter()
            .flat_map(|(name, kind, data)| self.value(name, *kind, data).to_le_bytes())
            .collect();
        let values = if values.is_empty() {
            u32::MAX
        } else {
            self.cell(&values)
        };
        let mut key = b"nk".to_vec();
        // the root's mark, and a name of one byte a letter
        key.extend((0x20_u16 | if is_root { 0x0c } else { 0 }).to_le_bytes());
        key.resize(0x14, 0);
        for number in [
            children.len() as u32,
            0,
            subkeys,
            u32::MAX,
            node.values.len() as u32,
            values,
            u32::MAX,
            u32::MAX,
        ] {
            key.extend(number.to_le_bytes());
        }
        key.resize(0x48, 0);
        key.extend((name.len() as u16).to_le_bytes());
        key.extend([0, 0]);
        key.extend(name.bytes());
        self.cell(&key)
    }

    /// `lh` for a few, `ri` of `li` for many.
    fn list(&mut self, keys: &[(u32, String)]) -> u32 {
        if keys.is_empty() {
            return u32::MAX;
        }
        let head = |kind: &[u8; 2], count: usize| {
            let mut list = kind.to_vec();
            list.extend((count as u16).to_le_bytes());
            list
        };
        if keys.len() <= LIST {
            let mut list = head(b"lh", keys.len());
            for (offset, name) in keys {
                let hash = name
                    .to_uppercase()
                    .encode_utf16()
                    .fold(0_u32, |hash, unit| {
                        hash.wrapping_mul(37).wrapping_add(u32::from(unit))
                    });
                list.extend(offset.to_le_bytes());
                list.extend(hash.to_le_bytes());
            }
            return self.cell(&list);
        }
        let mut lists = head(b"ri", keys.len().div_ceil(LIST));
        for part in keys.chunks(LIST) {
            let mut list = head(b"li", part.len());
            list.extend(part.iter().flat_map(|(offset, _)| offset.to_le_bytes()));
            lists.extend(self.cell(&list).to_le_bytes());
        }
        self.cell(&lists)
    }

    fn value(&mut self, name: &str, kind: u32, data: &[u8]) -> u32 {
        let mut size = data.len() as u32;
        let place = if data.len() <= 4 {
            size |= 0x8000_0000;
            let mut inside = [0; 4];
            inside[..data.len()].copy_from_slice(data);
            u32::from_le_bytes(inside)
        } else if data.len() <= SEGMENT {
            self.cell(data)
        } else {
            let parts: Vec<u8> = data
                .chunks(SEGMENT)
                .flat_map(|part| self.cell(part).to_le_bytes())
                .collect();
            let list = self.cell(&parts);
            let mut head = b"db".to_vec();
            head.extend((data.len().div_ceil(SEGMENT) as u16).to_le_bytes());
            head.extend(list.to_le_bytes());
            self.cell(&head)
        };
        let mut value = b"vk".to_vec();
        value.extend((name.len() as u16).to_le_bytes());
        value.extend(size.to_le_bytes());
        value.extend(place.to_le_bytes());
        value.extend(kind.to_le_bytes());
        value.extend([1, 0, 0, 0]);
        value.extend(name.bytes());
        self.cell(&value)
    }

    /// The first block and one bin with all cells.
    fn file(mut self, root: u32) -> Vec<u8> {
        let size = (self.0.len() + 32).next_multiple_of(0x1000);
        let free = size - 32 - self.0.len();
        if free >= 8 {
            self.0.extend((free as i32).to_le_bytes());
        }
        let mut file = b"regf".to_vec();
        // two equal sequence numbers: nothing is left in the log; time; version 1.5; a file; loaded directly
        for number in [1_u32, 1, 0, 0, 1, 5, 0, 1, root, size as u32, 1] {
            file.extend(number.to_le_bytes());
        }
        file.resize(0x1fc, 0);
        let sum = file.chunks(4).fold(0_u32, |sum, part| {
            sum ^ u32::from_le_bytes(part.try_into().expect("four bytes"))
        });
        file.extend(sum.to_le_bytes());
        file.resize(0x1000, 0);
        file.extend(b"hbin");
        file.extend(0_u32.to_le_bytes());
        file.extend((size as u32).to_le_bytes());
        file.resize(0x1020, 0);
        file.extend(self.0);
        file.resize(0x1000 + size, 0);
        file
    }
}
