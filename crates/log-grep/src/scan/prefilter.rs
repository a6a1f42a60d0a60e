//! One literal search over all signatures.
//!
//! Every literal of every signature holds one of [`GRAMS`], strings of four bytes that are rare in
//! the logs of healthy apps. Packed SIMD searchers (Teddy) look for them at memory speed, some sixty
//! a pass over a block that stays in the cache; the literals behind a gram are then compared in
//! place. So the cost of a pass hardly depends on the number of signatures.

use std::borrow::Cow;
use std::ops::Range;

use aho_corasick::Span;
use aho_corasick::packed::Searcher;

use crate::signature::{Catalogue, Head};

/// Four bytes, one of which stands in every literal of our own signatures. Chosen greedily: few,
/// and rare in ordinary logs. A test says when a new literal needs a further one.
///
/// Teddy puts the grams of a pass into 16 buckets by their number modulo 16 and sees halves of bytes of a whole bucket
/// first. So the order counts: here grams of a bucket have as many halves in common as an exchange of neighbours on real
/// logs could find, which leaves 1 of 20 blocks of 16 bytes to be looked at closely. In the order of the alphabet it was
/// 1 of 3, and the search took twice as long; append, and leave the rest as it is.
#[rustfmt::skip]
const GRAMS: &[&[u8; 4]] = &[
    b"X509", b"nkno", b"ning", b" ser", b"ts s", b"vely", b" key", b"vers", b"late", b"retN", b"o co", b"rit:",
    b"ng t", b"D000", b"tChe", b"d to", b"ures", b"lfLo", b"om P", b"hler", b"te C", b"4270", b"ble ", b"nPro",
    b"load", b"x801", b"ol r", b"y 'r", b"on u", b"dule", b"VCRU", b"cces", b"rtup", b"not ", b"pp_o", b"nges",
    b"d by", b"w3wp", b"0700", b"v6 l", b"nate", b"ecti", b"ment", b"rtif", b"o ru", b"opy ", b"ssSt", b"DSTS",
    b"mult", b"ent ", b"n on", b"xcep", b"d ap", b"ySQL", b"rk '", b"no s", b"(100", b"y a ", b"ntRo", b"onfi",
    b"enBy", b"e st", b"xeLa", b"ct f", b"tfxr", b" Cod", b"ttri", b" ext", b"tnet", b"read", b"502.", b"ut e",
    b" inf", b"poli", b"habl", b"refi", b"e is", b"UNCH", b"pend", b" cod", b"proc", b"NCM ", b"init", b"ne '",
    b"tcor", b"uire", b"\xc3\xa9r\xc3", b"EADD", b"s sh", b"tTem", b"hand", b"prog", b"pool", b"EACC", b"wed ",
    b" fai", b"rror", b"\xe7\xbb\x8f\xe5", b"itio", b" nam", b"does", b"verf", b" hos", b"ut o", b"42P0", b"ORA-",
    b".dll", b"rofi", b"e of", b"SULT", b"500.", b"ht a", b"ress",
];

/// Grams that one packed searcher takes at most: all that it can. Fewer make more passes, which cost more than the
/// false candidates that more make it meet. Passes are filled evenly.
const PER_PASS: usize = 64;

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
    /// For the literals that count wherever they stand.
    pub(crate) fn new(catalogue: &Catalogue) -> anyhow::Result<Self> {
        let mut literals = of_heads(catalogue, |head| &head.literals);
        literals.extend(CODE_WORDS.iter().map(|word| (*word, vec![NUMBERS])));
        Self::build(literals, GRAMS.iter().map(|gram| **gram).collect())
    }

    /// For those that count only in the entry of an exception.
    pub(crate) fn inside(catalogue: &Catalogue) -> anyhow::Result<Self> {
        Self::build(of_heads(catalogue, |head| &head.inside), Vec::new())
    }

    /// A literal that holds none of `grams` brings its own.
    fn build(mut literals: Vec<(&str, Vec<u16>)>, mut grams: Vec<[u8; 4]>) -> anyhow::Result<Self> {
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
        let count = grams.len().div_ceil(PER_PASS).max(1);
        for part in grams.chunks(grams.len().div_ceil(count).max(1)) {
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

/// Literals of all signatures with the number of the signature that has them.
fn of_heads<'c>(
    catalogue: &'c Catalogue,
    of: impl Fn(&'c Head) -> &'c Vec<Cow<'static, str>>,
) -> Vec<(&'c str, Vec<u16>)> {
    (0_u16..)
        .zip(&catalogue.heads)
        .flat_map(|(index, head)| {
            of(head)
                .iter()
                .map(move |text| (text.as_ref(), vec![index]))
        })
        .collect()
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
