//! The application's folder cannot be looked at from here.
//!
//! The configuration is that of another machine, and no `--root` or `--map` says where its drive lies on this one; or a link on the way
//! leads out of the mapped folder. Name the drive: `--map 'D:=/mnt/d'`. Where the path names a variable, the server's registry tells it:
//! `--registry FILE.reg`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("site/path-not-mapped", Severity::Error, None, record::module_docs!("path_not_mapped.rs"), Check::Application(check));

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let Some(physical) = &app.physical else { return };
    let message = match &app.located {
        Located::Unmapped if !app.host.machine.environment.unknown(physical).is_empty() => {
            let unknown = app.host.machine.environment.unknown(physical).join("%, %");
            format!("{physical}, the folder of {}, names %{unknown}%, which is no variable of the server as far as is known here.", app.name())
        }
        Located::Unmapped => {
            let prefix = match windows_path::drive(physical) {
                Some(drive) => format!("{drive}:"),
                None => physical.clone(),
            };
            format!("{physical}, the folder of {}, cannot be found from here; say where it lies with --map '{prefix}=DIR'.", app.name())
        }
        Located::Outside(path) => {
            format!("{} leads out of the mapped folder by a link, which was not followed.", path.display())
        }
        _ => return,
    };
    told.failure(Failure::new(rule.code.code, message));
}
