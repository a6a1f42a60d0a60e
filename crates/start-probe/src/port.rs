//! The port that the app is told to listen on, chosen as `SERVER_PROCESS::SetupListenPort` does.

use std::collections::HashSet;

/// Lowest port that web.config may set (`MIN_PORT` of the module).
const LOWEST: u16 = 1025;
/// Lowest port that the module draws itself (`MIN_PORT_RANDOM`).
const LOWEST_DRAWN: u16 = 10_000;
/// Highest port of both (`MAX_PORT`).
const HIGHEST: u16 = 48_000;
/// Draws until the module gives up.
const DRAWS: usize = 10;

/// Why there is no port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoPort {
    /// `ASPNETCORE_PORT` of web.config, as the module reads it, is outside the range: E_INVALIDARG, no second try.
    OutOfRange(i64),
    /// Each draw hit a used port: ERROR_PORT_NOT_SET.
    NoneFree,
}

/// Where the port came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) port: u16,
    /// web.config wants a port that something else, perhaps the live site, has now.
    pub(crate) configured_in_use: Option<u16>,
}

/// Chooses a port. `configured` is `ASPNETCORE_PORT` of web.config; `used` the ports of all IPv4 listeners;
/// `draw` gives random numbers.
///
/// One difference to the module: a configured port that is in use is not used, so that a live site is left alone.
pub(crate) fn choose(
    configured: Option<&str>,
    used: &HashSet<u16>,
    mut draw: impl FnMut() -> u32,
) -> Result<Choice, NoPort> {
    let mut configured_in_use = None;
    if let Some(text) = configured.filter(|text| !text.is_empty()) {
        let number = leading_number(text);
        let port = u16::try_from(number)
            .ok()
            .filter(|port| (LOWEST..=HIGHEST).contains(port))
            .ok_or(NoPort::OutOfRange(number))?;
        if !used.contains(&port) {
            return Ok(Choice {
                port,
                configured_in_use,
            });
        }
        configured_in_use = Some(port);
    }
    let span = u32::from(HIGHEST - LOWEST_DRAWN) + 1;
    for _ in 0..DRAWS {
        let offset = u16::try_from(draw() % span).unwrap_or(0);
        let port = LOWEST_DRAWN + offset;
        if !used.contains(&port) {
            return Ok(Choice {
                port,
                configured_in_use,
            });
        }
    }
    Err(NoPort::NoneFree)
}

/// As C's `_wtoi`: leading blanks, a sign, digits; what follows is ignored, 0 where there is no digit. The largest
/// number of 32 bits stands for any larger one.
fn leading_number(text: &str) -> i64 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let number = match digits.get(..end).unwrap_or_default() {
        "" => 0,
        digits => digits.parse().unwrap_or(i32::MAX),
    };
    sign * i64::from(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none() -> HashSet<u16> {
        HashSet::new()
    }

    #[test]
    fn draws_stay_in_the_modules_range() {
        for number in [0, 1, 38_000, 38_001, u32::MAX] {
            let port = choose(None, &none(), || number).unwrap().port;
            assert!((10_000..=48_000).contains(&port), "{port}");
        }
        assert_eq!(choose(None, &none(), || 38_000).unwrap().port, 48_000);
    }

    #[test]
    fn a_used_port_is_drawn_again_ten_times_at_most() {
        let used = HashSet::from([10_000]);
        let mut draws = [0, 0, 5].into_iter();
        assert_eq!(
            choose(None, &used, || draws.next().unwrap()).unwrap().port,
            10_005
        );
        let mut count = 0;
        let drawn = choose(None, &used, || {
            count += 1;
            0
        });
        assert_eq!((drawn, count), (Err(NoPort::NoneFree), 10));
    }

    #[test]
    fn a_configured_port_is_used_if_it_is_in_range_and_free() {
        assert_eq!(choose(Some("1025"), &none(), || 0).unwrap().port, 1025);
        assert_eq!(choose(Some(" 5000x"), &none(), || 0).unwrap().port, 5000);
        assert_eq!(choose(Some(""), &none(), || 0).unwrap().port, 10_000);
        for (bad, read) in [
            ("1024", 1024),
            ("48001", 48_001),
            ("99999", 99_999),
            ("0", 0),
            ("x", 0),
            ("-5", -5),
            ("99999999999", 2_147_483_647),
            ("%PORT%", 0),
        ] {
            let refused = Err(NoPort::OutOfRange(read));
            assert_eq!(choose(Some(bad), &none(), || 0), refused, "{bad}");
        }
    }

    #[test]
    fn a_configured_port_in_use_is_left_alone() {
        let choice = choose(Some("5000"), &HashSet::from([5000]), || 7).unwrap();
        assert_eq!(
            choice,
            Choice {
                port: 10_007,
                configured_in_use: Some(5000)
            }
        );
    }
}
