//! Records as a person reads them: grouped by site, one finding a paragraph, no control characters.

use std::fmt::Write;

use crate::cause;
use crate::tally::Tally;
use crate::wire::{
    Action, Body, Finding, Match, Probe, Record, Resolution, Severity, Site, Subject, Verdict,
};

/// Escape codes; [`anstream`] takes them out again where there is no colour.
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[33m";
const CYAN: &str = "\x1b[36m";
const GREEN: &str = "\x1b[32m";
const RESET: &str = "\x1b[0m";

/// Characters of an excerpt or tail that are shown.
const SHOWN_LINES: usize = 12;

/// `text` with every control character, and every character that reorders or hides text on a
/// terminal, in visible form. Nothing from a log or configuration reaches the terminal as a command.
pub fn sanitize(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => clean.push(' '),
            '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{200b}'..='\u{200f}'
            | '\u{feff}' => {
                let _ = write!(clean, "\\u{:04x}", u32::from(character));
            }
            _ if character.is_control() => {
                let _ = write!(clean, "\\x{:02x}", u32::from(character));
            }
            _ => clean.push(character),
        }
    }
    clean
}

/// An argument as it is pasted into a shell: PowerShell, cmd or, elsewhere than on Windows, sh. What has a meaning there
/// stands between quotation marks; where even those would not take it away, between apostrophes.
pub fn quoted(argument: &str) -> String {
    let windows = std::path::MAIN_SEPARATOR == '\\';
    let plain =
        |c: char| c.is_ascii_alphanumeric() || "_./:=+-".contains(c) || (windows && c == '\\');
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    if argument.contains(['$', '`', '"', '!']) || (!windows && argument.contains('\\')) {
        let apostrophe = if windows { "''" } else { r"'\''" };
        return format!("'{}'", argument.replace('\'', apostrophe));
    }
    // a backslash before the mark would be read as its escape
    let end = argument.trim_end_matches('\\');
    format!("\"{end}\"")
}

/// Renders records one after another and remembers whose turn it is.
#[derive(Default)]
pub(crate) struct Renderer {
    group: Option<Subject>,
}

impl Renderer {
    /// The record's paragraph, ended by a line end; empty for what a person need not see.
    pub(crate) fn render(&mut self, record: &Record) -> String {
        let mut out = String::new();
        let subject = &record.subject;
        match &record.body {
            Body::Site(site) => {
                self.group = Some(subject.clone());
                site_heading(&mut out, subject, site);
            }
            Body::Done(_) => {}
            body => {
                self.heading(&mut out, subject);
                match body {
                    Body::Finding(finding) => self.finding(&mut out, subject, finding),
                    Body::Match(found) => self.found(&mut out, subject, found),
                    Body::Action(action) => self.action(&mut out, subject, action),
                    Body::Resolution(resolution) => resolved(&mut out, resolution),
                    Body::Probe(probe) => probed(&mut out, probe),
                    Body::Verdict(verdict) => judged(&mut out, verdict),
                    Body::Failure(failure) => {
                        let elevate = if failure.needs_elevation {
                            " (try an elevated prompt)"
                        } else {
                            ""
                        };
                        let _ = writeln!(
                            out,
                            "  {RED}could not look{RESET}: {}{elevate}\n    {DIM}{}{RESET}",
                            sanitize(&failure.message),
                            sanitize(&failure.code),
                        );
                        self.place(&mut out, subject, None, None);
                    }
                    Body::Site(_) | Body::Done(_) => {}
                }
            }
        }
        out
    }

    /// A new heading where the record is about something else than the one before.
    fn heading(&mut self, out: &mut String, subject: &Subject) {
        let same = self.group.as_ref().is_some_and(|group| {
            group.site == subject.site
                && group.app == subject.app
                && (subject.site.is_some() || is_below(subject, group))
        });
        if same || (subject.path.is_none() && subject.site.is_none()) {
            return;
        }
        let _ = writeln!(out, "{BOLD}{}{RESET}", name(subject));
        self.group = Some(subject.clone());
    }

    fn finding(&self, out: &mut String, subject: &Subject, finding: &Finding) {
        let (colour, word) = painted(finding.severity);
        let _ = writeln!(
            out,
            "  {colour}{word}{RESET}: {}",
            sanitize(&finding.message)
        );
        self.place(out, subject, finding.line, finding.column);
        if let Some(help) = &finding.help {
            let _ = writeln!(out, "    {GREEN}do{RESET}: {}", sanitize(help));
        }
        if let Some(fix) = &finding.fix {
            let _ = write!(out, "    {GREEN}run{RESET}: {}", sanitize(&fix.tool));
            for arg in &fix.args {
                let _ = write!(out, " {}", sanitize(&quoted(arg)));
            }
            out.push('\n');
        }
        let _ = write!(out, "    {DIM}{}", sanitize(&finding.code));
        if let Some(cause) = &finding.cause {
            let _ = write!(out, ", cause {}", sanitize(cause));
        }
        if let Some(docs) = &finding.docs {
            let _ = write!(out, ", {}", sanitize(docs));
        }
        let _ = writeln!(out, "{RESET}");
    }

    fn found(&self, out: &mut String, subject: &Subject, found: &Match) {
        self.finding(out, subject, &found.finding);
        let when = match (&found.first_time, &found.last_time, &found.time) {
            (Some(first), Some(last), _) if first != last => format!("{first} to {last}"),
            (_, Some(time), _) | (_, None, Some(time)) => time.clone(),
            (first, ..) => first.clone().unwrap_or_default(),
        };
        let _ = writeln!(
            out,
            "    {DIM}{} x{} {}{RESET}",
            sanitize(&found.source),
            found.count,
            sanitize(&when)
        );
        quote(out, &found.excerpt, false);
    }

    fn action(&self, out: &mut String, subject: &Subject, action: &Action) {
        let word = match (action.applied, action.changed) {
            (true, true) => format!("{GREEN}changed{RESET}"),
            (false, true) => format!("{YELLOW}would change{RESET}"),
            (_, false) => format!("{DIM}already so{RESET}"),
        };
        let path = subject.path.as_deref().unwrap_or_default();
        let _ = writeln!(
            out,
            "  {word}: {} {DIM}{}{RESET}",
            sanitize(path),
            sanitize(&action.code)
        );
        for (word, value) in [("before", &action.before), ("after", &action.after)] {
            match value {
                serde_json::Value::Null => {}
                serde_json::Value::String(text) => {
                    let _ = writeln!(out, "    {word}: {}", sanitize(text));
                }
                other => {
                    let _ = writeln!(out, "    {word}: {}", sanitize(&other.to_string()));
                }
            }
        }
    }

    /// `at FILE:LINE:COLUMN`, the path shortened where it lies below the heading's.
    fn place(&self, out: &mut String, subject: &Subject, line: Option<u64>, column: Option<u64>) {
        let Some(path) = &subject.path else { return };
        let base = self
            .group
            .as_ref()
            .and_then(|group| group.path.as_deref())
            .unwrap_or_default();
        let shown = match path.strip_prefix(base) {
            Some("") if line.is_none() => return,
            Some(rest) if rest.starts_with(['/', '\\']) => &rest[1..],
            _ => path,
        };
        let _ = write!(out, "    at {CYAN}{}", sanitize(shown));
        for number in [line, column].into_iter().flatten() {
            let _ = write!(out, ":{number}");
        }
        let _ = writeln!(out, "{RESET}");
    }
}

fn is_below(subject: &Subject, group: &Subject) -> bool {
    match (&subject.path, &group.path) {
        (Some(path), Some(base)) => path.strip_prefix(base.as_str()).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(['/', '\\']) || base.ends_with(['/', '\\'])
        }),
        (None, _) => true,
        _ => false,
    }
}

fn name(subject: &Subject) -> String {
    let mut name = String::new();
    if let Some(site) = &subject.site {
        name.push_str(site);
        name.push_str(subject.app.as_deref().unwrap_or("/"));
    } else if let Some(path) = &subject.path {
        name.push_str(path);
    }
    sanitize(&name)
}

fn painted(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => (RED, "error"),
        Severity::Warning => (YELLOW, "warning"),
        Severity::Info => (CYAN, "info"),
    }
}

fn site_heading(out: &mut String, subject: &Subject, site: &Site) {
    let _ = write!(out, "{BOLD}{}{RESET}", name(subject));
    let mut facts = Vec::new();
    if subject.site.is_some() {
        facts.extend(site.physical_path.clone().or_else(|| subject.path.clone()));
    }
    if let Some(pool) = &site.pool {
        facts.push(format!("pool {pool}"));
    }
    if let Some(bitness) = site.bitness {
        facts.push(format!("{bitness}-bit"));
    }
    facts.extend(site.hosting_model.clone());
    if !facts.is_empty() {
        let _ = write!(out, "  {DIM}{}{RESET}", sanitize(&facts.join(", ")));
    }
    out.push('\n');
}

fn resolved(out: &mut String, resolution: &Resolution) {
    for framework in &resolution.frameworks {
        let wanted = framework.requested.as_deref().unwrap_or("any");
        let _ = match &framework.resolved {
            Some(version) => writeln!(
                out,
                "  {GREEN}gets{RESET} {} {} {DIM}(asks for {}){RESET}",
                sanitize(&framework.name),
                sanitize(version),
                sanitize(wanted)
            ),
            None => writeln!(
                out,
                "  {RED}lacks{RESET} {} {}",
                sanitize(&framework.name),
                sanitize(wanted)
            ),
        };
    }
    let deployment = resolution
        .deployment
        .as_deref()
        .unwrap_or("framework-dependent");
    let arch = resolution.arch.as_deref().unwrap_or("any");
    let root = resolution
        .dotnet_root
        .as_deref()
        .unwrap_or("no dotnet root");
    let _ = writeln!(
        out,
        "    {DIM}{}, {}, {}{RESET}",
        sanitize(deployment),
        sanitize(arch),
        sanitize(root)
    );
}

fn probed(out: &mut String, probe: &Probe) {
    let colour = if probe.outcome == "listening" {
        GREEN
    } else {
        RED
    };
    let _ = write!(
        out,
        "  {colour}{}{RESET} after {} ms",
        sanitize(&probe.outcome),
        probe.elapsed_ms
    );
    if let Some(code) = probe.exit_code {
        let _ = write!(out, ", exit code {code}");
    }
    if let Some(status) = &probe.host_status {
        let _ = write!(out, " ({})", sanitize(status));
    }
    if let Some(status) = &probe.predicted_status {
        let _ = write!(out, ", IIS would answer {}", sanitize(status));
    }
    out.push('\n');
    quote(out, &probe.stdout_tail, true);
}

fn judged(out: &mut String, verdict: &Verdict) {
    let title = verdict
        .cause
        .as_deref()
        .and_then(cause::find)
        .map(|cause| cause.title);
    let percent = (verdict.confidence.clamp(0.0, 1.0) * 100.0).round();
    let colour = if verdict.cause.is_some() { RED } else { GREEN };
    let heading = title
        .or(verdict.cause.as_deref())
        .unwrap_or("no cause found");
    let _ = write!(
        out,
        "  {colour}{}. {}{RESET}",
        verdict.rank,
        sanitize(heading)
    );
    if verdict.cause.is_some() {
        let _ = write!(out, " {DIM}({percent}%){RESET}");
    }
    if let Some(status) = &verdict.predicted_status {
        let _ = write!(out, " {DIM}HTTP {}{RESET}", sanitize(status));
    }
    let _ = writeln!(out, "\n     {}", sanitize(&verdict.message));
    if let Some(help) = &verdict.help {
        let _ = writeln!(out, "     {GREEN}do{RESET}: {}", sanitize(help));
    }
    for because in &verdict.because {
        let _ = write!(out, "     {DIM}because {}", sanitize(&because.code));
        if let Some(path) = &because.path {
            let _ = write!(out, " at {}", sanitize(path));
            if let Some(line) = because.line {
                let _ = write!(out, ":{line}");
            }
        }
        let _ = writeln!(out, "{RESET}");
    }
}

/// Lines of the world, marked as such: the first ones, or the last ones where `tail`.
fn quote(out: &mut String, text: &str, tail: bool) {
    let lines: Vec<&str> = text.lines().collect();
    let left_out = lines.len().saturating_sub(SHOWN_LINES);
    let shown = if tail {
        &lines[left_out..]
    } else {
        &lines[..lines.len() - left_out]
    };
    if tail && left_out > 0 {
        let _ = writeln!(out, "    {DIM}| ... {left_out} lines before{RESET}");
    }
    for line in shown {
        let _ = writeln!(out, "    {DIM}| {}{RESET}", sanitize(line));
    }
    if !tail && left_out > 0 {
        let _ = writeln!(out, "    {DIM}| ... {left_out} more lines{RESET}");
    }
}

/// The last line of readable output: what all tools of the pipe said together.
pub(crate) fn summary(all: &Tally, targets: u64) -> String {
    let count = |number: u64, one: &str, many: &str| {
        format!("{number} {}", if number == 1 { one } else { many })
    };
    let mut parts = vec![
        count(all.findings.error, "error", "errors"),
        count(all.findings.warning, "warning", "warnings"),
        count(all.findings.info, "note", "notes"),
    ];
    if all.failures > 0 {
        parts.push(format!("{} not looked at", all.failures));
    }
    if all.pending > 0 {
        parts.push(count(all.pending, "change pending", "changes pending"));
    } else if all.changed > 0 {
        parts.push(count(all.changed, "change made", "changes made"));
    }
    format!(
        "{BOLD}{}{RESET} in {}\n",
        parts.join(", "),
        count(targets, "target", "targets")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn finding(path: &str) -> Record {
        Record {
            tool: "t".into(),
            subject: Subject {
                path: Some(path.into()),
                ..Subject::default()
            },
            body: Finding::new("a/b", Severity::Error, "bad\x1b[2Jthing")
                .at(3u64, 4u64)
                .into(),
        }
    }

    #[test]
    fn findings_of_one_folder_share_a_heading() {
        let mut renderer = Renderer::default();
        let site = Record {
            tool: "t".into(),
            subject: Subject {
                path: Some("/srv/app".into()),
                ..Subject::default()
            },
            body: Site::default().into(),
        };
        let mut text = renderer.render(&site);
        text += &renderer.render(&finding("/srv/app/web.config"));
        text += &renderer.render(&finding("/srv/app2/web.config"));
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(
            plain,
            "/srv/app\n  error: bad\\x1b[2Jthing\n    at web.config:3:4\n    a/b\n\
             /srv/app2/web.config\n  error: bad\\x1b[2Jthing\n    at /srv/app2/web.config:3:4\n    a/b\n"
        );
    }

    #[test]
    fn arguments_can_be_pasted() {
        for (argument, pasted) in [
            ("--fix", "--fix"),
            ("/srv/shop-2/web.config", "/srv/shop-2/web.config"),
            ("q/shop(1)/web.config", "\"q/shop(1)/web.config\""),
            ("q/A&B;c/web.config", "\"q/A&B;c/web.config\""),
            ("a,b", "\"a,b\""),
            ("q/$HOME x", "'q/$HOME x'"),
            ("", "\"\""),
            ("it's", "\"it's\""),
        ] {
            assert_eq!(quoted(argument), pasted);
        }
        let windows = std::path::MAIN_SEPARATOR == '\\';
        assert_eq!(
            quoted(r"C:\a b\"),
            if windows { r#""C:\a b""# } else { r"'C:\a b\'" }
        );
        assert_eq!(
            quoted("$it's"),
            if windows { "'$it''s'" } else { r"'$it'\''s'" }
        );
    }

    /// A shell is the judge of what it makes of a pasted argument.
    #[test]
    #[cfg_attr(windows, ignore = "needs sh")]
    fn a_shell_gives_the_argument_back() {
        for argument in [
            "a b",
            "$HOME`x`",
            "it's $1",
            "a\"b",
            r"C:\a b\",
            "(1)&;*?[x]~#!{a,b}",
            "\u{fc}",
        ] {
            let script = format!("printf %s {}", quoted(argument));
            let output = std::process::Command::new("sh")
                .arg("-c")
                .arg(script)
                .output()
                .unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), argument);
        }
    }

    proptest! {
        #[test]
        fn no_control_character_of_the_data_is_printed(text in any::<String>()) {
            prop_assert!(sanitize(&text).chars().all(|c| !c.is_control()));
        }
    }
}
