//! Moments out of logs: the time stamps that loggers write at the head of a line, the one in the
//! name of a stdout log, and what a user gives to `--since`.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};

/// ISO-8601, UTC, seconds or as many digits as the log had.
pub(crate) fn iso(time: Timestamp) -> String {
    time.to_string()
}

/// The time stamp at the head of a line: `2025-08-26 18:20:50.571 -04:00`, `2025-10-23T04:13:18Z`,
/// `2019/07/11 03:53:14,849`, with or without brackets. A stamp without a zone is taken for UTC:
/// ANCM, IIS and containers write UTC, and nothing in the line says otherwise.
pub(crate) fn at_head(line: &[u8]) -> Option<Timestamp> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let line = line.trim_ascii_start();
    let line = line.strip_prefix(b"[").unwrap_or(line);
    let mut at = Digits { bytes: line, at: 0 };
    let year = at.number(4)?;
    let mark = at.one_of(b"-/.")?;
    let month = at.number(2)?;
    at.one_of(&[mark])?;
    let day = at.number(2)?;
    at.one_of(b"T _")?;
    let hour = at.number(2)?;
    at.one_of(b":.")?;
    let minute = at.number(2)?;
    let mut second = 0;
    if at.one_of(b":.").is_some() {
        second = at.number(2)?;
    }
    let nanos = if at.one_of(b".,").is_some() {
        at.fraction()
    } else {
        0
    };
    let offset = at.offset();
    moment(year, month, day, hour, minute, second, nanos, offset)
}

/// `20180205194132`, as ANCM writes it into the name of a stdout log (UTC).
pub(crate) fn compact(digits: &str) -> Option<Timestamp> {
    let mut at = Digits {
        bytes: digits.as_bytes(),
        at: 0,
    };
    let (year, month, day) = (at.number(4)?, at.number(2)?, at.number(2)?);
    let (hour, minute, second) = (at.number(2)?, at.number(2)?, at.number(2)?);
    if at.at != digits.len() {
        return None;
    }
    moment(year, month, day, hour, minute, second, 0, 0)
}

/// What `--since` and `--until` take: `90s`, `30m`, `2h`, `3d` before `now`, or a date with or
/// without a time (UTC unless it has an offset).
pub(crate) fn given(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(unit) = text.chars().last()
        && let Ok(count) = text[..text.len() - unit.len_utf8()].parse::<i64>()
        && count >= 0
    {
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        return now.checked_sub(count.checked_mul(seconds)?.seconds()).ok();
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if text.len() == 10 {
        return at_head(format!("{text}T00:00:00").as_bytes());
    }
    at_head(text.as_bytes())
}

#[expect(
    clippy::too_many_arguments,
    reason = "the fields of a date, in their order"
)]
fn moment(
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    nanos: u32,
    offset: i32,
) -> Option<Timestamp> {
    DateTime::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        i8::try_from(hour).ok()?,
        i8::try_from(minute).ok()?,
        // a leap second is the last second of its minute
        i8::try_from(second.min(59)).ok()?,
        i32::try_from(nanos).ok()?,
    )
    .ok()
    .and_then(|time| Offset::from_seconds(offset).ok()?.to_timestamp(time).ok())
}

struct Digits<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Digits<'_> {
    fn number(&mut self, width: usize) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + width)?;
        let text = std::str::from_utf8(digits).ok()?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.at += width;
        text.parse().ok()
    }

    fn one_of(&mut self, marks: &[u8]) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        marks.contains(&byte).then(|| {
            self.at += 1;
            byte
        })
    }

    /// Digits of a fraction as nanoseconds.
    fn fraction(&mut self) -> u32 {
        let mut nanos = 0;
        let mut scale = 100_000_000;
        while let Some(byte) = self.bytes.get(self.at).filter(|byte| byte.is_ascii_digit()) {
            nanos += u32::from(byte - b'0') * scale;
            scale /= 10;
            self.at += 1;
        }
        nanos
    }

    /// `Z`, `+02:00`, ` -04:00`, in seconds east of UTC; 0 without one.
    fn offset(&mut self) -> i32 {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let sign = match rest.first() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return 0,
        };
        let mut at = Digits {
            bytes: &rest[1..],
            at: 0,
        };
        let Some(hours) = at.number(2) else { return 0 };
        at.one_of(b":");
        let Some(minutes) = at.number(2) else {
            return 0;
        };
        sign * (i32::try_from(hours * 3600 + minutes * 60).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(line: &str) -> Option<String> {
        at_head(line.as_bytes()).map(iso)
    }

    #[test]
    fn stamps_of_common_loggers() {
        assert_eq!(
            head("2025-08-26 18:20:50.571 -04:00 [ERR] x").as_deref(),
            Some("2025-08-26T22:20:50.571Z")
        );
        assert_eq!(
            head("2025-10-23T04:13:18.8985351Z [Information]").as_deref(),
            Some("2025-10-23T04:13:18.8985351Z")
        );
        assert_eq!(
            head("2019-09-05 05:45:38.3280|ERROR|").as_deref(),
            Some("2019-09-05T05:45:38.328Z")
        );
        assert_eq!(
            head("[2020-01-02 03:04:05] x").as_deref(),
            Some("2020-01-02T03:04:05Z")
        );
        assert_eq!(head("2021-13-01 00:00:00"), None);
        assert_eq!(head("fail: x"), None);
        assert_eq!(head("2021-1"), None);
    }

    #[test]
    fn names_and_options() {
        assert_eq!(
            compact("20180205194132").map(iso).as_deref(),
            Some("2018-02-05T19:41:32Z")
        );
        assert_eq!(compact("2018020519413"), None);
        let now: Timestamp = "2026-01-02T12:00:00Z".parse().unwrap();
        assert_eq!(
            given("2h", now).map(iso).as_deref(),
            Some("2026-01-02T10:00:00Z")
        );
        assert_eq!(
            given("2026-01-01", now).map(iso).as_deref(),
            Some("2026-01-01T00:00:00Z")
        );
        assert_eq!(given("nonsense", now), None);
        assert_eq!(given("99999999999999999d", now), None);
    }
}
