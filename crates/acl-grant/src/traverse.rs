//! `--traverse`: the folders above an app, for identities that may not bypass traverse checking.

use std::io;
use std::path::Path;

use ntfs_meta::Descriptor;
use ntfs_meta::descriptor::access::{self, Decision};
use ntfs_meta::descriptor::ace::{Ace, right};
use ntfs_meta::sys::{self, Dir};
use record::cause;
use record::output::Output;
use record::wire::{Action, Finding, Severity, Subject};
use serde_json::json;

use crate::change::{self, AclError};
use crate::identity::Identity;
use crate::report::Reached;
use crate::run::Run;
use crate::{report, rules};

/// What the entry allows: passing through, and what every open asks for beside that.
const PASS: u32 = right::TRAVERSE | right::SYNCHRONIZE | READ_ATTRIBUTES;

/// `FILE_READ_ATTRIBUTES`: a path is looked at part by part before it is opened.
const READ_ATTRIBUTES: u32 = 0x80;

/// Looks at every folder above `target`, and adds what is missing.
pub(crate) fn parents(
    run: &Run<'_>,
    identity: &Identity,
    target: &Path,
    subject: &Subject,
    out: &mut Output,
) -> io::Result<Reached> {
    let mut reached = Reached::Already;
    for folder in target.ancestors().skip(1) {
        let subject = subject.with_path(&sys::plain(folder));
        let read = Dir::open_exact(folder)
            .and_then(|dir| dir.node_of_self())
            .map_err(AclError::from);
        let own = match read.and_then(|node| change::read(&node)) {
            Ok(own) => own,
            // the volume is mounted here: what is above is another system's
            Err(AclError::System(sys::Error::Unsupported { .. })) => break,
            Err(error) => {
                reached = Reached::Failed;
                out.emit(&subject, report::unreadable(folder, &error))?;
                continue;
            }
        };
        let rights = match access::check(&own, &identity.token, right::TRAVERSE) {
            Decision::Granted => continue,
            Decision::Missing { rights } => rights,
            Decision::Denied { ace } => {
                reached = Reached::Failed;
                let ace = own.aces().get(ace).map(Ace::to_sddl).unwrap_or_default();
                let message = format!(
                    "{} is denied to pass through {}",
                    identity.name,
                    sys::plain(folder).display()
                );
                let finding = Finding::new(rules::denied::CODE.code, Severity::Error, message);
                out.emit(
                    &subject,
                    finding.cause(cause::ACCESS_DENIED).evidence("ace", ace),
                )?;
                continue;
            }
        };
        reached = reached.max(Reached::Changed);
        let entry = Ace::allow(&identity.sid, PASS, 0);
        let with_entry = |own: &Descriptor| -> Result<Descriptor, AclError> {
            let mut planned = own.clone();
            planned.insert(entry.clone())?;
            Ok(planned)
        };
        if run.args.change.check {
            let message = format!(
                "{} may not pass through {}",
                identity.name,
                sys::plain(folder).display()
            );
            let finding = Finding::new(rules::traverse::CODE.code, Severity::Error, message)
                .cause(cause::ACCESS_DENIED)
                .help("acl-grant --traverse adds an entry for this folder only.")
                .evidence("missing", format!("0x{rights:x}"));
            out.emit(&subject, finding)?;
            let (before, after) = (
                Some(own.to_sddl()),
                with_entry(&own).ok().map(|planned| planned.to_sddl()),
            );
            let (before, after) = (
                json!({ "sddl": before }),
                json!({ "sddl": after, "ace": entry.to_sddl() }),
            );
            let code = rules::traverse::CODE.code.to_owned();
            out.emit(
                &subject,
                Action {
                    code,
                    changed: true,
                    before,
                    after,
                    needs_elevation: run.needs_elevation,
                    ..Action::default()
                },
            )?;
            continue;
        }
        let written = change::pin(folder)
            .and_then(|node| change::apply(&node, folder, run.undo.as_ref(), with_entry));
        match written {
            Ok(Some((before, after))) => {
                let action = Action {
                    code: rules::traverse::CODE.code.to_owned(),
                    applied: true,
                    changed: true,
                    before: json!({ "sddl": before.to_sddl() }),
                    after: json!({ "sddl": after.to_sddl(), "ace": entry.to_sddl() }),
                    undo: run.undo_file.clone(),
                    needs_elevation: false,
                };
                out.emit(&subject, action)?;
            }
            Ok(None) => {}
            Err(error) => {
                reached = Reached::Failed;
                out.emit(&subject, report::not_changed(folder, &error))?;
            }
        }
    }
    Ok(reached)
}
