//! Completion scripts and man pages out of the clap definition.

use clap::{Command, ValueEnum};
use clap_complete::Shell;

use crate::code::Code;

/// What `--generate` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Generate {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
    /// The man page, roff.
    Man,
}

/// The script or page for `command`.
pub(crate) fn generate(what: Generate, mut command: Command) -> std::io::Result<String> {
    let mut out = Vec::new();
    let shell = match what {
        Generate::Bash => Shell::Bash,
        Generate::Elvish => Shell::Elvish,
        Generate::Fish => Shell::Fish,
        Generate::Powershell => Shell::PowerShell,
        Generate::Zsh => Shell::Zsh,
        Generate::Man => {
            clap_mangen::Man::new(command).render(&mut out)?;
            return Ok(String::from_utf8_lossy(&out).into_owned());
        }
    };
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut out);
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// The documentation of one code as a page: `--explain` prints it, `docs/codes/` holds it.
pub(crate) fn page(tool: &str, code: &Code) -> String {
    let mut page = format!(
        "# {}\n\nTool: `{tool}`. Severity: {}.",
        code.code,
        code.severity.as_str()
    );
    if let Some(cause) = code.cause.and_then(crate::cause::find) {
        page += &format!(" Cause: `{}`, {}", cause.id, lower_first(cause.title));
        page.push('.');
    }
    page.push_str("\n\n");
    page.push_str(code.markdown().trim());
    page.push('\n');
    page
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        // an abbreviation or a name keeps its capitals
        Some(first)
            if !characters
                .as_str()
                .starts_with(|c: char| c.is_uppercase() || c == '-') =>
        {
            first.to_lowercase().chain(characters).collect()
        }
        _ => text.to_owned(),
    }
}
