//! Names of stdout logs: `stdout_20180205194132_1934.log` of the module's later versions and
//! `stdout_3052_2016921155154.log` of its first one.

use std::path::Path;

use jiff::Timestamp;

/// What the name of a stdout log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StdoutName {
    /// When the start began (UTC); the first version writes the parts without leading zeros, which
    /// cannot be told apart.
    pub(crate) started: Option<Timestamp>,
    /// The worker process that wrote it.
    pub(crate) pid: u32,
}

impl StdoutName {
    /// Reads `{prefix}_{time}_{pid}.log` or `{prefix}_{pid}_{time}.log`.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let stem = name
            .strip_suffix(".gz")
            .unwrap_or(name)
            .strip_suffix(".log")?;
        let (rest, last) = stem.rsplit_once('_')?;
        let (_, first) = rest.rsplit_once('_')?;
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(first) || !digits(last) {
            return None;
        }
        if first.len() == 14
            && let Some(started) = crate::time::compact(first)
        {
            return Some(Self {
                started: Some(started),
                pid: last.parse().ok()?,
            });
        }
        (9..=14).contains(&last.len()).then_some(())?;
        Some(Self {
            started: crate::time::compact(last),
            pid: first.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders() {
        let name = StdoutName::of(Path::new("logs/stdout_20180205194132_1934.log")).unwrap();
        assert_eq!(name.pid, 1934);
        assert_eq!(name.started.unwrap().to_string(), "2018-02-05T19:41:32Z");
        let old = StdoutName::of(Path::new("stdout_3052_2016921155154.log")).unwrap();
        assert_eq!((old.pid, old.started), (3052, None));
        assert_eq!(StdoutName::of(Path::new("app-20250826.log")), None);
        assert_eq!(StdoutName::of(Path::new("stdout.log")), None);
    }
}
