//! Names of files that stand in for a stream: `App.dll:Zone.Identifier` beside `App.dll`.

use std::ffi::{OsStr, OsString};

use ntfs_meta::stream::ZONE_IDENTIFIER;

/// The colon, and what stands in for it where a name must not hold one: WSL and Linux with `mapchars` map it to the first
/// of these private characters, macOS and Linux with `mapposix`, which is usual for a mounted share, to the second
/// (fs/smb/client/cifs_unicode.h, `UNI_COLON` and `SFM_COLON`).
const COLONS: [char; 3] = [':', '\u{f03a}', '\u{f022}'];

/// The type of a stream of bytes, the last part of its full name.
const STREAM_TYPE: &str = "$DATA";

/// The name of the file that a sidecar belongs to; `None` for every other name.
pub(crate) fn owner_of_sidecar(name: &OsStr) -> Option<OsString> {
    // anything that is not Unicode cannot be told apart safely and stays
    let text = name.to_str()?;
    // the stream's type, which some archivers write as well
    let kind = text.len().checked_sub(STREAM_TYPE.len());
    let text = match kind.and_then(|kind| text.split_at_checked(kind)) {
        Some((rest, kind)) if kind.eq_ignore_ascii_case(STREAM_TYPE) => {
            rest.strip_suffix(COLONS).unwrap_or(text)
        }
        _ => text,
    };
    let split = text.len().checked_sub(ZONE_IDENTIFIER.len())?;
    let (owner, suffix) = text.split_at_checked(split)?;
    let owner = owner.strip_suffix(COLONS)?;
    (suffix.eq_ignore_ascii_case(ZONE_IDENTIFIER) && !owner.is_empty()).then(|| owner.into())
}

/// Whether Windows would run or load a file of this name: what the mark is about.
pub(crate) fn is_executable(name: &OsStr) -> bool {
    const EXTENSIONS: [&str; 2] = ["dll", "exe"];
    has_extension(name, &EXTENSIONS)
}

/// Whether a file of this name is an archive that an app may have come in.
pub(crate) fn is_archive(name: &OsStr) -> bool {
    const EXTENSIONS: [&str; 7] = ["zip", "7z", "rar", "nupkg", "tar", "gz", "tgz"];
    has_extension(name, &EXTENSIONS)
}

fn has_extension(name: &OsStr, extensions: &[&str]) -> bool {
    let extension = std::path::Path::new(name).extension();
    extension.is_some_and(|extension| {
        extensions
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sidecars_by_name() {
        let owner = |name: &str| {
            owner_of_sidecar(OsStr::new(name)).map(|owner| owner.into_string().unwrap())
        };
        assert_eq!(owner("App.dll:Zone.Identifier").as_deref(), Some("App.dll"));
        assert_eq!(
            owner("App.dll\u{f03a}zone.identifier").as_deref(),
            Some("App.dll")
        );
        assert_eq!(
            owner("App.dll\u{f022}Zone.Identifier").as_deref(),
            Some("App.dll")
        );
        assert_eq!(
            owner("App.dll:Zone.Identifier:$DATA").as_deref(),
            Some("App.dll")
        );
        assert_eq!(
            owner("App.dll\u{f03a}Zone.Identifier\u{f03a}$data").as_deref(),
            Some("App.dll")
        );
        assert_eq!(owner("App.dll:$DATA"), None);
        assert_eq!(owner("a:b:Zone.Identifier").as_deref(), Some("a:b"));
        assert_eq!(owner(":Zone.Identifier"), None);
        assert_eq!(owner("Zone.Identifier"), None);
        assert_eq!(owner("App.dll.Zone.Identifier"), None);
        assert_eq!(owner("App.dll:Zone.Identifie\u{fc}"), None);
    }

    #[test]
    fn executables_and_archives() {
        assert!(is_executable(OsStr::new("App.DLL")));
        assert!(!is_executable(OsStr::new("dll")));
        assert!(is_archive(OsStr::new("site.zip")));
        assert!(!is_archive(OsStr::new("site.zip.txt")));
    }
}
