//! A calendar day, which is all that support dates need.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// A day of the Gregorian calendar, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// `2026-11-10`.
    pub(crate) fn parse(text: &str) -> Option<Date> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return None;
        }
        let date = Date {
            year: year.parse().ok()?,
            month: month.parse().ok()?,
            day: day.parse().ok()?,
        };
        let fits = (1..=12).contains(&date.month) && (1..=date.days_in_month()).contains(&date.day);
        fits.then_some(date)
    }

    pub(crate) fn today() -> Date {
        let seconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| d.as_secs());
        Date::from_days(seconds / 86_400)
    }

    /// Days since 1970-01-01. Years of 146,097-day eras that begin in March, so that the leap day is the last one.
    fn from_days(days: u64) -> Date {
        let shifted = days + 719_468;
        let (era, of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 {
            from_march + 3
        } else {
            from_march - 9
        };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Date {
            year: year as u16,
            month: month as u8,
            day: day as u8,
        }
    }

    fn days_in_month(self) -> u8 {
        let leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Date, String> {
        Date::parse(text).ok_or_else(|| "a date is written YYYY-MM-DD".to_owned())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A point in time, to the second, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    date: Date,
    second_of_day: u32,
}

impl Moment {
    /// `2026-11-10T08:15:00Z`, as records have it; fractions of a second are dropped.
    pub(crate) fn parse(text: &str) -> Option<Moment> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let mut parts = time.split(':');
        let mut number = |end: u32| {
            let part = parts.next()?.split('.').next()?;
            part.parse::<u32>().ok().filter(|value| *value < end)
        };
        let (hour, minute, second) = (number(24)?, number(60)?, number(61)?);
        Some(Moment {
            date: Date::parse(date)?,
            second_of_day: hour * 3600 + minute * 60 + second,
        })
    }

    pub(crate) fn of(time: SystemTime) -> Moment {
        let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        Moment {
            date: Date::from_days(seconds / 86_400),
            second_of_day: (seconds % 86_400) as u32,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, rest) = (self.second_of_day / 3600, self.second_of_day % 3600);
        write!(
            f,
            "{}T{hour:02}:{:02}:{:02}Z",
            self.date,
            rest / 60,
            rest % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_days() {
        for text in [
            "2026-13-01",
            "2025-02-29",
            "2026-00-10",
            "26-01-01",
            "2026-1-1",
            "2026-01-01-01",
            "x",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert!(Date::parse("2024-02-29").is_some());
    }

    #[test]
    fn moments() {
        let moment = Moment::parse("2024-02-29T01:02:03.5Z").unwrap();
        assert_eq!(moment.to_string(), "2024-02-29T01:02:03Z");
        assert_eq!(
            Moment::of(UNIX_EPOCH + std::time::Duration::from_secs(86_399)).to_string(),
            "1970-01-01T23:59:59Z"
        );
        assert!(
            Moment::parse("2024-02-29 01:02:03").is_none()
                && Moment::parse("2024-02-29T24:00:00Z").is_none()
        );
    }

    #[test]
    fn days_to_dates() {
        for (days, text) in [
            (0, "1970-01-01"),
            (19_782, "2024-02-29"),
            (20_767, "2026-11-10"),
            (11_016, "2000-02-29"),
        ] {
            assert_eq!(Date::from_days(days).to_string(), text);
        }
    }
}
