//! The start itself: the module's tries, then the request and the shutdown.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use crate::attempt::{DRAIN, POLL, SLICE, attempt};
use crate::capture::{Capture, Reader};
use crate::environment::{self, Facts};
use crate::observation::{FirstAnswer, Observation, Shutdown, Taken};
use crate::outcome::{Outcome, Stage, hresult};
use crate::plan::Plan;
use crate::port::{self, NoPort};
use crate::request::App;
use crate::sys::{self, Tree};
use crate::{exit_code, interrupt};

/// Where ASP.NET Core and its templates listen without IIS integration.
const USUAL_PORTS: [u16; 4] = [5000, 5001, 8080, 8081];

/// What the command line asks for beside the plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) given: Vec<(String, String)>,
    pub(crate) no_request: bool,
}

/// A started app that is still there, with what is needed to end it.
pub(crate) struct Running {
    tree: Tree,
    reader: Reader,
    token: String,
    capture: Capture,
}

/// Starts the app and asks it once. The app runs on where something is given back.
///
/// # Errors
/// The system's tables cannot be read, or the user wants to end (`Interrupted`); no process is left then.
pub(crate) fn start<'a>(
    plan: &'a Plan,
    wishes: &Wishes,
) -> io::Result<(Observation<'a>, Option<Running>)> {
    let capture = Capture::default();
    let mut observation = Observation {
        plan,
        outcome: Outcome::NotFound,
        stage: Some(Stage::Configuration),
        hresult: None,
        exit: None,
        port: None,
        refused_port: None,
        taken: None,
        listened_on: Vec::new(),
        elapsed: Duration::ZERO,
        attempts: 0,
        pid: 0,
        listening_pid: 0,
        output: String::new(),
        output_bytes: 0,
        answer: None,
        shutdown: None,
        left_behind: 0,
        processes: 0,
        start_error: plan.refusal.as_ref().map(|refusal| refusal.message.clone()),
        account: sys::account(),
    };
    if plan.refusal.is_some() {
        return Ok((observation, None));
    }
    let token = match environment::last(&plan.configured, "ASPNETCORE_TOKEN") {
        // An empty one is kept as well: IIS integration is off then.
        Some(configured) => configured.to_owned(),
        None => uuid()?,
    };
    let mut listened_on = BTreeSet::new();
    let mut listened_for = 0;
    while observation.attempts < plan.tries() {
        observation.attempts += 1;
        let chosen = port::choose(
            environment::last(&plan.configured, "ASPNETCORE_PORT"),
            &sys::ipv4_ports()?,
            random,
        );
        let port = match chosen {
            Ok(choice) => {
                observation.taken = choice.configured_in_use.map(|port| Taken {
                    port,
                    owner: sys::owner_of(port),
                });
                choice.port
            }
            Err(reason) => {
                observation.outcome = Outcome::WrongPort;
                observation.stage = Some(Stage::SetupListenPort);
                match reason {
                    NoPort::OutOfRange(number) => {
                        observation.hresult = Some(hresult::BAD_PORT);
                        observation.refused_port = Some(number);
                        return Ok((observation, None));
                    }
                    NoPort::NoneFree => {
                        observation.hresult = Some(hresult::NO_PORT);
                        continue;
                    }
                }
            }
        };
        observation.port = Some(port);
        let block = environment_of(plan, wishes, port, &token);
        let begun = Instant::now();
        let tried = attempt(plan, &block, port, &capture)?;
        observation.elapsed = begun.elapsed();
        // A port a try: those of the last one that listened anywhere.
        if !tried.listened_on.is_empty() {
            listened_on = tried.listened_on;
            listened_for = port;
        }
        observation.outcome = tried.outcome;
        observation.stage = tried.stage;
        observation.hresult = tried.hresult;
        observation.exit = tried.exit;
        observation.pid = tried.pid;
        observation.listening_pid = tried.listening_pid;
        observation.left_behind = tried.left_behind;
        observation.processes = tried.processes;
        observation.start_error = tried.error;
        if let Some((mut tree, reader)) = tried.running {
            if !wishes.no_request {
                let app = App {
                    port,
                    token: &token,
                    virtual_path: &plan.virtual_path,
                    host: &plan.host,
                };
                observation.answer = Some(ask(&app, plan, &mut tree)?);
            }
            listened_on.extend(
                tree.listeners()?
                    .into_iter()
                    .map(|listener| listener.address),
            );
            observation.exit = tree.exit()?;
            if observation.exit.is_some() && matches!(observation.answer, Some(Err(_))) {
                // To the module the start has succeeded; the first request fails.
                observation.outcome = Outcome::Exited;
            }
            observation.listened_on = listened_on.into_iter().collect();
            (observation.output, observation.output_bytes) = capture.text(sys::decode);
            settle(&mut observation, port);
            return Ok((
                observation,
                Some(Running {
                    tree,
                    reader,
                    token,
                    capture,
                }),
            ));
        }
    }
    observation.listened_on = listened_on.into_iter().collect();
    (observation.output, observation.output_bytes) = capture.text(sys::decode);
    settle(&mut observation, listened_for);
    Ok((observation, None))
}

/// What the output says of the exit code and of listeners. `port` is the one that the app was told when it opened
/// those.
fn settle(seen: &mut Observation<'_>, port: u16) {
    if seen.plan.is_script && !exit_code::is_of_host(&seen.output) {
        seen.exit = seen.exit.map(exit_code::Exit::of_script);
    }
    // A side port (metrics, a cluster's own) may be open long before the app is ready.
    let is_its_server = |address: &SocketAddr| {
        address.port() == port
            || USUAL_PORTS.contains(&address.port())
            || announces(&seen.output, address.port())
    };
    if seen.outcome == Outcome::TimedOut && seen.listened_on.iter().any(is_its_server) {
        seen.outcome = Outcome::WrongPort;
    }
}

/// Kestrel's own line, `Now listening on: http://localhost:6000`.
fn announces(output: &str, port: u16) -> bool {
    let port = format!(":{port}");
    output
        .lines()
        .filter_map(|line| line.split_once("Now listening on"))
        .any(|(_, address)| {
            let ends = address.split(&port).skip(1);
            ends.into_iter()
                .any(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
        })
}

impl Running {
    /// Waits until the app ends or the user wants to.
    ///
    /// # Errors
    /// The process cannot be watched.
    pub(crate) fn wait(&mut self) -> io::Result<()> {
        while interrupt::requests() == 0 && self.tree.exit()?.is_none() {
            thread::sleep(SLICE);
        }
        Ok(())
    }

    /// Ends the app as the module does: by request, by signal, by force. `patience` is how many requests to end are
    /// let pass before it is by force at once. How it went is noted in `seen`.
    ///
    /// # Errors
    /// Some process is still there.
    pub(crate) fn end(mut self, seen: &mut Observation<'_>, patience: u32) -> io::Result<()> {
        let (plan, port) = (seen.plan, seen.port());
        let stop = move || interrupt::requests() > patience;
        let how = match self.tree.exit()? {
            Some(_) => Shutdown::ByItself,
            None => self.shut_down(plan, port, &stop)?,
        };
        self.tree.kill()?;
        self.reader.finish(DRAIN);
        seen.shutdown = Some(how);
        (seen.output, seen.output_bytes) = self.capture.text(sys::decode);
        Ok(())
    }
}

impl Running {
    /// The module asks and waits, both within shutdownTimeLimit; the signal is for an app that does not take the
    /// request.
    fn shut_down(
        &mut self,
        plan: &Plan,
        port: u16,
        stop: &dyn Fn() -> bool,
    ) -> io::Result<Shutdown> {
        let deadline = Instant::now() + plan.shutdown_limit;
        let left = || deadline.saturating_duration_since(Instant::now());
        let app = App {
            port,
            token: &self.token,
            virtual_path: &plan.virtual_path,
            host: &plan.host,
        };
        let accepted = app
            .shut_down(left(), stop)
            .is_ok_and(|answer| answer.status == 202);
        let how = if accepted {
            Shutdown::Request
        } else if self.tree.exit()?.is_some() {
            return Ok(Shutdown::ByItself);
        } else if stop() {
            return Ok(Shutdown::Interrupted);
        } else if self.tree.ask_to_end().is_err() {
            return Ok(Shutdown::NotAsked);
        } else {
            Shutdown::Signal
        };
        Ok(match ends(&mut self.tree, left(), stop)? {
            true => how,
            false if stop() => Shutdown::Interrupted,
            false => Shutdown::Killed,
        })
    }
}

fn ends(tree: &mut Tree, limit: Duration, stop: &dyn Fn() -> bool) -> io::Result<bool> {
    let deadline = Instant::now() + limit;
    while tree.exit()?.is_none() {
        if Instant::now() >= deadline || stop() {
            return Ok(false);
        }
        thread::sleep(SLICE);
    }
    Ok(true)
}

fn ask(app: &App<'_>, plan: &Plan, tree: &mut Tree) -> io::Result<FirstAnswer> {
    let stop = || interrupt::requests() > 0;
    let answer = app.get(plan.request_limit(), &stop);
    if matches!(&answer, Err(error) if error.kind() != io::ErrorKind::TimedOut) {
        // The connection breaks before the process that held it is gone.
        ends(tree, POLL, &stop)?;
    }
    if interrupt::requests() > 0 {
        tree.kill()?;
        return Err(io::ErrorKind::Interrupted.into());
    }
    Ok(answer.map_err(|error| error.kind()))
}

fn environment_of(
    plan: &Plan,
    wishes: &Wishes,
    port: u16,
    token: &str,
) -> Vec<(OsString, OsString)> {
    let facts = Facts {
        configured: &plan.configured,
        port,
        token,
        virtual_path: &plan.virtual_path,
        application_id: &plan.application_id,
        authentication: &plan.authentication,
        web_sockets: plan.web_sockets,
        https_port: plan.https_port,
        worker: &plan.worker,
        given: &wishes.given,
        without_in_process: plan.model == crate::outcome::Model::InProcess,
    };
    environment::block(std::env::vars_os().collect(), &facts)
}

/// A random UUID in text, as UuidCreate gives the module for its pairing token.
pub(crate) fn uuid() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    Ok(text)
}

fn random() -> u32 {
    // A machine without random numbers gives the first port of the range, which is then looked at like any other.
    getrandom::u32().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kestrel_announces_its_address() {
        let output =
            "info: Microsoft.Hosting.Lifetime[14]\n      Now listening on: http://[::]:6000\n";
        assert!(announces(output, 6000));
        assert!(!announces(output, 600));
        assert!(!announces(output, 6001));
        assert!(!announces("metrics on http://localhost:6000", 6000));
    }

    #[test]
    fn tokens_are_random_uuids() {
        let (one, two) = (uuid().unwrap(), uuid().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), 36);
        assert_eq!(
            one.split('-').map(str::len).collect::<Vec<_>>(),
            [8, 4, 4, 4, 12]
        );
        assert_eq!(one.as_bytes()[14], b'4');
    }
}
