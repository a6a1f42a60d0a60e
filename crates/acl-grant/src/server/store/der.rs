//! A certificate's own words: its subject and its end. DER (X.690), as far as they need it; RFC 5280, section 4.1.

/// What a certificate says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Certificate {
    /// The texts of the subject's parts: `shop.example`, `Contoso Ltd`.
    pub(super) subject: Vec<String>,
    /// Until when it is valid: `20301231235959Z`, to be compared.
    pub(super) until: String,
}

/// Tags of universal types.
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const BMP_STRING: u8 = 0x1e;
/// `[0] EXPLICIT`: the version, which the oldest certificates leave out.
const VERSION: u8 = 0xa0;

impl Certificate {
    /// Reads a certificate; nothing where the bytes are none.
    pub(super) fn read(bytes: &[u8]) -> Option<Certificate> {
        let (_, certificate, _) = element(bytes)?;
        let (_, mut fields, _) = element(certificate)?;
        if fields.first() == Some(&VERSION) {
            fields = element(fields)?.2;
        }
        // serial number, algorithm, issuer
        for _ in 0..3 {
            fields = element(fields)?.2;
        }
        let (_, validity, fields) = element(fields)?;
        let (_, subject, _) = element(fields)?;
        let (_, _, until) = element(validity)?;
        Some(Certificate {
            subject: texts(subject),
            until: time(until)?,
        })
    }
}

/// One element: its tag, what is in it, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // so many bytes hold the length; no certificate takes more
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = |sum: usize, digit: &u8| sum << 8 | usize::from(*digit);
            (digits.iter().fold(0, length), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// The texts of a name: sets of pairs of a kind and a text.
fn texts(name: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut sets = name;
    while let Some((_, mut pairs, rest)) = element(sets) {
        while let Some((_, pair, next)) = element(pairs) {
            let value = element(pair).and_then(|(_, _, value)| element(value));
            found.extend(value.map(|(tag, text, _)| match tag {
                BMP_STRING => {
                    let (units, _) = text.as_chunks::<2>();
                    let units: Vec<u16> = units.iter().copied().map(u16::from_be_bytes).collect();
                    String::from_utf16_lossy(&units)
                }
                _ => String::from_utf8_lossy(text).into_owned(),
            }));
            pairs = next;
        }
        sets = rest;
    }
    found
}

/// A time with its century: two digits of a year below 50 are of this one.
fn time(bytes: &[u8]) -> Option<String> {
    let (tag, text, _) = element(bytes)?;
    let text = std::str::from_utf8(text).ok()?;
    match tag {
        GENERALIZED_TIME => Some(text.to_owned()),
        UTC_TIME if text < "50" => Some(format!("20{text}")),
        UTC_TIME => Some(format!("19{text}")),
        _ => None,
    }
}
