//! One literal search over all signatures.
//!
//! Every literal of every signature holds one of [`GRAMS`], strings of four bytes that are rare in
//! the logs of healthy apps. Packed SIMD searchers (Teddy) look for them at memory speed, some forty
//! a pass over a block that stays in the cache; the literals behind a gram are then compared in
//! place. So the cost of a pass hardly depends on the number of signatures.

use std::ops::Range;

use aho_corasick::Span;
use aho_corasick::packed::Searcher;

use crate::signature::Catalogue;

/// Four bytes, one of which stands in every literal of our own signatures. Chosen greedily: few,
/// and rare in ordinary logs. A test says when a new literal needs a further one.
#[rustfmt::skip]
const GRAMS: &[&[u8; 4]] = &[
    b" Cod", b" Cor", b" a s", b" cod", b" cop", b" exi", b" ext", b" hos", b" is ", b" its", b" nam",
    b" or ", b" str", b"(100", b".dll", b"0x80", b"3D00", b"4270", b"42P0", b"8007", b"AADS", b"BadI",
    b"Cryp", b"EACC", b"EADD", b"ET t", b"Ente", b"GetT", b"HRES", b"IIS ", b"IISE", b"IPv6", b"Json",
    b"LAUN", b"Msal", b"ORA-", b"Over", b"Self", b"Unre", b"VCRU", b"X509", b"alre", b"amed", b"app_",
    b"artC", b"artu", b"aspn", b"auth", b"ble ", b"by a", b"cate", b"caug", b"crit", b"d fr", b"d ma",
    b"dExc", b"data", b"denB", b"depe", b"e fo", b"e st", b"eExc", b"each", b"ed b", b"ed s", b"emit",
    b"emor", b"ent ", b"entR", b"erly", b"essI", b"essS", b"ey v", b"fail", b"hand", b"hang", b"hutd",
    b"ied ", b"inat", b"inco", b"ind ", b"ingM", b"init", b"ion:", b"itio", b"lExc", b"le r", b"list",
    b"n St", b"nExc", b"nStr", b"ne '", b"ne o", b"non ", b"not ", b"nvir", b"o co", b"o su", b"oad ",
    b"oadF", b"odul", b"on I", b"onfi", b"orwa", b"ostE", b"ostf", b"otne", b"out ", b"pars", b"ped ",
    b"plic", b"poli", b"pref", b"proc", b"reSe", b"rk '", b"rofi", b"ror ", b"rorC", b"tErr", b"tNot",
    b"te k", b"ther", b"to t", b"ttpL", b"used", b"ut l", b"ute ", b"verf", b"vers", b"yExc",
    b"\xe6\x9c\xaa\xe7",
];

/// Grams that one packed searcher takes. More make it meet too many false candidates, fewer make
/// more passes.
const PER_PASS: usize = 40;

/// Bytes that all passes go over before the next ones: they stay in the nearest cache.
const BLOCK: usize = 64 * 1024;

/// The pseudo-signature of a line that announces a code ([`CODE_WORDS`]).
pub(crate) const NUMBERS: u16 = u16::MAX - 1;

/// Words in front of a code.
const CODE_WORDS: &[&str] = &[
    "rrorCode",
    "rror Code",
    "rror code",
    "HRESULT",
    "xit code",
    "with code",
    "eturn code",
    "rocessStatus",
    "eturn Code",
    "xit Code",
    "tatus code",
    "xception code",
    "LastError",
];

/// A literal, and where its gram stands in it.
struct Literal {
    bytes: Box<[u8]>,
    gram_at: usize,
    owners: Vec<u16>,
}

/// One searcher and, for each of its grams, the literals that hold it.
struct Pass {
    searcher: Searcher,
    literals: Vec<Vec<Literal>>,
}

/// The search for places where a literal of a signature stands.
pub(crate) struct Prefilter {
    passes: Vec<Pass>,
}

impl Prefilter {
    pub(crate) fn new(catalogue: &Catalogue) -> anyhow::Result<Self> {
        let mut grams: Vec<[u8; 4]> = GRAMS.iter().map(|gram| **gram).collect();
        let mut literals: Vec<(&str, Vec<u16>)> = Vec::new();
        for (index, head) in (0_u16..).zip(&catalogue.heads) {
            literals.extend(
                head.literals
                    .iter()
                    .map(|literal| (literal.as_ref(), vec![index])),
            );
        }
        literals.extend(CODE_WORDS.iter().map(|word| (*word, vec![NUMBERS])));
        literals.sort_by(|a, b| a.0.cmp(b.0));
        literals.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1.append(&mut later.1);
            }
            same
        });
        let mut of_gram: Vec<Vec<Literal>> = grams.iter().map(|_| Vec::new()).collect();
        for (literal, owners) in literals {
            let bytes = literal.as_bytes();
            let place = bytes
                .windows(4)
                .enumerate()
                .find_map(|(at, window)| Some((grams.iter().position(|gram| gram == window)?, at)));
            let (gram, gram_at) = match place {
                Some(place) => place,
                None => {
                    let first = bytes.first_chunk::<4>().ok_or_else(|| {
                        anyhow::anyhow!("the literal `{literal}` is shorter than 4 bytes")
                    })?;
                    grams.push(*first);
                    of_gram.push(Vec::new());
                    (grams.len() - 1, 0)
                }
            };
            of_gram[gram].push(Literal {
                bytes: bytes.into(),
                gram_at,
                owners,
            });
        }
        let mut passes = Vec::new();
        let mut of_gram = of_gram.into_iter();
        for part in grams.chunks(PER_PASS) {
            let searcher = Searcher::new(part)
                .ok_or_else(|| anyhow::anyhow!("no searcher for {} literals", part.len()))?;
            passes.push(Pass {
                searcher,
                literals: of_gram.by_ref().take(part.len()).collect(),
            });
        }
        Ok(Self { passes })
    }

    /// Calls `found` for every place where a literal begins inside `own`, in blocks; inside a block
    /// the places are in order. `found` gets the place and the signatures that have the literal.
    pub(crate) fn each(
        &self,
        bytes: &[u8],
        own: Range<usize>,
        mut found: impl FnMut(&[(usize, u16)]),
    ) {
        let mut places: Vec<(usize, u16)> = Vec::new();
        let mut start = own.start;
        while start < own.end {
            let end = own.end.min(start + BLOCK);
            places.clear();
            for pass in &self.passes {
                pass.search(bytes, start..end, &mut places);
            }
            if !places.is_empty() {
                places.sort_unstable();
                places.dedup();
                found(&places);
            }
            start = end;
        }
    }
}

impl Pass {
    /// Literals that begin inside `own`; their grams may stand up to a literal's length behind it.
    fn search(&self, bytes: &[u8], own: Range<usize>, places: &mut Vec<(usize, u16)>) {
        const REST: usize = 128;
        let limit = bytes.len().min(own.end + REST);
        let mut at = own.start;
        while at < limit {
            let Some(gram) = self.searcher.find_in(bytes, Span::from(at..limit)) else {
                return;
            };
            for literal in &self.literals[gram.pattern().as_usize()] {
                let Some(begin) = gram.start().checked_sub(literal.gram_at) else {
                    continue;
                };
                if own.contains(&begin) && bytes[begin..].starts_with(&literal.bytes) {
                    places.extend(literal.owners.iter().map(|&owner| (begin, owner)));
                }
            }
            // grams may overlap
            at = gram.start() + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_literal_holds_a_gram() {
        let catalogue = Catalogue::embedded();
        let missing: Vec<String> = catalogue
            .heads
            .iter()
            .flat_map(|head| {
                head.literals
                    .iter()
                    .map(move |literal| (literal, &head.code))
            })
            .filter(|(literal, _)| {
                !literal
                    .as_bytes()
                    .windows(4)
                    .any(|window| GRAMS.iter().any(|gram| *gram == window))
            })
            .map(|(literal, code)| format!("{code}: {literal}"))
            .collect();
        assert!(missing.is_empty(), "no gram in {missing:#?}");
    }

    #[test]
    fn literals_are_found_wherever_blocks_end() {
        let catalogue = Catalogue::embedded();
        let prefilter = Prefilter::new(&catalogue).unwrap();
        let wanted = b"address already in use";
        for lead in [0, 1, BLOCK - 30, BLOCK - 10, BLOCK - 1, BLOCK, BLOCK + 1] {
            let mut text = vec![b'.'; lead];
            text.extend_from_slice(wanted);
            text.extend_from_slice(&[b'.'; 40]);
            let mut count = 0;
            prefilter.each(&text, 0..text.len(), |places| {
                count += places.iter().filter(|place| place.0 == lead + 8).count();
            });
            assert_eq!(count, 1, "after {lead} bytes");
        }
    }
}
