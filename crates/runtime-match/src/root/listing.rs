//! The text of `dotnet --list-runtimes`, or of `dotnet --info`, which holds the same lines.

use std::collections::{BTreeMap, BTreeSet};

use super::Root;

/// One line: `Microsoft.NETCore.App 8.0.4 [C:\Program Files\dotnet\shared\Microsoft.NETCore.App]`.
#[derive(Debug, PartialEq, Eq)]
struct Line<'t> {
    framework: &'t str,
    version: &'t str,
    /// The root: the bracketed folder without its last two names; empty when there are no brackets.
    root: &'t str,
}

/// No server has that many; a text with more is no listing.
const MOST_ROOTS: usize = 64;

/// The roots that a text names, in its order; lines that are no listing (headings, SDKs) are passed over.
/// Text in UTF-16, as `>` in Windows PowerShell 5.1 writes it, is read too.
pub(crate) fn parse(bytes: &[u8]) -> Vec<Root> {
    let text = decode(bytes);
    let mut roots: Vec<(String, BTreeMap<String, BTreeSet<String>>)> = Vec::new();
    for line in text.lines().filter_map(line) {
        if roots.len() > MOST_ROOTS {
            break;
        }
        let at = roots
            .iter()
            .position(|(root, _)| root.eq_ignore_ascii_case(line.root))
            .unwrap_or_else(|| {
                roots.push((line.root.to_owned(), BTreeMap::new()));
                roots.len() - 1
            });
        let frameworks = &mut roots[at].1;
        frameworks
            .entry(line.framework.to_owned())
            .or_default()
            .insert(line.version.to_owned());
    }
    let host = host(&text);
    roots
        .into_iter()
        .map(|(root, frameworks)| match host {
            Some(version) => Root::listed_with_host(&root, frameworks, version),
            None => Root::listed(&root, frameworks),
        })
        .collect()
}

/// The host's version in `dotnet --info`: the first `Version:` below the heading `Host:` (`Host (useful for support):` up to
/// 5.0). The host of all that is listed is the one that printed it.
fn host(text: &str) -> Option<&str> {
    let mut lines = text.lines();
    lines.find(|line| line.starts_with("Host:") || line.starts_with("Host ("))?;
    let below = lines.take_while(|line| line.starts_with(' '));
    below
        .filter_map(|line| line.trim().strip_prefix("Version:"))
        .map(str::trim)
        .next()
}

fn line(text: &str) -> Option<Line<'_>> {
    let (framework, rest) = text.trim().split_once(' ')?;
    let rest = rest.trim_start();
    let (version, place) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_name =
        framework.contains('.') && framework.starts_with(|c: char| c.is_ascii_alphabetic());
    if !is_name || !version.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let folder = place
        .trim()
        .strip_prefix('[')
        .and_then(|p| p.strip_suffix(']'))
        .unwrap_or("");
    Some(Line {
        framework,
        version,
        root: above(above(folder)),
    })
}

fn above(path: &str) -> &str {
    path.trim_end_matches(['/', '\\'])
        .rfind(['/', '\\'])
        .map_or("", |at| &path[..at])
}

fn decode(bytes: &[u8]) -> String {
    let utf16 = |units: fn([u8; 2]) -> u16| {
        let units = bytes[2..]
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| units(*pair));
        char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match bytes {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::HostState;

    const TEXT: &str = "Microsoft.AspNetCore.App 6.0.36 [C:\\Program Files\\dotnet\\shared\\Microsoft.AspNetCore.App]\r\n\
        Microsoft.NETCore.App 6.0.36 [C:\\Program Files\\dotnet\\shared\\Microsoft.NETCore.App]\r\n\
        Microsoft.NETCore.App 8.0.4 [C:\\Program Files\\dotnet\\shared\\Microsoft.NETCore.App]\r\n\
        Microsoft.NETCore.App 8.0.4 [C:\\Program Files (x86)\\dotnet\\shared\\Microsoft.NETCore.App]\r\n";

    #[test]
    fn roots_versions_and_host() {
        let roots = parse(TEXT.as_bytes());
        assert_eq!(roots.len(), 2);
        assert_eq!(roots[0].shown(), r"C:\Program Files\dotnet");
        assert_eq!(roots[0].folders("Microsoft.AspNetCore.App").len(), 1);
        let HostState::Found { folder, certain } = roots[0].host() else {
            panic!()
        };
        assert_eq!((folder.name.as_str(), *certain), ("8.0.4", false));
    }

    #[test]
    fn headings_and_sdks_are_passed_over() {
        let text = ".NET runtimes installed:\n  Microsoft.NETCore.App 8.0.4 [/usr/share/dotnet/shared/Microsoft.NETCore.App]\n\
                    8.0.204 [/usr/share/dotnet/sdk]\nOther architectures found:\n  None\n";
        let roots = parse(text.as_bytes());
        assert_eq!(roots.len(), 1);
        assert_eq!(roots[0].shown(), "/usr/share/dotnet");
        assert_eq!(roots[0].folders("Microsoft.NETCore.App").len(), 1);
    }

    #[test]
    fn the_host_of_info() {
        let info = format!(
            ".NET runtimes installed:\n{TEXT}\nHost:\n  Version:      9.0.3\n  Architecture: x64\n  Commit:       831d23e561\n"
        );
        let roots = parse(info.as_bytes());
        for root in &roots {
            let HostState::Found { folder, .. } = root.host() else {
                panic!()
            };
            assert_eq!(folder.name, "9.0.3");
        }
        let old = format!("Host (useful for support):\n  Version: 3.1.23\n  Commit:  1\n\n{TEXT}");
        let roots = parse(old.as_bytes());
        assert_eq!(
            roots[0].host().host().unwrap().version.to_string(),
            "3.1.23"
        );
    }

    #[test]
    fn utf16_from_powershell() {
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend(TEXT.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(parse(&bytes).len(), 2);
    }

    #[test]
    fn garbage_gives_nothing() {
        assert!(parse(b"").is_empty());
        assert!(parse(b"\xff\xfe\x00").is_empty());
        assert!(parse(&[0x80; 100]).is_empty());
    }
}
