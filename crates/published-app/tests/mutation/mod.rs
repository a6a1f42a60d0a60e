//! Seeded damage to JSON files: what editors, merges, transforms and transfers do to them, and what only a tester does.

/// A small generator (xorshift64*): the same files on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

const INSERTS: [&[u8]; 44] = [
    b",",
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\",
    b"//x\n",
    b"/* y */",
    b"/",
    b"\xEF\xBB\xBF",
    b"\xC2\xA0",
    b"\xFF",
    b"\xE2\x80\x9C",
    b"\0",
    b"\x10",
    b"\n",
    b"\r",
    b"\t",
    b"\\u12",
    b"\\ud800",
    b"\\ud83d\\ude00",
    b"\\udc00x",
    b"\\q",
    b"-",
    b"0",
    b"01",
    b"1.",
    b"1e",
    b".5",
    b"true",
    b"nul",
    b"NaN",
    b"'",
    b"<<<<<<< HEAD\n",
    b"#{token}#",
    b"//\xE2\x80\xA8\n",
    b"/*\n*/",
    b"//\r",
    b"\"a\":{},",
    b"\"A:b\":[],",
    b"\xC3",
    b"\xE2\x82",
];

/// Damages the bytes once to four times.
pub(crate) fn damage(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..1 + random.below(4) {
        if bytes.is_empty() {
            bytes.extend_from_slice(b"{}");
        }
        let at = random.below(bytes.len());
        match random.below(14) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2 => drop(bytes.remove(at)),
            3 | 4 => {
                let insert = random.pick(&INSERTS);
                bytes.splice(at..at, insert.iter().copied());
            }
            5 => {
                let structural: Vec<usize> = positions(&bytes, b",\":{}[]");
                if !structural.is_empty() {
                    bytes.remove(structural[random.below(structural.len())]);
                }
            }
            6 => {
                let structural: Vec<usize> = positions(&bytes, b",\"{}[]:\\");
                if !structural.is_empty() {
                    let at = structural[random.below(structural.len())];
                    bytes.insert(at, bytes[at]);
                }
            }
            7 => bytes.truncate(at),
            8 => repeat_line(&mut bytes, random),
            9 => nest(&mut bytes, random),
            10 => {
                let end = (at + random.below(40)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            11 => {
                let commas = positions(&bytes, b",");
                if !commas.is_empty() {
                    let at = commas[random.below(commas.len())] + 1;
                    let insert = random.pick(&INSERTS);
                    bytes.splice(at..at, insert.iter().copied());
                }
            }
            12 => change_case(&mut bytes, at),
            _ => bytes = encode(bytes, random),
        }
    }
    bytes
}

fn positions(bytes: &[u8], of: &[u8]) -> Vec<usize> {
    (0..bytes.len())
        .filter(|&at| of.contains(&bytes[at]))
        .collect()
}

fn repeat_line(bytes: &mut Vec<u8>, random: &mut Random) {
    let lines: Vec<Vec<u8>> = bytes
        .split_inclusive(|&byte| byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let from = random.below(lines.len());
    let to = random.below(lines.len());
    let mut out = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        out.extend_from_slice(line);
        if index == to {
            out.extend_from_slice(&lines[from]);
        }
    }
    *bytes = out;
}

/// Wraps a place into more levels; .NET's limit is 64.
fn nest(bytes: &mut Vec<u8>, random: &mut Random) {
    let values = positions(bytes, b":");
    if values.is_empty() {
        return;
    }
    let at = values[random.below(values.len())] + 1;
    let depth = 55 + random.below(15);
    let array = random.below(2) == 0;
    let open: &[u8] = if array { b"[" } else { b"{\"n\":" };
    let close: &[u8] = if array { b"]" } else { b"}" };
    let deep = [
        open.repeat(depth),
        b"1".to_vec(),
        close.repeat(depth),
        b", \"more\":".to_vec(),
    ]
    .concat();
    bytes.splice(at..at, deep);
}

fn change_case(bytes: &mut [u8], from: usize) {
    for byte in bytes[from..].iter_mut().take(12) {
        *byte = if byte.is_ascii_lowercase() {
            byte.to_ascii_uppercase()
        } else {
            byte.to_ascii_lowercase()
        };
    }
}

fn encode(bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match random.below(6) {
        0 => [vec![0xEF, 0xBB, 0xBF], bytes].concat(),
        1 => [
            vec![0xFF, 0xFE],
            text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ]
        .concat(),
        2 => [
            vec![0xFE, 0xFF],
            text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ]
        .concat(),
        3 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        4 => [
            vec![0xFF, 0xFE, 0, 0],
            text.chars()
                .flat_map(|character| u32::from(character).to_le_bytes())
                .collect(),
        ]
        .concat(),
        _ => text.chars().map(|character| character as u8).collect(),
    }
}
