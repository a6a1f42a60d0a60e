//! The mark of the web: what the `Zone.Identifier` stream of a downloaded file says.

/// The stream's name, as Windows, browsers and archivers write it.
pub const ZONE_IDENTIFIER: &str = "Zone.Identifier";

/// Longer streams are marks as well, but what is behind this many bytes is not read for their text.
const LIMIT: usize = 64 * 1024;

/// The parts of a mark. Empty where the stream holds none of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    /// Whether the `[ZoneTransfer]` section is there: what tells a mark from any other text.
    pub has_section: bool,
    /// `ZoneId`: 0 this computer, 1 intranet, 2 trusted, 3 internet, 4 restricted.
    pub zone: Option<u32>,
    /// `HostUrl`: where the file was downloaded from; `about:internet` where the browser kept it private.
    pub host_url: Option<String>,
    /// `ReferrerUrl`: the page with the link, or the archive that the file was unpacked from.
    pub referrer_url: Option<String>,
    /// `LastWriterPackageFamilyName`: the Store app that wrote the file.
    pub last_writer: Option<String>,
}

impl Mark {
    /// Reads a mark in UTF-8, UTF-16 (either order, with or without a byte order mark) or a single-byte code page.
    /// Never fails: what is not understood is left out.
    ///
    /// ```
    /// let mark = ntfs_meta::stream::Mark::parse(b"[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://example.com/app.zip\r\n");
    /// assert_eq!(mark.zone, Some(3));
    /// assert_eq!(mark.host_url.as_deref(), Some("https://example.com/app.zip"));
    /// ```
    pub fn parse(bytes: &[u8]) -> Mark {
        let text = decode(bytes.get(..LIMIT).unwrap_or(bytes));
        let mut mark = Mark::default();
        // keys before any section are taken too: some tools write nothing but `ZoneId=3`
        let mut ours = true;
        for line in text.split(['\r', '\n', '\0']).map(str::trim) {
            if let Some(section) = line.strip_prefix('[') {
                let name = section.split(']').next().unwrap_or_default().trim();
                ours = name.eq_ignore_ascii_case("ZoneTransfer");
                mark.has_section |= ours;
                continue;
            }
            let Some((key, value)) = line.split_once('=').filter(|_| ours) else {
                continue;
            };
            mark.take(key.trim_end(), value.trim_start());
        }
        mark
    }

    /// The first value of a key counts, as in every INI file that Windows reads.
    fn take(&mut self, key: &str, value: &str) {
        let text = match key {
            _ if key.eq_ignore_ascii_case("ZoneId") => {
                self.zone = self.zone.or_else(|| leading_number(value));
                return;
            }
            _ if key.eq_ignore_ascii_case("HostUrl") => &mut self.host_url,
            _ if key.eq_ignore_ascii_case("ReferrerUrl") => &mut self.referrer_url,
            _ if key.eq_ignore_ascii_case("LastWriterPackageFamilyName") => &mut self.last_writer,
            _ => return,
        };
        if text.is_none() && !value.is_empty() {
            *text = Some(value.to_owned());
        }
    }
}

/// `3` of `3 ; internet`, as `GetPrivateProfileInt` reads it.
fn leading_number(value: &str) -> Option<u32> {
    let digits = value
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(value.len());
    value[..digits].parse().ok()
}

fn decode(bytes: &[u8]) -> String {
    let little = |pair: &[u8]| u16::from_le_bytes([pair[0], pair[1]]);
    let big = |pair: &[u8]| u16::from_be_bytes([pair[0], pair[1]]);
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, little),
        [0xfe, 0xff, rest @ ..] => wide(rest, big),
        [0xef, 0xbb, 0xbf, rest @ ..] => narrow(rest),
        // a mark begins with ASCII: its other byte is zero
        [first, 0, ..] if *first != 0 => wide(bytes, little),
        [0, second, ..] if *second != 0 => wide(bytes, big),
        _ => narrow(bytes),
    }
}

fn wide(bytes: &[u8], unit: impl Fn(&[u8]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(unit);
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// UTF-8, or else one character a byte: the keys are ASCII in every code page of Windows.
fn narrow(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FULL: &str = "[ZoneTransfer]\r\nLastWriterPackageFamilyName=Microsoft.Edge_8wekyb3d8bbwe\r\nZoneId=3\r\n\
                        ReferrerUrl=https://example.com/caf\u{e9}\r\nHostUrl=https://example.com/app.zip?a=b\r\n";

    fn encoded(big: bool, mark: bool) -> Vec<u8> {
        let units = mark
            .then_some(0xfeff)
            .into_iter()
            .chain(FULL.encode_utf16());
        units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn every_encoding() {
        let expected = Mark::parse(FULL.as_bytes());
        assert_eq!(expected.zone, Some(3));
        assert_eq!(
            expected.host_url.as_deref(),
            Some("https://example.com/app.zip?a=b")
        );
        assert_eq!(
            expected.referrer_url.as_deref(),
            Some("https://example.com/caf\u{e9}")
        );
        assert_eq!(
            expected.last_writer.as_deref(),
            Some("Microsoft.Edge_8wekyb3d8bbwe")
        );
        let mut utf8 = b"\xef\xbb\xbf".to_vec();
        utf8.extend_from_slice(FULL.as_bytes());
        let latin: Vec<u8> = FULL
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect();
        let others = [
            utf8,
            latin,
            encoded(false, true),
            encoded(true, true),
            encoded(false, false),
            encoded(true, false),
        ];
        for bytes in others {
            assert_eq!(Mark::parse(&bytes), expected);
        }
    }

    #[test]
    fn odd_but_readable() {
        assert_eq!(Mark::parse(b"ZoneId=4").zone, Some(4));
        assert_eq!(
            Mark::parse(b"[zonetransfer]\nzoneid = 3 \nZoneId=1").zone,
            Some(3)
        );
        assert_eq!(Mark::parse(b"[Other]\nZoneId=3").zone, None);
        assert_eq!(Mark::parse(b"[ZoneTransfer]\nZoneId=3;x\0\0").zone, Some(3));
        assert_eq!(
            Mark::parse(b"[ZoneTransfer]\nZoneId=99999999999999").zone,
            None
        );
        assert_eq!(Mark::parse(b""), Mark::default());
        assert!(Mark::parse(b"[ZoneTransfer").has_section);
    }

    proptest! {
        #[test]
        fn garbage_is_tolerated(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            Mark::parse(&bytes);
        }
    }
}
