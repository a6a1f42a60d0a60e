//! .NET exceptions in text: the chain from the outermost to the innermost, and the first frame that
//! is the app's own.

/// One exception of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Full type name, without a code in brackets.
    pub(crate) kind: String,
    pub(crate) message: String,
}

/// What an entry of a log says about an exception.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chain {
    /// Outermost first.
    pub(crate) links: Vec<Link>,
    /// First frame outside the framework and well known packages, as printed, without its `at`.
    pub(crate) frame: Option<String>,
}

/// More links than any real chain has.
const MAX_LINKS: usize = 32;
/// Characters of a message that are kept.
const MAX_MESSAGE: usize = 400;

/// Namespaces whose frames are not the app's own.
const FRAMEWORK: &[&str] = &[
    "System.",
    "Microsoft.",
    "Npgsql.",
    "MySql.",
    "MySqlConnector.",
    "Oracle.",
    "Serilog.",
    "NLog.",
    "Azure.",
    "Autofac.",
    "Newtonsoft.",
    "Dapper.",
    "StackExchange.",
    "MongoDB.",
    "Pomelo.",
    "Swashbuckle.",
    "MediatR.",
    "Hangfire.",
    "Quartz.",
    "RabbitMQ.",
    "Internal.",
    "Interop.",
    "Polly.",
    "Guard.",
    "lambda_method",
    "--- ",
    "Scrutor.",
    "AutoMapper.",
    "FluentValidation.",
    "Google.",
    "Amazon.",
    "IdentityServer4.",
    "OpenIddict.",
    "Confluent.",
    "Elastic.",
    "Grpc.",
    "MassTransit.",
    "SQLitePCL.",
    "Confluent.",
    "StartupHook.",
];

/// Reads the chain of an entry.
pub(crate) fn chain(entry: &str) -> Chain {
    let mut chain = Chain::default();
    for line in entry.lines() {
        let text = line.trim_start();
        if let Some(frame) = text.strip_prefix("at ") {
            if chain.frame.is_none() && !chain.links.is_empty() && is_own(frame) {
                chain.frame = Some(clip(frame.trim_end(), MAX_MESSAGE));
            }
            continue;
        }
        if chain.links.len() >= MAX_LINKS {
            continue;
        }
        // older runtimes put the whole chain on one line
        for part in text.split("---> ") {
            let part = part.trim_start_matches("(Inner Exception #");
            let part = match part.split_once(") ") {
                Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
                _ => part,
            };
            if let Some(link) = link(part)
                && chain.links.last() != Some(&link)
            {
                chain.links.push(link);
            }
        }
    }
    chain
}

impl Chain {
    /// The innermost exception, which usually names the cause. An `AggregateException` prints its
    /// other children behind the first one; the first child's chain counts.
    pub(crate) fn innermost(&self) -> Option<&Link> {
        self.links.last()
    }

    /// True where a type is named as .NET names them: `java.net.BindException` is not.
    pub(crate) fn is_dotnet(&self) -> bool {
        self.links.iter().any(|link| {
            link.kind.starts_with(|c: char| c.is_ascii_uppercase())
                && link.kind.contains("Exception")
        })
    }

    /// True where the outermost exception only says that something was stopped.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.links.first().is_some_and(|link| {
            ["OperationCanceledException", "ObjectDisposedException"]
                .iter()
                .any(|name| link.kind.ends_with(name))
        })
    }
}

/// `Unhandled exception. Some.TypeException (0x80131904): message`, with or without what comes
/// before the type.
fn link(text: &str) -> Option<Link> {
    text.match_indices("Exception")
        .take(4)
        .find_map(|(at, _)| link_at(text, at))
}

/// The exception whose type name has its `Exception` at this place.
fn link_at(text: &str, at: usize) -> Option<Link> {
    let end = text[at..]
        .find(|c: char| {
            !(c.is_ascii_alphanumeric() || c == '_' || c == '`' || c == '+' || c == '.')
        })
        .map_or(text.len(), |found| at + found);
    let begin = text[..at]
        .rfind(|c: char| {
            !(c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '+' || c == '`')
        })
        .map_or(0, |found| {
            found + text[found..].chars().next().map_or(1, char::len_utf8)
        });
    let kind = text.get(begin..end)?.trim_matches('.');
    if !kind.contains('.') && begin != 0 {
        return None;
    }
    let mut rest = &text[end..];
    if let Some(code) = rest.strip_prefix(" (") {
        rest = code.split_once(')').map_or("", |(_, after)| after);
    }
    let message = match rest.strip_prefix(':') {
        Some(message) => message.trim(),
        None if rest.trim().is_empty() && kind.contains('.') && kind.ends_with("Exception") => "",
        None => return None,
    };
    Some(Link {
        kind: clip(kind, 200),
        message: clip(message, MAX_MESSAGE),
    })
}

fn is_own(frame: &str) -> bool {
    frame.contains('(') && !FRAMEWORK.iter().any(|prefix| frame.starts_with(prefix))
}

fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => text[..at].to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_leads_and_the_frame_is_the_apps() {
        let chain = chain(
            "Unhandled exception. System.InvalidOperationException: outer.\n \
             ---> Shop.Db.Failure.TimeoutException (0x80131904): inner (a: b)\n   \
             at Microsoft.Data.X.Y()\n   --- End of inner exception stack trace ---\n   \
             at Shop.Program.Main(String[] args) in C:\\x\\Program.cs:line 12\n",
        );
        assert_eq!(chain.links.len(), 2);
        let inner = chain.innermost().unwrap();
        assert_eq!(inner.kind, "Shop.Db.Failure.TimeoutException");
        assert_eq!(inner.message, "inner (a: b)");
        assert!(chain.frame.unwrap().starts_with("Shop.Program.Main"));
    }

    #[test]
    fn one_line_chains_of_older_runtimes() {
        let chain = chain(
            "Unhandled Exception: System.IO.IOException: a ---> System.AggregateException: b ---> \
             Some.UvException: Error -4091 EADDRINUSE",
        );
        assert_eq!(chain.links.len(), 3);
        assert_eq!(chain.innermost().unwrap().kind, "Some.UvException");
    }

    #[test]
    fn no_exception_no_chain() {
        assert_eq!(
            chain("info: all is well\n   at nothing\n"),
            Chain::default()
        );
        assert_eq!(chain("Exceptional weather: sunny"), Chain::default());
    }
}
