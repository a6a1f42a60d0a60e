use iis_config::document::ReadError;
use iis_config::server::{Application, Server, Site};
use record::cause;
use record::pool;
use record::tool::Session;
use record::wire::{Body, Failure, Finding, Severity, Subject};

use crate::app::App;
use crate::args::Args;
use crate::azure::Home;
use crate::folder;
use crate::host::Host;
use crate::machine::Machine;
use crate::rules::{self, CONFIG_MALFORMED, CONFIG_SOURCE, NO_APP, SERVER_UNREADABLE};
use crate::selection::Selection;

/// Applications looked at together: enough for all cores, few enough to hold what they say.
const BATCH: usize = 256;

pub(crate) fn run(args: &Args, session: &mut Session) -> anyhow::Result<()> {
    let selection = Selection::new(&args.server)?;
    if args.targets.is_given() {
        return session.each_target_streaming(&args.targets, |target, out| {
            folder::list(&target.path, &selection, out)
        });
    }
    let machine = Machine::new(args)?;
    let home = if machine.is_live {
        Home::of_environment()
    } else {
        None
    };
    if let Some(home) = home {
        session.count_target();
        return Ok(folder::azure(&home, session.out())?);
    }
    let path = match &args.server.apphost {
        Some(path) => path.clone(),
        None => machine.configuration()?,
    };
    let server = match Server::read(&path) {
        Ok(server) => server,
        Err(ReadError::Io(error)) => {
            return Err(
                anyhow::Error::new(error).context(format!("cannot read {}", path.display()))
            );
        }
        Err(ReadError::Malformed(error)) => {
            let message = format!("{} is malformed: {}.", path.display(), error.kind);
            let finding = Finding::new(CONFIG_MALFORMED, Severity::Error, message)
                .cause(cause::WEBCONFIG_MALFORMED)
                .at(error.position.line, error.position.column)
                .help("Put the last good copy back from inetpub\\history; no site of the server starts before.");
            session.count_target();
            session.out().emit(&Subject::of_path(&path), finding)?;
            return Ok(());
        }
    };
    list(&Host::new(server, machine), &selection, session)
}

/// Everything that the server's configuration tells.
fn list(host: &Host, selection: &Selection, session: &mut Session) -> anyhow::Result<()> {
    let subject = Subject::of_path(host.file());
    for (file, origin, error) in &host.server.unread {
        let position = origin.position();
        let message = format!(
            "{}, which line {} names as configSource, cannot be used: {error}.",
            file.display(),
            position.line
        );
        session
            .out()
            .emit(&subject, Failure::new(CONFIG_SOURCE, message))?;
    }
    for (message, error) in &host.machine.untold {
        session
            .out()
            .emit(&subject, untold(message, error.as_ref()))?;
    }
    for finding in rules::server(host) {
        session.out().emit(&subject, finding)?;
    }
    let chosen: Vec<(&Site, &Application)> = host
        .server
        .sites
        .iter()
        .filter(|site| selection.has_site(&site.name))
        .flat_map(|site| {
            site.applications
                .iter()
                .map(move |application| (site, application))
        })
        .filter(|(_, application)| selection.has_app(&application.path, &application.pool))
        .collect();
    for batch in chosen.chunks(BATCH) {
        let (out, mut count) = (session.out(), 0);
        let look = |(site, application): &(&Site, &Application)| look(host, site, application);
        pool::ordered(batch, look, |applications| {
            count += applications.len();
            for (subject, body) in applications.into_iter().flatten() {
                out.hold(&subject, body)?;
            }
            out.flush()
        })?;
        (0..count).for_each(|_| session.count_target());
    }
    if chosen.is_empty() {
        let message = match host.server.sites.is_empty() {
            true => format!("{} has no site.", host.file().display()),
            false => "No application of the server fits --site, --pool and --app.".to_owned(),
        };
        session
            .out()
            .emit(&subject, Finding::new(NO_APP, Severity::Error, message))?;
    }
    Ok(())
}

/// A fact of a running server that is missing from the records. An elevated prompt sees all of them.
fn untold(message: &str, error: Option<&std::io::Error>) -> Failure {
    let message = match error {
        Some(error) => format!("{message} ({error})"),
        None => message.to_owned(),
    };
    let failure = Failure::new(SERVER_UNREADABLE, message);
    match error {
        Some(error) => failure.os_error(error),
        None => Failure {
            needs_elevation: true,
            ..failure
        },
    }
}

/// The records of one application: the site record first.
fn look(host: &Host, site: &Site, application: &Application) -> Vec<(Subject, Body)> {
    let app = App::new(host, site, application);
    let mut records = vec![(app.subject(), Body::from(app.record()))];
    rules::application(&app, &mut records);
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_does_not_tell_is_a_failure_that_elevation_may_mend() {
        let hidden = untold("w3wp.exe 7 cannot be looked into.", None);
        assert_eq!(hidden.code, "server/unreadable");
        assert!(hidden.needs_elevation);
        let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let denied = untold("W3SVC cannot be asked.", Some(&denied));
        assert!(denied.needs_elevation && denied.message.starts_with("W3SVC cannot be asked. ("));
        let other = std::io::Error::from(std::io::ErrorKind::NotFound);
        assert!(!untold("W3SVC cannot be asked.", Some(&other)).needs_elevation);
    }
}
