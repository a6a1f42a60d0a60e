//! Windows paths as text: the same answers on every host, because they are read out of configuration and the
//! server that they belong to may be a folder on a Linux machine.
//!
//! [`PathMap`] finds such a path in a copied or mounted server.
//!
//! Drives are letters here; Windows itself takes any one character before a colon for a drive, which no disk has.
mod map;

use std::borrow::Cow;

pub use map::{Located, MapError, PathMap, locate_below};

use crate::environment::fold;

/// What a path begins with, and so what it is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `a\b`, `.\a`, `..\a`, and the empty path.
    Relative,
    /// `\a`: from the root of the current drive.
    Rooted,
    /// `C:a`: from the current folder of that drive.
    DriveRelative,
    /// `C:\a`
    DriveAbsolute,
    /// `\\server\share\a`
    Unc,
    /// `\\.\COM1`, `\\.\C:\a`, and `\\?\` written with another slash: normalised like other paths.
    Device,
    /// `\\?\C:\a` and `\??\C:\a`: taken to the letter, nothing in it is normalised.
    Verbatim,
}

/// Either slash.
#[must_use]
pub fn is_separator(c: char) -> bool {
    matches!(c, '\\' | '/')
}

/// What a path begins with.
#[must_use]
pub fn kind(path: &str) -> Kind {
    let bytes = path.as_bytes();
    let separator = |i: usize| bytes.get(i).is_some_and(|b| is_separator(char::from(*b)));
    if path.starts_with(r"\\?\") || path.starts_with(r"\??\") {
        Kind::Verbatim
    } else if separator(0) && separator(1) {
        match bytes.get(2) {
            Some(b'.' | b'?') if separator(3) || bytes.len() == 3 => Kind::Device,
            _ => Kind::Unc,
        }
    } else if separator(0) {
        Kind::Rooted
    } else if bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':') {
        if separator(2) {
            Kind::DriveAbsolute
        } else {
            Kind::DriveRelative
        }
    } else {
        Kind::Relative
    }
}

/// The path does not depend on a current drive or folder.
#[must_use]
pub fn is_absolute(path: &str) -> bool {
    matches!(
        kind(path),
        Kind::DriveAbsolute | Kind::Unc | Kind::Device | Kind::Verbatim
    )
}

/// Bytes at the start that `..` never takes away.
fn root_length(path: &str) -> usize {
    let after_component = |from: usize| {
        let from = from.min(path.len());
        path[from..]
            .find(is_separator)
            .map_or(path.len(), |i| from + i + 1)
    };
    match kind(path) {
        Kind::Relative => 0,
        Kind::Rooted => 1,
        Kind::DriveRelative => 2,
        Kind::DriveAbsolute => 3,
        Kind::Device => path.len().min(4),
        Kind::Unc => after_component(after_component(2)),
        Kind::Verbatim => match path.get(4..8) {
            Some(unc) if unc.eq_ignore_ascii_case(r"UNC\") => after_component(after_component(8)),
            _ => after_component(4),
        },
    }
}

/// A path in the form in which `GetFullPathName` gives it, as far as the path alone tells: backslashes, none doubled;
/// `.` and `..` resolved, never above the root; one trailing dot of a folder's name and all trailing dots and blanks
/// of the path dropped. A relative path keeps leading `..`. Verbatim paths are returned as they are.
#[must_use]
pub fn normalize(path: &str) -> String {
    let kind = kind(path);
    if kind == Kind::Verbatim {
        return path.to_owned();
    }
    let root_end = root_length(path);
    if is_normal(path, root_end) {
        return path.to_owned();
    }
    let root = path[..root_end].replace('/', r"\");
    let climbs = matches!(kind, Kind::Relative | Kind::DriveRelative);
    let mut parts: Vec<&str> = Vec::new();
    let rest = &path[root_end..];
    let mut segments = rest.split(is_separator).peekable();
    let mut ends_with_separator = false;
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        ends_with_separator = last && segment.is_empty();
        match segment {
            "" | "." => {}
            ".." => match parts.last() {
                Some(part) if *part != ".." => drop(parts.pop()),
                _ if climbs => parts.push(".."),
                _ => {}
            },
            name => {
                let name = match last {
                    true => name.trim_end_matches(['.', ' ']),
                    false => name.strip_suffix('.').unwrap_or(name),
                };
                match name {
                    // Nothing but dots and blanks: what stays is the separator before it.
                    "" => ends_with_separator = last,
                    name => parts.push(name),
                }
            }
        }
    }
    let mut normal = root;
    normal.push_str(&parts.join(r"\"));
    if ends_with_separator && !parts.is_empty() {
        normal.push('\\');
    }
    normal
}

/// Whether [`normalize`] has nothing to do, as for most paths: a quick look that may say no to a normal one.
fn is_normal(path: &str, root_end: usize) -> bool {
    let bytes = path.as_bytes();
    let rest = &bytes[root_end..];
    !bytes.contains(&b'/')
        && !matches!(rest.first(), Some(b'\\' | b'.'))
        && !matches!(rest.last(), Some(b'\\' | b'.' | b' '))
        && !rest
            .windows(2)
            .any(|pair| matches!(pair, br"\\" | br"\." | br".\"))
}

/// The full path of `path` seen from the folder `base`, normalised. A drive-relative path on another drive than
/// `base` starts at that drive's root, where a service's current folder on it is.
#[must_use]
pub fn join(base: &str, path: &str) -> String {
    match kind(path) {
        Kind::DriveAbsolute | Kind::Unc | Kind::Device | Kind::Verbatim => normalize(path),
        Kind::Relative => normalize(&format!(r"{}\{path}", plain(base))),
        Kind::Rooted => {
            let base = normalize(&plain(base));
            let root = base[..root_length(&base)].trim_end_matches('\\');
            normalize(&format!("{root}{path}"))
        }
        Kind::DriveRelative => {
            let base = normalize(&plain(base));
            let (drive, rest) = path.split_at(2);
            match base.get(..2).is_some_and(|b| b.eq_ignore_ascii_case(drive)) {
                true if rest.is_empty() => base,
                true => normalize(&format!(r"{base}\{rest}")),
                false => normalize(&format!(r"{drive}\{rest}")),
            }
        }
    }
}

/// The path without a verbatim prefix, where the rest says the same: `\\?\C:\a` is `C:\a`, `\\?\UNC\s\a` is `\\s\a`.
#[must_use]
pub fn plain(path: &str) -> Cow<'_, str> {
    if kind(path) != Kind::Verbatim {
        return Cow::Borrowed(path);
    }
    let rest = &path[4..];
    match rest.get(..4) {
        Some(unc) if unc.eq_ignore_ascii_case(r"UNC\") => Cow::Owned(format!(r"\\{}", &rest[4..])),
        _ if matches!(kind(rest), Kind::DriveAbsolute)
            || (rest.len() == 2 && kind(rest) == Kind::DriveRelative) =>
        {
            Cow::Borrowed(rest)
        }
        _ => Cow::Borrowed(path),
    }
}

/// The form to compare by: plain, normalised, case folded, without a trailing separator.
#[must_use]
pub fn comparable(path: &str) -> String {
    let normal = normalize(&plain(path));
    let root = root_length(&normal);
    let end = normal.len() - usize::from(normal.len() > root && normal.ends_with('\\'));
    let end = if kind(&normal) == Kind::Unc {
        normal.trim_end_matches('\\').len()
    } else {
        end
    };
    fold(&normal[..end])
}

/// Whether two paths name the same place as far as text tells.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    comparable(a) == comparable(b)
}

/// Whether `path` is the folder `folder` or lies below it, as far as text tells.
#[must_use]
pub fn is_within(path: &str, folder: &str) -> bool {
    let (path, folder) = (comparable(path), comparable(folder));
    path.strip_prefix(&folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('\\') || folder.ends_with('\\'))
}

/// The last name of a path; none where it ends in a root, a separator or `..`.
#[must_use]
pub fn file_name(path: &str) -> Option<&str> {
    let rest = &path[root_length(path)..];
    let name = &rest[rest.rfind(is_separator).map_or(0, |i| i + 1)..];
    (!matches!(name, "" | "." | "..")).then_some(name)
}

/// What stands behind the last dot of the last name: `dll`. None for `.config`, `name` and `name.`.
#[must_use]
pub fn extension(path: &str) -> Option<&str> {
    let (stem, extension) = file_name(path)?.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty()).then_some(extension)
}

/// Whether [`extension`] gives this one, without regard to case: `dll`.
#[must_use]
pub fn has_extension(path: &str, wanted: &str) -> bool {
    extension(path).is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

/// The path without its last name; none where there is no name to take away.
#[must_use]
pub fn parent(path: &str) -> Option<&str> {
    let root = root_length(path);
    let trimmed = path.trim_end_matches(is_separator);
    if trimmed.len() <= root {
        return None;
    }
    let cut = trimmed[root..]
        .rfind(is_separator)
        .map_or(root, |i| root + i);
    Some(&path[..cut])
}

/// The drive letter in upper case of a path that has one.
#[must_use]
pub fn drive(path: &str) -> Option<char> {
    let path = plain(path);
    matches!(kind(&path), Kind::DriveAbsolute | Kind::DriveRelative)
        .then(|| path.chars().next().map(|c| c.to_ascii_uppercase()))
        .flatten()
}

/// The device that a file name stands for: `NUL`, `nul.txt`, `COM1:`. Windows up to 10 opens the device wherever
/// such a name ends a path; later ones only where it is the whole path.
#[must_use]
pub fn device(name: &str) -> Option<&'static str> {
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    const PORTS: [[&str; 12]; 2] = [
        [
            "COM1",
            "COM2",
            "COM3",
            "COM4",
            "COM5",
            "COM6",
            "COM7",
            "COM8",
            "COM9",
            "COM\u{b9}",
            "COM\u{b2}",
            "COM\u{b3}",
        ],
        [
            "LPT1",
            "LPT2",
            "LPT3",
            "LPT4",
            "LPT5",
            "LPT6",
            "LPT7",
            "LPT8",
            "LPT9",
            "LPT\u{b9}",
            "LPT\u{b2}",
            "LPT\u{b3}",
        ],
    ];
    let stem = name.split(['.', ':']).next()?.trim_end_matches(' ');
    DEVICES
        .iter()
        .chain(PORTS.as_flattened())
        .find(|d| d.eq_ignore_ascii_case(stem))
        .copied()
}

/// A name that looks like the short form (8.3) that Windows makes of a longer one: `PROGRA~1`.
#[must_use]
pub fn is_short_name(name: &str) -> bool {
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    let Some((letters, number)) = stem.rsplit_once('~') else {
        return false;
    };
    let plain = |text: &str| {
        !text.contains([
            ' ', '.', '"', '/', '\\', '[', ']', ':', ';', '|', '=', ',', '~',
        ])
    };
    (1..=8).contains(&stem.chars().count())
        && extension.chars().count() <= 3
        && !letters.is_empty()
        && plain(letters)
        && plain(extension)
        && number.starts_with(|c: char| matches!(c, '1'..='9'))
        && number.bytes().all(|b| b.is_ascii_digit())
}

/// The first character of a name that no Windows file name may have; `:` is one (it would name a stream).
#[must_use]
pub fn forbidden_character(name: &str) -> Option<char> {
    name.chars()
        .find(|c| *c < ' ' || matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*'))
}

/// A name that Windows programs cannot open by its usual path because it ends in a dot or a blank.
#[must_use]
pub fn ends_in_dot_or_blank(name: &str) -> bool {
    !matches!(name, "." | "..") && name.ends_with(['.', ' '])
}
