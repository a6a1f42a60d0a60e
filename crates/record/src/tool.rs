//! From `main` to exit code: what every tool does alike.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use crate::argument::{self, Dropped};
use crate::cli::{HasCommon, TargetArgs};
use crate::code::{Code, INPUT};
use crate::generate;
use crate::input::{Incoming, Source, Step, Target, dropped_quote};
use crate::output::{Emitter, Output};
use crate::pool;
use crate::tally::LISTER;
use crate::wire::{Failure, Record, Subject};

/// What a tool is called and which codes it can report.
#[derive(Debug)]
pub struct Tool {
    pub name: &'static str,
    /// Sorted by code.
    pub codes: &'static [Code],
}

/// A usage error: the message of `anyhow` with the contract's exit code 2 is the same for all of them.
const COULD_NOT: u8 = 2;

/// Parses the arguments, runs the tool, ends its output and gives the exit code of the contract:
/// 0, 1 by the records that left, 2 where the job could not be done (one line on stderr).
pub fn main<A>(
    tool: &'static Tool,
    run: impl FnOnce(&A, &mut Session) -> anyhow::Result<()>,
) -> ExitCode
where
    A: Parser + HasCommon,
{
    let dropped = Dropped::default();
    let args = match parse::<A>(&dropped) {
        Ok(args) => args,
        Err(error) => return usage(tool, &error),
    };
    let common = args.common();
    match work::<A>(tool, &args, &dropped.take(), run) {
        // the tool that lists the sites has said so
        Ok(tally) if tally.is_idle() => ExitCode::from(COULD_NOT),
        Ok(tally) => ExitCode::from(u8::from(tally.fails(common.fail_on))),
        Err(error) if is_closed(&error) => ExitCode::SUCCESS,
        Err(error) => complain(tool, &format!("{error:#}")),
    }
}

/// The arguments of this process, as PowerShell hands them on.
fn parse<A: Parser>(dropped: &Dropped) -> Result<A, clap::Error> {
    let arguments = std::env::args_os()
        .flat_map(argument::apart)
        .map(powershell_switch);
    let mut command = argument::paths(A::command(), dropped);
    let matches = command.try_get_matches_from_mut(arguments)?;
    A::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

fn work<A: Parser + HasCommon>(
    tool: &'static Tool,
    args: &A,
    dropped: &[PathBuf],
    run: impl FnOnce(&A, &mut Session) -> anyhow::Result<()>,
) -> anyhow::Result<crate::tally::Tally> {
    let common = args.common();
    let mut output = Output::open(tool.name, common, args.layout())?;
    let mut plain = |text: &str| -> anyhow::Result<crate::tally::Tally> {
        output.plain(text)?;
        Ok(crate::tally::Tally::default())
    };
    if let Some(code) = &common.explain {
        return plain(&explain(tool, code)?);
    }
    if common.list_codes {
        return plain(&list(tool));
    }
    if let Some(what) = common.generate {
        return plain(&generate::generate(what, A::command())?);
    }
    let mut session = Session {
        tool,
        output,
        opened: 0,
        unopened: 0,
    };
    for path in dropped {
        let warning = dropped_quote(path);
        session.output.emit(&Subject::of_path(path), warning)?;
    }
    let ran = run(args, &mut session);
    session.output.release()?;
    ran?;
    let tally = session.output.finish()?;
    if session.opened == 0 && session.unopened > 0 {
        anyhow::bail!("none of the named targets could be opened");
    }
    // records that say why need no line on stderr
    if tally.is_idle() && tool.name == LISTER && !tally.fails(crate::tally::FailOn::Error) {
        anyhow::bail!("no target: there is no site or app where it was looked for");
    }
    Ok(tally)
}

/// `-WhatIf` in any case, as PowerShell users type it.
fn powershell_switch(argument: std::ffi::OsString) -> std::ffi::OsString {
    match argument.to_str() {
        Some(text)
            if text.trim_start_matches('-').eq_ignore_ascii_case("whatif")
                && text.starts_with('-') =>
        {
            "--what-if".into()
        }
        _ => argument,
    }
}

/// Help and version go to stdout; everything else is one line on stderr.
fn usage(tool: &Tool, error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    let first: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect();
    let message = first.join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    complain(tool, &format!("{message} (see {} --help)", tool.name))
}

fn complain(tool: &Tool, message: &str) -> ExitCode {
    let line = crate::text::sanitize(&crate::mask::text(
        &message.replace("\r\n", " ").replace('\n', " "),
    ));
    // nothing is left to be done where stderr is closed, too
    let _ = writeln!(io::stderr(), "{}: {line}", tool.name);
    ExitCode::from(COULD_NOT)
}

fn is_closed(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| {
            error.kind() == io::ErrorKind::BrokenPipe
                // Windows' ERROR_PIPE_NOT_CONNECTED, which std gives no kind; no other system counts so far.
                || error.raw_os_error() == Some(233)
        })
}

fn all_codes(tool: &Tool) -> Vec<&'static Code> {
    let mut codes: Vec<&Code> = tool.codes.iter().chain(INPUT).collect();
    codes.sort_by_key(|code| code.code);
    codes
}

fn explain(tool: &Tool, wanted: &str) -> anyhow::Result<String> {
    all_codes(tool)
        .into_iter()
        .find(|code| code.code == wanted)
        .map(|code| generate::page(tool.name, code))
        .ok_or_else(|| {
            anyhow::anyhow!(
                "{} has no code {wanted}: --list-codes shows all of them",
                tool.name
            )
        })
}

fn list(tool: &Tool) -> String {
    let mut text = String::new();
    for code in all_codes(tool) {
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}",
            code.code,
            code.severity.as_str(),
            code.cause.unwrap_or("-"),
            code.summary()
        );
    }
    text
}

/// A run of a tool: its targets and its output.
pub struct Session {
    tool: &'static Tool,
    output: Output,
    opened: u64,
    unopened: u64,
}

impl Session {
    /// The output, for records that belong to no target of [`Self::each_target`].
    pub fn out(&mut self) -> &mut Output {
        &mut self.output
    }

    /// The tool's name.
    pub fn tool(&self) -> &'static str {
        self.tool.name
    }

    /// Counts a target that a tool found by itself (site-list on a live server).
    pub fn count_target(&mut self) {
        self.opened += 1;
        self.output.targets += 1;
    }

    /// Calls `look` for each target, several at once; what it emits leaves in the targets' order,
    /// each target's records as soon as they and those before are known. Foreign lines are passed on.
    ///
    /// # Errors
    /// No target at all, unreadable stdin, or a closed stdout.
    pub fn each_target(
        &mut self,
        args: &TargetArgs,
        look: impl Fn(&Target, &mut Emitter) + Sync,
    ) -> anyhow::Result<()> {
        let mut source = Source::open(args)?;
        let mut any = false;
        loop {
            let batch = source.batch()?;
            if batch.is_empty() {
                break;
            }
            any = true;
            let output = &self.output;
            let blank = || output.emitter();
            let steps: Vec<(Step, std::sync::Mutex<Option<Emitter>>)> = batch
                .into_iter()
                .map(|step| (step, std::sync::Mutex::new(Some(blank()))))
                .collect();
            let mut index = 0;
            let (opened, unopened) = (&mut self.opened, &mut self.unopened);
            let output = &mut self.output;
            pool::ordered(
                &steps,
                |(step, emitter)| {
                    let mut emitter = emitter.lock().ok().and_then(|mut slot| slot.take());
                    if let (Step::Target(target), Some(emitter)) = (step, &mut emitter) {
                        look(target, emitter);
                    }
                    emitter
                },
                |emitters| {
                    for emitter in emitters {
                        let step = &steps[index].0;
                        index += 1;
                        pass(output, step, opened, unopened)?;
                        emitter.map_or(Ok(()), |emitter| output.add(emitter))?;
                    }
                    output.flush()
                },
            )?;
        }
        self.check_any(any)
    }

    /// Calls `look` for each target, one after the other; each record leaves at once.
    ///
    /// # Errors
    /// As [`Self::each_target`], and what `look` returns.
    pub fn each_target_streaming(
        &mut self,
        args: &TargetArgs,
        mut look: impl FnMut(&Target, &mut Output) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let mut source = Source::open(args)?;
        let mut any = false;
        loop {
            let batch = source.batch()?;
            if batch.is_empty() {
                break;
            }
            any = true;
            for step in &batch {
                pass(&mut self.output, step, &mut self.opened, &mut self.unopened)?;
                if let Step::Target(target) = step {
                    self.output.flush()?;
                    look(target, &mut self.output)?;
                }
            }
            self.output.flush()?;
        }
        self.check_any(any)
    }

    /// Calls `look` for every target and every record of this wire; foreign lines are passed on before.
    ///
    /// # Errors
    /// As [`Self::each_target`], and what `look` returns.
    pub fn each_record(
        &mut self,
        args: &TargetArgs,
        mut look: impl FnMut(Incoming, &mut Output) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let mut source = Source::open(args)?;
        let mut any = false;
        loop {
            let batch = source.batch()?;
            if batch.is_empty() {
                break;
            }
            any = true;
            for step in batch {
                pass(
                    &mut self.output,
                    &step,
                    &mut self.opened,
                    &mut self.unopened,
                )?;
                match step {
                    Step::Target(target) => {
                        self.output.flush()?;
                        look(Incoming::Target(target), &mut self.output)?;
                    }
                    Step::Foreign { line, glance }
                        if glance.ours && glance.kind.as_deref() != Some("site") =>
                    {
                        if let Some(record) = Record::parse(&line) {
                            look(Incoming::Record(Box::new(record)), &mut self.output)?;
                        }
                    }
                    Step::Unreached(record) => {
                        look(Incoming::Record(record), &mut self.output)?;
                    }
                    _ => {}
                }
            }
            self.output.flush()?;
        }
        self.check_any(any)
    }

    /// A bar on stderr for long work of `steps` steps; hidden unless stderr is a terminal and the
    /// records go elsewhere.
    pub fn progress(&self, steps: Option<u64>) -> ProgressBar {
        if io::stdout().is_terminal() || !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        match steps {
            Some(steps) => {
                let bar = ProgressBar::new(steps);
                match ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}") {
                    Ok(style) => bar.with_style(style),
                    Err(_) => bar,
                }
            }
            None => ProgressBar::new_spinner(),
        }
    }

    fn check_any(&mut self, any: bool) -> anyhow::Result<()> {
        if !any {
            // the tools behind this one have something to read then, and need not complain of the same
            let message = "stdin held no records: the tool before ended without any";
            let failure = Failure::new("input/no-records", message);
            self.output.emit(&Subject::default(), failure)?;
            anyhow::bail!("no target: stdin held no records (name a folder or file, see --help)");
        }
        Ok(())
    }
}

/// Passes on, or reports, what a step brings besides a target; counts targets. What leaves waits for a flush.
fn pass(output: &mut Output, step: &Step, opened: &mut u64, unopened: &mut u64) -> io::Result<()> {
    match step {
        Step::Foreign { line, glance } => {
            *opened += 1;
            output.pass(line, glance)
        }
        Step::Bad { subject, body } => {
            *unopened += u64::from(subject.path.is_some() && body.kind() == "failure");
            output.hold(subject, body.clone())
        }
        Step::Unreached(_) => Ok(()),
        Step::Target(_) => {
            *opened += 1;
            output.targets += 1;
            Ok(())
        }
    }
}
