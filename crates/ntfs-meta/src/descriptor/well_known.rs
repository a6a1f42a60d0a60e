//! The SIDs that are the same on every Windows, with their English names and SDDL letters.
//!
//! Source: MS-DTYP 2.4.2.4 (well-known SID structures) and 2.5.1.1 (SDDL SID strings).

use super::sid::Sid;

/// One row: SID in text form, English name with its authority, two SDDL letters where there are any.
type Row = (&'static str, &'static str, &'static str);

const TABLE: &[Row] = &[
    ("S-1-0-0", "NULL SID", ""),
    ("S-1-1-0", "Everyone", "WD"),
    ("S-1-2-0", "LOCAL", ""),
    ("S-1-2-1", "CONSOLE LOGON", ""),
    ("S-1-3-0", "CREATOR OWNER", "CO"),
    ("S-1-3-1", "CREATOR GROUP", "CG"),
    ("S-1-3-4", "OWNER RIGHTS", "OW"),
    ("S-1-5-1", "NT AUTHORITY\\DIALUP", ""),
    ("S-1-5-2", "NT AUTHORITY\\NETWORK", "NU"),
    ("S-1-5-3", "NT AUTHORITY\\BATCH", ""),
    ("S-1-5-4", "NT AUTHORITY\\INTERACTIVE", "IU"),
    ("S-1-5-6", "NT AUTHORITY\\SERVICE", "SU"),
    ("S-1-5-7", "NT AUTHORITY\\ANONYMOUS LOGON", "AN"),
    (
        "S-1-5-9",
        "NT AUTHORITY\\ENTERPRISE DOMAIN CONTROLLERS",
        "ED",
    ),
    ("S-1-5-10", "NT AUTHORITY\\SELF", "PS"),
    ("S-1-5-11", "NT AUTHORITY\\Authenticated Users", "AU"),
    ("S-1-5-12", "NT AUTHORITY\\RESTRICTED", "RC"),
    ("S-1-5-13", "NT AUTHORITY\\TERMINAL SERVER USER", ""),
    ("S-1-5-14", "NT AUTHORITY\\REMOTE INTERACTIVE LOGON", ""),
    ("S-1-5-15", "NT AUTHORITY\\This Organization", ""),
    ("S-1-5-17", "NT AUTHORITY\\IUSR", ""),
    ("S-1-5-18", "NT AUTHORITY\\SYSTEM", "SY"),
    ("S-1-5-19", "NT AUTHORITY\\LOCAL SERVICE", "LS"),
    ("S-1-5-20", "NT AUTHORITY\\NETWORK SERVICE", "NS"),
    ("S-1-5-32-544", "BUILTIN\\Administrators", "BA"),
    ("S-1-5-32-545", "BUILTIN\\Users", "BU"),
    ("S-1-5-32-546", "BUILTIN\\Guests", "BG"),
    ("S-1-5-32-547", "BUILTIN\\Power Users", "PU"),
    ("S-1-5-32-548", "BUILTIN\\Account Operators", "AO"),
    ("S-1-5-32-549", "BUILTIN\\Server Operators", "SO"),
    ("S-1-5-32-550", "BUILTIN\\Print Operators", "PO"),
    ("S-1-5-32-551", "BUILTIN\\Backup Operators", "BO"),
    ("S-1-5-32-552", "BUILTIN\\Replicator", "RE"),
    (
        "S-1-5-32-554",
        "BUILTIN\\Pre-Windows 2000 Compatible Access",
        "RU",
    ),
    ("S-1-5-32-555", "BUILTIN\\Remote Desktop Users", "RD"),
    (
        "S-1-5-32-556",
        "BUILTIN\\Network Configuration Operators",
        "NO",
    ),
    ("S-1-5-32-558", "BUILTIN\\Performance Monitor Users", "MU"),
    ("S-1-5-32-559", "BUILTIN\\Performance Log Users", "LU"),
    ("S-1-5-32-562", "BUILTIN\\Distributed COM Users", ""),
    ("S-1-5-32-568", "BUILTIN\\IIS_IUSRS", "IS"),
    ("S-1-5-32-569", "BUILTIN\\Cryptographic Operators", "CY"),
    ("S-1-5-32-573", "BUILTIN\\Event Log Readers", "ER"),
    ("S-1-5-32-578", "BUILTIN\\Hyper-V Administrators", "HA"),
    ("S-1-5-32-580", "BUILTIN\\Remote Management Users", "RM"),
    ("S-1-5-80-0", "NT SERVICE\\ALL SERVICES", ""),
    (TRUSTED_INSTALLER, "NT SERVICE\\TrustedInstaller", ""),
    ("S-1-5-113", "NT AUTHORITY\\Local account", ""),
    (
        "S-1-5-114",
        "NT AUTHORITY\\Local account and member of Administrators group",
        "",
    ),
    (
        "S-1-15-2-1",
        "APPLICATION PACKAGE AUTHORITY\\ALL APPLICATION PACKAGES",
        "AC",
    ),
    (
        "S-1-15-2-2",
        "APPLICATION PACKAGE AUTHORITY\\ALL RESTRICTED APPLICATION PACKAGES",
        "",
    ),
    ("S-1-16-0", "Mandatory Label\\Untrusted Mandatory Level", ""),
    ("S-1-16-4096", "Mandatory Label\\Low Mandatory Level", "LW"),
    (
        "S-1-16-8192",
        "Mandatory Label\\Medium Mandatory Level",
        "ME",
    ),
    (
        "S-1-16-8448",
        "Mandatory Label\\Medium Plus Mandatory Level",
        "MP",
    ),
    (
        "S-1-16-12288",
        "Mandatory Label\\High Mandatory Level",
        "HI",
    ),
    (
        "S-1-16-16384",
        "Mandatory Label\\System Mandatory Level",
        "SI",
    ),
];

/// The service that owns Windows' own files.
const TRUSTED_INSTALLER: &str = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

/// Other spellings that IIS configuration and people use.
const ALIASES: &[(&str, &str)] = &[
    ("LocalSystem", "S-1-5-18"),
    ("LocalService", "S-1-5-19"),
    ("NetworkService", "S-1-5-20"),
    ("IUSR", "S-1-5-17"),
];

/// `Everyone`
pub fn everyone() -> Sid {
    Sid::of(1, &[0])
}

/// `CREATOR OWNER`: in an inheritable ACE it stands for the owner of the new file.
pub fn creator_owner() -> Sid {
    Sid::of(3, &[0])
}

/// `CREATOR GROUP`: as [`creator_owner`], for the primary group.
pub fn creator_group() -> Sid {
    Sid::of(3, &[1])
}

/// `OWNER RIGHTS`: an ACE for it replaces what the owner may do by being the owner.
pub fn owner_rights() -> Sid {
    Sid::of(3, &[4])
}

/// `NT AUTHORITY\Authenticated Users`
pub fn authenticated_users() -> Sid {
    Sid::of(5, &[11])
}

/// `NT AUTHORITY\SYSTEM`
pub fn local_system() -> Sid {
    Sid::of(5, &[18])
}

/// `BUILTIN\Administrators`
pub fn administrators() -> Sid {
    Sid::of(5, &[32, 544])
}

/// `BUILTIN\Users`
pub fn users() -> Sid {
    Sid::of(5, &[32, 545])
}

/// `BUILTIN\IIS_IUSRS`: every worker process is a member of it.
pub fn iis_iusrs() -> Sid {
    Sid::of(5, &[32, 568])
}

/// The English name of a well-known SID (`BUILTIN\Users`), on every host and in every Windows language the same.
pub fn name_of(sid: &Sid) -> Option<&'static str> {
    let text = sid.to_string();
    TABLE.iter().find(|row| row.0 == text).map(|row| row.1)
}

/// The two SDDL letters of a SID. `IS`, `RM`, `HA` and other letters that Windows 7 or older do not know are left out:
/// SDDL with the plain SID reads on every version.
pub fn letters_of(sid: &Sid) -> Option<&'static str> {
    const NEWER: [&str; 7] = ["IS", "RM", "HA", "CY", "ER", "AC", "MP"];
    let text = sid.to_string();
    TABLE
        .iter()
        .find(|row| row.0 == text)
        .map(|row| row.2)
        .filter(|letters| !letters.is_empty() && !NEWER.contains(letters))
}

/// The SID of a well-known English name, with or without its authority (`Users`, `builtin\users`), in any case.
pub fn sid_of(name: &str) -> Option<Sid> {
    let alone = |full: &'static str| full.rsplit_once('\\').map_or(full, |(_, last)| last);
    let row = TABLE
        .iter()
        .find(|row| row.1.eq_ignore_ascii_case(name) || alone(row.1).eq_ignore_ascii_case(name));
    let text = row.map(|row| row.0).or_else(|| {
        // "NT AUTHORITY\NetworkService" is written without the space as well
        let last = name.rsplit_once('\\').map_or(name, |(authority, last)| {
            if authority.eq_ignore_ascii_case("NT AUTHORITY") || authority == "." {
                last
            } else {
                name
            }
        });
        ALIASES
            .iter()
            .find(|alias| alias.0.eq_ignore_ascii_case(last))
            .map(|alias| alias.1)
    })?;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_sid_and_comes_back() {
        for (text, name, _) in TABLE {
            let sid: Sid = text.parse().unwrap();
            assert_eq!(&sid.to_string(), text);
            assert_eq!(name_of(&sid), Some(*name));
            assert_eq!(sid_of(&name.to_lowercase()), Some(sid));
        }
        for (name, text) in ALIASES {
            assert_eq!(sid_of(name).unwrap().to_string(), *text);
        }
    }

    #[test]
    fn constants_are_in_the_table() {
        let all = [
            (everyone(), "Everyone"),
            (creator_owner(), "CREATOR OWNER"),
            (creator_group(), "CREATOR GROUP"),
            (owner_rights(), "OWNER RIGHTS"),
            (authenticated_users(), "NT AUTHORITY\\Authenticated Users"),
            (local_system(), "NT AUTHORITY\\SYSTEM"),
            (administrators(), "BUILTIN\\Administrators"),
            (users(), "BUILTIN\\Users"),
            (iis_iusrs(), "BUILTIN\\IIS_IUSRS"),
        ];
        for (sid, name) in all {
            assert_eq!(name_of(&sid), Some(name));
        }
    }

    #[test]
    fn unknown_names() {
        assert_eq!(sid_of("CONTOSO\\Users"), None);
        assert_eq!(sid_of(""), None);
        assert_eq!(name_of(&Sid::app_pool("x")), None);
    }
}
