//! Which .NET releases are still supported: one embedded table, `releases.tsv`, with its source.

mod date;

use std::sync::LazyLock;

pub(crate) use date::{Date, Moment};

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Release {
    /// `8.0`
    pub(crate) channel: &'static str,
    pub(crate) released: Date,
    /// The last day on which fixes may come.
    pub(crate) end: Date,
    /// `LTS` or `STS`.
    pub(crate) kind: &'static str,
    /// Major file version of the module in its Hosting Bundle.
    pub(crate) module: Option<u16>,
}

impl Release {
    /// Of its channel.
    pub(crate) fn major(&self) -> i32 {
        let major = self.channel.split('.').next();
        major.and_then(|text| text.parse().ok()).unwrap_or_default()
    }
}

const TABLE: &str = include_str!("releases.tsv");

/// All releases of the table, oldest first.
pub(crate) fn releases() -> impl Iterator<Item = Release> {
    // each app asks for several
    static READ: LazyLock<Vec<Release>> =
        LazyLock::new(|| TABLE.lines().filter_map(read).collect());
    READ.iter().copied()
}

/// The release that a version belongs to.
pub(crate) fn release(major: i32, minor: i32) -> Option<Release> {
    let channel = format!("{major}.{minor}");
    releases().find(|release| release.channel == channel)
}

/// The newest release of long-term support that is out on that day.
pub(crate) fn recommended(on: Date) -> Option<Release> {
    releases()
        .filter(|r| r.kind == "LTS" && r.released <= on && r.end >= on)
        .last()
}

fn read(line: &'static str) -> Option<Release> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = line.split('\t');
    Some(Release {
        channel: fields.next()?,
        released: Date::parse(fields.next()?)?,
        end: Date::parse(fields.next()?)?,
        kind: fields.next()?,
        module: fields.next()?.parse().ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_reads_and_they_are_in_order() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        let all: Vec<Release> = releases().collect();
        assert_eq!(all.len(), lines);
        assert!(
            all.windows(2)
                .all(|pair| pair[0].released < pair[1].released)
        );
        for release in all {
            assert!(release.released < release.end, "{release:?}");
            assert!(["LTS", "STS"].contains(&release.kind), "{release:?}");
        }
    }

    #[test]
    fn by_version_and_day() {
        assert_eq!(release(8, 0).unwrap().end.to_string(), "2026-11-10");
        assert_eq!(release(8, 0).unwrap().module, Some(18));
        assert_eq!(release(4, 0), None);
        assert_eq!(
            recommended(Date::parse("2025-01-01").unwrap())
                .unwrap()
                .channel,
            "8.0"
        );
        assert_eq!(
            recommended(Date::parse("2026-12-01").unwrap())
                .unwrap()
                .channel,
            "10.0"
        );
    }
}
