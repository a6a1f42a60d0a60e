//! Paths of keys: how they are spelled, and what one means to a program of 32 bits.

use iis_config::environment::{fold, same};

use crate::tree::View;

/// The path with its hive's name in full and no backslash at its end.
pub(crate) fn full(path: &str) -> String {
    let path = path.trim_end_matches('\\');
    let (hive, rest) = path.split_at(path.find('\\').unwrap_or(path.len()));
    let hive = match fold(hive).as_str() {
        "HKLM" => "HKEY_LOCAL_MACHINE",
        "HKCU" => "HKEY_CURRENT_USER",
        "HKCR" => "HKEY_CLASSES_ROOT",
        "HKU" => "HKEY_USERS",
        "HKCC" => "HKEY_CURRENT_CONFIG",
        _ => hive,
    };
    format!("{hive}{rest}")
}

/// The path in the 64-bit view that a program of that bitness reaches by `path`.
pub(crate) fn in_view(view: View, path: &str) -> String {
    const SOFTWARE: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE";
    const NODE: &str = "WOW6432Node";
    if view == View::Bits32
        && let Some((head, rest)) = path.split_at_checked(SOFTWARE.len())
        && same(head, SOFTWARE)
        && (rest.is_empty() || rest.starts_with('\\'))
        && !rest
            .split('\\')
            .nth(1)
            .is_some_and(|first| same(first, NODE))
    {
        return format!(r"{head}\{NODE}{rest}");
    }
    path.to_owned()
}

/// Whether a path is another one or below it; both folded.
pub(crate) fn at_or_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}

/// A folded path below a numbered control set as it is below `CurrentControlSet`, which is a link to one of them.
pub(crate) fn in_current_set(folded: &str) -> Option<String> {
    let numbered = folded.strip_prefix(r"HKEY_LOCAL_MACHINE\SYSTEM\CONTROLSET")?;
    let (digits, rest) = numbered.split_at(numbered.find('\\').unwrap_or(numbered.len()));
    let is_number = digits.len() == 3 && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| format!(r"HKEY_LOCAL_MACHINE\SYSTEM\CURRENTCONTROLSET{rest}"))
}
