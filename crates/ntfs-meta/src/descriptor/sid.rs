//! Security identifiers: bytes, text, and those that Windows computes from a name.

use std::fmt;
use std::str::FromStr;

use sha1::{Digest, Sha1};

/// Most sub-authorities a SID can hold (`SID_MAX_SUB_AUTHORITIES`, MS-DTYP 2.4.2).
pub const MAX_SUB_AUTHORITIES: usize = 15;

/// Bytes of revision, count and identifier authority, before the sub-authorities.
const HEADER: usize = 8;

/// The authority of accounts that Windows NT itself knows (`SECURITY_NT_AUTHORITY`).
const NT_AUTHORITY: u64 = 5;

/// First sub-authority of virtual accounts of services (`SECURITY_SERVICE_ID_BASE_RID`).
const SERVICE_BASE: u32 = 80;

/// First sub-authority of virtual accounts of application pools (`SECURITY_APPPOOL_ID_BASE_RID`).
const APP_POOL_BASE: u32 = 82;

/// A valid SID. Equal SIDs have equal bytes; the order is that of the bytes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sid(Vec<u8>);

/// Why bytes or text are no SID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SidError {
    /// Fewer bytes than the header or the announced sub-authorities need.
    #[error("the SID ends early")]
    Truncated,
    /// Only revision 1 was ever defined.
    #[error("the SID has revision {0}, not 1")]
    Revision(u8),
    /// More sub-authorities than [`MAX_SUB_AUTHORITIES`].
    #[error("the SID has {0} sub-authorities, more than 15")]
    TooManySubAuthorities(u8),
    /// Not of the form `S-1-<authority>-<number>...`.
    #[error("not a SID in text form (S-1-...)")]
    Text,
}

impl Sid {
    /// A SID of its parts. `authority` has 48 bits; more than 15 sub-authorities are an error.
    pub fn new(authority: u64, sub_authorities: &[u32]) -> Result<Sid, SidError> {
        if sub_authorities.len() > MAX_SUB_AUTHORITIES {
            let count = u8::try_from(sub_authorities.len()).unwrap_or(u8::MAX);
            return Err(SidError::TooManySubAuthorities(count));
        }
        if authority >> 48 != 0 {
            return Err(SidError::Text);
        }
        Ok(Sid::of(authority, sub_authorities))
    }

    /// For parts that are known to be in range.
    pub(crate) fn of(authority: u64, sub_authorities: &[u32]) -> Sid {
        let mut bytes = Vec::with_capacity(HEADER + 4 * sub_authorities.len());
        bytes.push(1);
        bytes.push(sub_authorities.len() as u8);
        bytes.extend_from_slice(&authority.to_be_bytes()[2..]);
        for sub in sub_authorities {
            bytes.extend_from_slice(&sub.to_le_bytes());
        }
        Sid(bytes)
    }

    /// Reads the SID at the beginning of `bytes`; what follows it is not looked at ([`Sid::as_bytes`] tells its length).
    pub fn parse(bytes: &[u8]) -> Result<Sid, SidError> {
        let [revision, count, ..] = *bytes else {
            return Err(SidError::Truncated);
        };
        if revision != 1 {
            return Err(SidError::Revision(revision));
        }
        if usize::from(count) > MAX_SUB_AUTHORITIES {
            return Err(SidError::TooManySubAuthorities(count));
        }
        let length = HEADER + 4 * usize::from(count);
        bytes
            .get(..length)
            .map(|sid| Sid(sid.to_vec()))
            .ok_or(SidError::Truncated)
    }

    /// The SID as Windows stores it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The 48-bit identifier authority.
    pub fn authority(&self) -> u64 {
        self.0[2..HEADER]
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte))
    }

    /// The sub-authorities, first to last.
    pub fn sub_authorities(&self) -> impl Iterator<Item = u32> + '_ {
        self.0[HEADER..]
            .chunks_exact(4)
            .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
    }

    /// The SID of `IIS APPPOOL\<pool>`, computed as Windows computes it: the pool need not exist (yet).
    ///
    /// Case does not matter. `S-1-5-82-` and the five little-endian words of SHA-1 over the lower-cased name in UTF-16LE.
    ///
    /// ```
    /// let sid = ntfs_meta::Sid::app_pool("DefaultAppPool");
    /// assert_eq!(sid.to_string(), "S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415");
    /// ```
    pub fn app_pool(pool: &str) -> Sid {
        virtual_account(
            APP_POOL_BASE,
            pool.chars().map(|c| simple(c, c.to_lowercase())),
        )
    }

    /// The SID of `NT SERVICE\<service>` (the service's short name), computed as `sc showsid` does it.
    ///
    /// Case does not matter. `S-1-5-80-` and the five little-endian words of SHA-1 over the upper-cased name in UTF-16LE.
    pub fn service(service: &str) -> Sid {
        virtual_account(
            SERVICE_BASE,
            service.chars().map(|c| simple(c, c.to_uppercase())),
        )
    }

    /// Whether this is the virtual account of some application pool, existing or deleted.
    pub fn is_app_pool(&self) -> bool {
        self.authority() == NT_AUTHORITY
            && self.sub_authorities().next() == Some(APP_POOL_BASE)
            && self.sub_authorities().count() == 6
    }

    /// The SID of an account by the names that need no look-up on a domain or machine:
    /// `IIS APPPOOL\x`, `NT SERVICE\x`, a well-known name with or without its authority, or a SID in text form.
    pub fn from_account(account: &str) -> Option<Sid> {
        let account = account.trim();
        if let Ok(sid) = account.parse() {
            return Some(sid);
        }
        if let Some((authority, name)) = account.split_once('\\') {
            if name.is_empty() {
                return None;
            }
            // ALL SERVICES is a group of its own, not a service of that name
            if authority.eq_ignore_ascii_case("IIS APPPOOL") {
                return Some(Sid::app_pool(name));
            }
            if authority.eq_ignore_ascii_case("NT SERVICE")
                && !name.eq_ignore_ascii_case("ALL SERVICES")
            {
                return Some(Sid::service(name));
            }
        }
        super::well_known::sid_of(account)
    }
}

/// Windows changes case one UTF-16 unit by one unit: characters whose other case is longer stay as they are.
fn simple(original: char, mut changed: impl Iterator<Item = char>) -> char {
    match (changed.next(), changed.next()) {
        (Some(one), None) if one.len_utf16() == original.len_utf16() => one,
        _ => original,
    }
}

fn virtual_account(base: u32, name: impl Iterator<Item = char>) -> Sid {
    let mut hash = Sha1::new();
    let mut units = [0; 2];
    for character in name {
        for unit in character.encode_utf16(&mut units) {
            hash.update(unit.to_le_bytes());
        }
    }
    let digest = hash.finalize();
    let mut parts = [base, 0, 0, 0, 0, 0];
    for (part, four) in parts[1..].iter_mut().zip(digest.chunks_exact(4)) {
        *part = u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
    }
    Sid::of(NT_AUTHORITY, &parts)
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.authority();
        // MS-DTYP 2.4.2.1: decimal below 2^32, twelve hexadecimal digits from there
        if authority < 1 << 32 {
            write!(f, "S-1-{authority}")?
        } else {
            write!(f, "S-1-0x{authority:012X}")?
        }
        self.sub_authorities()
            .try_for_each(|sub| write!(f, "-{sub}"))
    }
}

impl fmt::Debug for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Sid {
    type Err = SidError;

    fn from_str(text: &str) -> Result<Sid, SidError> {
        let mut parts = text.split('-');
        if !parts
            .next()
            .is_some_and(|first| first.eq_ignore_ascii_case("S"))
            || parts.next() != Some("1")
        {
            return Err(SidError::Text);
        }
        let authority = number(parts.next().ok_or(SidError::Text)?)?;
        let subs = parts
            .map(|part| number(part).and_then(|n| u32::try_from(n).map_err(|_| SidError::Text)));
        Sid::new(authority, &subs.collect::<Result<Vec<u32>, SidError>>()?)
    }
}

/// Decimal or `0x` hexadecimal, without the `+` that `from_str_radix` would take.
fn number(text: &str) -> Result<u64, SidError> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hexadecimal) => (hexadecimal, 16),
        None => (text, 10),
    };
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return Err(SidError::Text);
    }
    u64::from_str_radix(digits, radix).map_err(|_| SidError::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_virtual_accounts() {
        let pool = "S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415";
        assert_eq!(Sid::app_pool("DEFAULTapppool").to_string(), pool);
        assert!(Sid::app_pool("x").is_app_pool());
        // published by Microsoft for every installation
        let installer = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";
        assert_eq!(Sid::service("TrustedInstaller").to_string(), installer);
        assert_eq!(
            Sid::from_account("nt service\\trustedinstaller")
                .unwrap()
                .to_string(),
            installer
        );
        assert!(!Sid::service("x").is_app_pool());
    }

    #[test]
    fn text_and_bytes_agree() {
        for text in [
            "S-1-1-0",
            "S-1-5-32-545",
            "S-1-5-21-1-2-3-4294967295",
            "S-1-0xFFFFFFFFFFFF-7",
            "S-1-15",
        ] {
            let sid: Sid = text.parse().unwrap();
            assert_eq!(sid.to_string(), text);
            assert_eq!(Sid::parse(sid.as_bytes()).unwrap(), sid);
        }
        assert_eq!(
            "s-1-0x5-0x20-545".parse::<Sid>().unwrap().to_string(),
            "S-1-5-32-545"
        );
    }

    #[test]
    fn what_is_no_sid() {
        for text in [
            "",
            "S",
            "S-1",
            "S-2-5",
            "S-1-5-",
            "S-1-5-x",
            "S-1-5-4294967296",
            "S-1-+5",
            "S-1-0x-1",
            "S-1--1",
        ] {
            assert!(text.parse::<Sid>().is_err(), "{text}");
        }
        assert!(
            ("S-1-5".to_owned() + &"-1".repeat(16))
                .parse::<Sid>()
                .is_err()
        );
        assert_eq!(
            Sid::parse(&[1, 1, 0, 0, 0, 0, 0, 5, 1, 2, 3]),
            Err(SidError::Truncated)
        );
        assert_eq!(
            Sid::parse(&[2, 0, 0, 0, 0, 0, 0, 5]),
            Err(SidError::Revision(2))
        );
        assert_eq!(
            Sid::parse(&[1, 16, 0]),
            Err(SidError::TooManySubAuthorities(16))
        );
        assert_eq!(Sid::parse(&[]), Err(SidError::Truncated));
    }

    #[test]
    fn accounts_without_a_look_up() {
        let is = |account: &str, sid: &str| {
            assert_eq!(Sid::from_account(account).unwrap().to_string(), sid)
        };
        is("BUILTIN\\Users", "S-1-5-32-545");
        is("users", "S-1-5-32-545");
        is("LocalSystem", "S-1-5-18");
        is("NT AUTHORITY\\NetworkService", "S-1-5-20");
        is("IIS_IUSRS", "S-1-5-32-568");
        is("NT SERVICE\\ALL SERVICES", "S-1-5-80-0");
        assert_eq!(Sid::from_account("CONTOSO\\web"), None);
        assert_eq!(Sid::from_account("IIS APPPOOL\\"), None);
    }
}
