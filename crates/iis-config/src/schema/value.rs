//! Types and ranges of attribute values.
use super::AttributeSchema;
use crate::document::Element;

/// The type of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeType {
    Text,
    Bool,
    Int,
    UInt,
    Int64,
    /// `[d.]h:mm:ss`
    TimeSpan,
    /// One of these names.
    Enum(Vec<String>),
    /// Some of these names, separated by commas.
    Flags(Vec<String>),
}

/// What a value must be besides of its type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Validation {
    #[default]
    None,
    NotEmpty,
    /// Inclusive; `exclude`: everything but this range.
    Range {
        min: i64,
        max: i64,
        exclude: bool,
    },
    /// Seconds, inclusive, in steps.
    Seconds {
        min: u64,
        max: u64,
        step: u64,
    },
}

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadValue {
    #[error("it must be true or false")]
    Bool,
    #[error("it must be a whole number")]
    Number,
    #[error("it must be from {min} to {max}")]
    Range { min: i64, max: i64 },
    #[error("it must not be from {min} to {max}")]
    Excluded { min: i64, max: i64 },
    #[error("it must be a time as hh:mm:ss with minutes and seconds below 60")]
    TimeSpan,
    #[error("it must be from {min} to {max} seconds")]
    Seconds { min: u64, max: u64 },
    #[error("it must be a multiple of {step} seconds")]
    Step { step: u64 },
    #[error("it must not be empty")]
    Empty,
    #[error("it must be one of {}", .0.join(", "))]
    Name(Vec<String>),
}

impl AttributeSchema {
    pub(super) fn read(element: Element<'_>) -> Self {
        let text = |name: &str| element.value(name).map(|v| v.into_owned());
        let flag = |name: &str| super::flag(element, name).unwrap_or(false);
        let names = |kind: &str| -> Vec<String> {
            let choices = element.children().filter(|e| e.name() == kind);
            choices
                .filter_map(|e| e.value("name").map(|v| v.into_owned()))
                .collect()
        };
        let kind = match text("type").as_deref() {
            Some("bool") => AttributeType::Bool,
            Some("int") => AttributeType::Int,
            Some("uint") => AttributeType::UInt,
            Some("int64") => AttributeType::Int64,
            Some("timeSpan") => AttributeType::TimeSpan,
            Some("enum") => AttributeType::Enum(names("enum")),
            Some("flags") => AttributeType::Flags(names("flag")),
            _ => AttributeType::Text,
        };
        Self {
            name: text("name").unwrap_or_default(),
            kind,
            validation: validation(element),
            required: flag("required"),
            is_key: flag("isUniqueKey") || flag("isCombinedKey"),
            default: text("defaultValue"),
            expanded: flag("expanded"),
        }
    }

    /// Looks at a value.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn check(&self, text: &str) -> Result<(), BadValue> {
        let number = |min: i64, max: i64| {
            let number = parse_number(text).ok_or(BadValue::Number)?;
            match (min..=max).contains(&number) {
                true => Ok(number),
                false => Err(BadValue::Range { min, max }),
            }
        };
        match &self.kind {
            AttributeType::Text if self.validation == Validation::NotEmpty && text.is_empty() => {
                Err(BadValue::Empty)
            }
            AttributeType::Text => Ok(()),
            AttributeType::Bool => {
                match text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
                    true => Ok(()),
                    false => Err(BadValue::Bool),
                }
            }
            AttributeType::Int => {
                number(i64::from(i32::MIN), i64::from(i32::MAX)).and_then(|n| self.within(n))
            }
            AttributeType::UInt => match self.validation {
                // The narrower range says more.
                Validation::Range { .. } => parse_number(text)
                    .ok_or(BadValue::Number)
                    .and_then(|n| self.within(n)),
                _ => number(0, i64::from(u32::MAX)).map(|_| ()),
            },
            AttributeType::Int64 => number(i64::MIN, i64::MAX).and_then(|n| self.within(n)),
            AttributeType::TimeSpan => self.seconds(seconds(text).ok_or(BadValue::TimeSpan)?),
            AttributeType::Enum(names) => match names.is_empty() || names.iter().any(|n| n == text)
            {
                true => Ok(()),
                // Numbers of the choices are accepted, too.
                false if parse_number(text).is_some() => Ok(()),
                false => Err(BadValue::Name(names.clone())),
            },
            AttributeType::Flags(names) => {
                let known =
                    |part: &str| names.iter().any(|n| n == part) || parse_number(part).is_some();
                match names.is_empty()
                    || text
                        .split(',')
                        .map(str::trim)
                        .all(|part| part.is_empty() || known(part))
                {
                    true => Ok(()),
                    false => Err(BadValue::Name(names.clone())),
                }
            }
        }
    }

    fn within(&self, number: i64) -> Result<(), BadValue> {
        match self.validation {
            Validation::Range { min, max, exclude } if (min..=max).contains(&number) == exclude => {
                Err(match exclude {
                    true => BadValue::Excluded { min, max },
                    false => BadValue::Range { min, max },
                })
            }
            _ => Ok(()),
        }
    }

    fn seconds(&self, seconds: u64) -> Result<(), BadValue> {
        match self.validation {
            Validation::Seconds { min, max, .. } if !(min..=max).contains(&seconds) => {
                Err(BadValue::Seconds { min, max })
            }
            Validation::Seconds { step, .. } if step > 1 && !seconds.is_multiple_of(step) => {
                Err(BadValue::Step { step })
            }
            _ => Ok(()),
        }
    }
}

fn validation(element: Element<'_>) -> Validation {
    let parameter = element.value("validationParameter").unwrap_or_default();
    let mut parts = parameter.split(',').map(str::trim);
    match element.value("validationType").as_deref() {
        Some("nonEmptyString") => Validation::NotEmpty,
        Some("integerRange") => {
            let mut next = || parts.next().and_then(|p| p.parse().ok());
            match (next(), next()) {
                (Some(min), Some(max)) => Validation::Range {
                    min,
                    max,
                    exclude: parts.next() == Some("exclude"),
                },
                _ => Validation::None,
            }
        }
        Some("timeSpanRange") => {
            let mut next = || parts.next().and_then(|p| p.parse().ok());
            match (next(), next(), next()) {
                (Some(min), Some(max), step) => Validation::Seconds {
                    min,
                    max,
                    step: step.unwrap_or(1),
                },
                _ => Validation::None,
            }
        }
        _ => Validation::None,
    }
}

/// A number as IIS writes it: decimal, or hexadecimal with `0x`.
fn parse_number(text: &str) -> Option<i64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
            i64::from_str_radix(hex, 16).ok()
        }
        None if !text.starts_with('+') => text.parse().ok(),
        _ => None,
    }
}

/// Seconds of `[d.]h:mm:ss[.fffffff]`; none where it is no such text or a part is out of its range.
fn seconds(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let number = |part: &str| -> Option<u64> {
        (!part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse().ok())
            .flatten()
    };
    let (days, hours) = match hours.split_once('.') {
        Some((days, hours)) => (number(days)?, number(hours).filter(|h| *h < 24)?),
        None => (0, number(hours)?),
    };
    let minutes = number(minutes).filter(|m| *m < 60)?;
    let whole = seconds
        .split_once('.')
        .map_or(Some(seconds), |(whole, part)| number(part).map(|_| whole))?;
    let seconds = number(whole).filter(|s| *s < 60)?;
    days.checked_mul(86_400)?
        .checked_add(hours.checked_mul(3600)?)?
        .checked_add(minutes * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_iis_reads_them() {
        for (text, expected) in [
            ("00:02:00", Some(120)),
            ("0:02:00", Some(120)),
            ("360:00:00", Some(1_296_000)),
            ("15.00:00:00", Some(1_296_000)),
            ("1.24:00:00", None),
            ("00:60:00", None),
            ("00:00:60", None),
            ("00:02", None),
            ("120", None),
            ("-00:02:00", None),
            ("00:02:00.5", Some(120)),
            ("", None),
            ("99999999999999999999:00:00", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_decimal_or_hexadecimal() {
        assert_eq!(parse_number("0x10"), Some(16));
        assert_eq!(parse_number("-1"), Some(-1));
        for bad in ["", "+1", "1.5", "0x", "1 ", "0x-1", "abc"] {
            assert_eq!(parse_number(bad), None, "{bad}");
        }
    }
}
