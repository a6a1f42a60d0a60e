//! Tokens that a deployment should have replaced.

/// Characters of the names in tokens.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b':'))
}

/// The first token of a value, be it the whole value or a part of it.
///
/// `#{Name}#`, `#{Name}` and `$(Name)` are tokens wherever they stand. `__Name__`, `{{Name}}` and `${NAME}` are also names of
/// tables, of templates' fields and of loggers' layouts: they count as the whole value, or as the value of a pair of a connection
/// string.
pub(crate) fn token(value: &str) -> Option<&str> {
    if !value
        .bytes()
        .any(|byte| matches!(byte, b'#' | b'_' | b'$' | b'{'))
    {
        return None;
    }
    between(value, "#{", "}#")
        .or_else(|| between(value, "#{", "}"))
        .or_else(|| between(value, "$(", ")"))
        .or_else(|| whole(value.trim()))
        .or_else(|| part(value))
}

fn between<'v>(value: &'v str, open: &str, close: &str) -> Option<&'v str> {
    let start = value.find(open)?;
    let inner = &value[start + open.len()..];
    let length = inner.find(close)?;
    is_name(inner[..length].trim())
        .then(|| &value[start..start + open.len() + length + close.len()])
}

/// Forms that count as a whole only.
fn whole(value: &str) -> Option<&str> {
    let inside = |open: &str, close: &str| value.strip_prefix(open)?.strip_suffix(close);
    let is_token = inside("__", "__")
        .or_else(|| inside("{{", "}}"))
        .is_some_and(|name| is_name(name.trim()) && !name.contains("__"))
        // NLog's ${basedir} and its kin are small
        || inside("${", "}").is_some_and(|name| is_name(name) && !name.bytes().any(|byte| byte.is_ascii_lowercase()));
    is_token.then_some(value)
}

/// The value of a pair: `Server=__DB__;Database=a`.
fn part(value: &str) -> Option<&str> {
    if !value.contains(';') || !value.contains('=') {
        return None;
    }
    value
        .split([';', ','])
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(_, value)| whole(value.trim().trim_matches(['"', '\''])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_from_names() {
        for (value, found) in [
            ("#{ApiUrl}#", Some("#{ApiUrl}#")),
            ("https://#{Host}/x", Some("#{Host}")),
            ("a$(Build.Id)b", Some("$(Build.Id)")),
            ("__ApiUrl__", Some("__ApiUrl__")),
            ("{{ ApiUrl }}", Some("{{ ApiUrl }}")),
            ("${DB_HOST}", Some("${DB_HOST}")),
            ("Server=__DB__;Database=a", Some("__DB__")),
            (
                "Server=a;Password=\"${DB_PASSWORD}\"",
                Some("${DB_PASSWORD}"),
            ),
            ("Server=a;Password={{ Pwd }};", Some("{{ Pwd }}")),
            (
                "localhost:6379,password=__Redis__,ssl=True;",
                Some("__Redis__"),
            ),
            ("__EFMigrationsHistory", None),
            ("a__b__c", None),
            ("Hello {{name}}, welcome", None),
            ("${basedir}", None),
            ("${longdate}|${level}", None),
            ("{Timestamp:HH:mm}", None),
            ("#region", None),
            ("", None),
        ] {
            assert_eq!(token(value), found, "{value}");
        }
    }
}
