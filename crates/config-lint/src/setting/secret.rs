//! Values that are secrets in plain text.

use crate::setting::connection_string;
use crate::setting::placeholder;

/// Ends of names whose value is a secret, in small letters.
const NAMES: [&str; 24] = [
    "accesskey",
    "accesstoken",
    "accountkey",
    "apikey",
    "apitoken",
    "authkey",
    "authtoken",
    "bearertoken",
    "bottoken",
    "encryptionkey",
    "hmackey",
    "jwtkey",
    "masterkey",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "refreshtoken",
    "secret",
    "secretkey",
    "securitykey",
    "signingkey",
    "subscriptionkey",
];

/// Sections whose `Key` is what tokens are signed or data is encrypted with.
const KEY_SECTIONS: [&str; 6] = ["jwt", "token", "bearer", "signing", "encrypt", "crypto"];

/// Keys of pairs whose value is a secret.
const PAIRS: [&str; 5] = [
    "password",
    "pwd",
    "accountkey",
    "sharedaccesskey",
    "sharedaccesssignature",
];

/// What stands for a secret that is to come.
const STANDS_FOR: [&str; 8] = [
    "redacted",
    "changeme",
    "change_me",
    "change-me",
    "your",
    "enter",
    "placeholder",
    "todo",
];

/// Whether a value is a secret rather than its name, a place holder, a path or nothing.
///
/// `key` is `A:B` of .NET's configuration.
pub(crate) fn is_secret(key: &str, value: &str) -> bool {
    if value.len() < 4 {
        return false;
    }
    let (section, name) = key.rsplit_once(':').unwrap_or(("", key));
    // API_KEY and api-key
    let mut name = name.to_ascii_lowercase();
    name.retain(|c| !matches!(c, '_' | '-'));
    let is_word = |word: &str| name == word;
    if NAMES.iter().any(|end| name.ends_with(end)) {
        // a number is no key, but often a password
        let is_number = value.parse::<f64>().is_ok()
            && !["password", "passwd", "pwd"]
                .iter()
                .any(|end| name.ends_with(end));
        if !is_number && plain(value) {
            return true;
        }
    } else if is_word("key") {
        let section = section.to_ascii_lowercase();
        if value.len() >= 8 && KEY_SECTIONS.iter().any(|own| section.contains(own)) && plain(value)
        {
            return true;
        }
    } else if is_word("token") && looks_random(value) && plain(value) {
        return true;
    }
    in_url(value) || in_pairs(value)
}

/// Neither a place holder nor a switch nor the path of a file.
fn plain(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let encloses = |open: char, close: char| text.starts_with(open) && text.ends_with(close);
    text.len() >= 4
        && !text.bytes().all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'-'))
        && !["true", "false", "null", "none", "password", "secret"].contains(&lower.as_str())
        && !STANDS_FOR.iter().any(|word| lower.starts_with(word))
        && !encloses('<', '>')
        && !encloses('{', '}')
        && !encloses('[', ']')
        && !encloses('%', '%')
        // references of Azure to its vault
        && !text.starts_with('@')
        && !text.contains("${")
        && placeholder::token(text).is_none()
        && !is_path(&lower)
}

/// Where a key lies is no secret.
fn is_path(lower: &str) -> bool {
    let is_file = [
        ".pem", ".key", ".pfx", ".p12", ".cer", ".crt", ".json", ".txt", ".xml",
    ]
    .iter()
    .any(|end| lower.ends_with(end));
    is_file
        || lower.starts_with(['/', '~'])
        || lower.starts_with("./")
        || lower.starts_with(".\\")
        || lower.get(1..3) == Some(":\\")
}

/// A token is long, without blanks, and of letters and digits.
fn looks_random(value: &str) -> bool {
    value.len() >= 20
        && !value.contains([' ', '/'])
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// `mongodb://user:password@host`.
fn in_url(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    user.and_then(|user| user.split_once(':'))
        .is_some_and(|(_, password)| plain(password))
}

/// A connection string's, a storage account's, a message queue's, Redis'.
fn in_pairs(value: &str) -> bool {
    if !value.contains('=') {
        return false;
    }
    let is_key = |key: &str| PAIRS.iter().any(|own| own.eq_ignore_ascii_case(key.trim()));
    if value.contains(';') || !value.contains(',') {
        return connection_string::parse(value)
            .iter()
            .any(|pair| is_key(&pair.key) && plain(&pair.value));
    }
    value
        .split(',')
        .skip(1)
        .filter_map(|pair| pair.split_once('='))
        .any(|(key, secret)| is_key(key) && plain(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets() {
        for (key, value) in [
            ("Jwt:Key", "this is my custom Secret key for authentication"),
            ("Auth:SigningKey", "MIIEvQIBADANBg"),
            ("AzureAd:ClientSecret", "ab8Q~$dollar"),
            ("Smtp:Password", "Password123!"),
            ("Smtp:Password", "123456"),
            ("Smtp:Password", "50%off"),
            (
                "Telegram:Token",
                "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
            ),
            ("Mongo", "mongodb://u:pw12@db/a"),
            (
                "Bus",
                "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=abc123=",
            ),
            ("MAIL_API_KEY", "SG.abcdef"),
            ("Redis", "cache:6380,password=abcd=,ssl=True"),
            ("ConnectionStrings:Main", "Server=a;Password=abc$d"),
        ] {
            assert!(is_secret(key, value), "{key}");
        }
    }

    #[test]
    fn what_is_none() {
        for (key, value) in [
            ("Smtp:Password", ""),
            ("Smtp:Password", "<your-password>"),
            ("Smtp:Password", "{password}"),
            ("Smtp:Password", "#{Password}#"),
            ("Smtp:Password", "******"),
            ("Smtp:Password", "changeme"),
            ("Smtp:Password", "%SMTP_PASSWORD%"),
            ("Smtp:Password", "@Microsoft.KeyVault(SecretUri=https://x)"),
            ("Https:PrivateKey", "certs/site.pem"),
            ("Https:PrivateKey", "C:\\keys\\a"),
            ("Identity:RequirePassword", "true"),
            ("Limits:Secret", "123456"),
            ("Translations:Key", "some.other.name"),
            ("Paging:Token", "next"),
            ("Mongo", "mongodb://db:27017/a"),
            ("Mongo", "mongodb://${U}:${P}@db/a"),
            (
                "ConnectionStrings:Main",
                "Server=a;Password=__Pwd__;Database=b",
            ),
            ("Url", "https://a/b?password=c"),
        ] {
            assert!(!is_secret(key, value), "{key}={value}");
        }
    }
}
