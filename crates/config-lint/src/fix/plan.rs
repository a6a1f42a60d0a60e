//! What a repair would change, worked out on the bytes that were read and looked at again before anything is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use record::input::Target;
use record::wire::Severity;
use serde_json::{Map, Value};

use crate::app::{App, Overlay};
use crate::args::Model;
use crate::finding::{Change, Findings, Found, Repair};
use crate::fix::{diff, edit, file};
use crate::own_section::{V1, V2, handlers, names_module};
use crate::rules;
use crate::run::Lint;
use crate::server::Servers;

/// Code of the switch of the hosting model.
pub(crate) const MODEL_CODE: &str = "web-config/hosting-model-switched";

/// Repairs that make room for others are made in turn; more turns than this mean that two undo each other.
const MAX_TURNS: usize = 16;

/// Everything that one target needs.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) files: Vec<FileChange>,
    pub(crate) folders: Vec<PathBuf>,
    /// Code that the folders are made for.
    pub(crate) code: String,
}

impl Plan {
    /// Where the bytes from before are kept when no other place is named.
    pub(crate) fn undo_file(target: &Target) -> PathBuf {
        if target.path.is_file() {
            return file::beside(&target.path, "fix-undo");
        }
        target.path.join("web.config.fix-undo")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.folders.is_empty()
    }
}

/// One file before and after.
#[derive(Debug)]
pub(crate) struct FileChange {
    pub(crate) path: PathBuf,
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
    /// Codes that are mended, sorted.
    pub(crate) codes: Vec<String>,
    /// Attributes, lines or elements with their values.
    pub(crate) shown_before: Map<String, Value>,
    pub(crate) shown_after: Map<String, Value>,
}

impl FileChange {
    /// The change as a unified diff that `patch` takes.
    pub(crate) fn diff(&self) -> String {
        diff::unified(
            &self.path.to_string_lossy(),
            &String::from_utf8_lossy(&self.before),
            &String::from_utf8_lossy(&self.after),
        )
    }
}

/// Why nothing is changed.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) path: PathBuf,
    pub(crate) why: String,
}

/// The repairs of findings: all safe ones of warnings and errors, or those of the codes.
pub(crate) fn of_findings(
    target: &Target,
    servers: &Servers,
    lint: &Lint,
    codes: &[String],
) -> Result<Plan, Refused> {
    let wanted = |found: &Found, repair: &Repair| {
        let named = codes
            .iter()
            .any(|code| code_fits(code, &found.finding.code));
        if codes.is_empty() {
            repair.safe && found.finding.severity > Severity::Info
        } else {
            named
        }
    };
    let mut draft = Draft::default();
    let (mut findings, before) = told(target, servers, lint, &draft);
    let mut after = before.clone();
    for _ in 0..MAX_TURNS {
        let repairs: Vec<(&Found, &Repair)> = findings
            .found
            .iter()
            .filter_map(|found| Some((found, found.repair.as_ref()?)))
            .filter(|(found, repair)| wanted(found, repair))
            .collect();
        if !draft.take(&repairs)? {
            break;
        }
        (findings, after) = told(target, servers, lint, &draft);
    }
    refuse_new(target, &before, &after)?;
    Ok(draft.plan())
}

/// Errors by their code.
type Errors = BTreeMap<String, usize>;

/// What is told of the target as the draft has it, without what was silenced; and all of its errors.
fn told(target: &Target, servers: &Servers, lint: &Lint, draft: &Draft) -> (Findings, Errors) {
    let app = App::load(target, servers, &draft.overlay);
    let mut findings = rules::check(&app);
    let errors = errors(&findings);
    findings
        .found
        .retain_mut(|found| lint.tells(target, &app, found));
    (findings, errors)
}

/// # Errors
/// There are errors after the change that were not there before.
fn refuse_new(target: &Target, before: &Errors, after: &Errors) -> Result<(), Refused> {
    for (code, count) in after {
        if *count > before.get(code).copied().unwrap_or_default() {
            return Err(Refused {
                path: target.path.clone(),
                why: format!("the repair would bring a new error, {code}; nothing was changed"),
            });
        }
    }
    Ok(())
}

/// `web-config/*` names all codes of an area.
pub(crate) fn code_fits(wanted: &str, code: &str) -> bool {
    wanted == code
        || wanted == "*"
        || wanted
            .strip_suffix("/*")
            .is_some_and(|area| code.split('/').next() == Some(area))
}

fn errors(findings: &Findings) -> Errors {
    let mut counts = BTreeMap::new();
    for found in &findings.found {
        if found.finding.severity == Severity::Error {
            *counts.entry(found.finding.code.clone()).or_insert(0) += 1;
        }
    }
    counts
}

/// The switch to a hosting model: the attribute, and module V2, which alone knows it.
pub(crate) fn of_model(target: &Target, servers: &Servers, model: Model) -> Result<Plan, Refused> {
    let draft = Draft::default();
    let app = App::load(target, servers, &draft.overlay);
    let Some((path, element, section)) = app.own() else {
        return Err(Refused {
            path: target.path.clone(),
            why: "there is no web.config with an <aspNetCore> of its own".to_owned(),
        });
    };
    let value = match model {
        Model::InProcess => "inprocess",
        Model::OutOfProcess => "outofprocess",
    };
    let mut changes = Vec::new();
    if !section
        .text("hostingModel")
        .is_some_and(|text| text.eq_ignore_ascii_case(value))
    {
        changes.push(Change::SetAttribute {
            element: element.span().start,
            name: "hostingModel".to_owned(),
            value: value.to_owned(),
        });
    }
    if let Some((_, document)) = app.web_document() {
        for handler in handlers(document)
            .filter(|handler| names_module(*handler, V1) && !names_module(*handler, V2))
        {
            changes.push(Change::SetAttribute {
                element: handler.span().start,
                name: "modules".to_owned(),
                value: V2.to_owned(),
            });
        }
    }
    let mut draft = Draft::default();
    if !changes.is_empty() {
        draft.change(path, MODEL_CODE, &changes)?;
        let before = errors(&rules::check(&app));
        let after = errors(&rules::check(&App::load(target, servers, &draft.overlay)));
        refuse_new(target, &before, &after)?;
    }
    Ok(draft.plan())
}

/// A plan in the making.
#[derive(Default)]
struct Draft {
    overlay: Overlay,
    files: BTreeMap<PathBuf, FileChange>,
    folders: Vec<PathBuf>,
    code: String,
}

impl Draft {
    /// Takes as many repairs of one turn as do not touch each other's places; false where there was nothing to take.
    fn take(&mut self, repairs: &[(&Found, &Repair)]) -> Result<bool, Refused> {
        let mut any = false;
        let mut turn: BTreeMap<&Path, (Vec<Change>, Vec<&str>)> = BTreeMap::new();
        for (found, repair) in repairs {
            for folder in &repair.folders {
                if !self.folders.contains(folder) && !folder.exists() {
                    self.folders.push(folder.clone());
                    self.code.clone_from(&found.finding.code);
                }
            }
            if repair.changes.is_empty() {
                continue;
            }
            let (changes, codes) = turn.entry(&found.file).or_default();
            let clash = repair
                .changes
                .iter()
                .any(|new| changes.iter().any(|old| touches(old, new)));
            if !clash {
                changes.extend(repair.changes.iter().cloned());
                codes.push(&found.finding.code);
            }
        }
        for (path, (changes, codes)) in turn {
            for (index, code) in codes.iter().enumerate() {
                any |= self.change(path, code, if index == 0 { &changes } else { &[] })?;
            }
        }
        Ok(any)
    }

    fn change(&mut self, path: &Path, code: &str, changes: &[Change]) -> Result<bool, Refused> {
        let refused = |why: String| Refused {
            path: path.to_owned(),
            why,
        };
        if !self.files.contains_key(path) {
            let bytes = file::read(path)
                .map_err(|error| refused(format!("cannot change {}: {error}", path.display())))?;
            self.files.insert(
                path.to_owned(),
                FileChange {
                    path: path.to_owned(),
                    after: bytes.clone(),
                    before: bytes,
                    codes: Vec::new(),
                    shown_before: Map::new(),
                    shown_after: Map::new(),
                },
            );
        }
        let Some(change) = self.files.get_mut(path) else {
            return Ok(false);
        };
        if !change.codes.iter().any(|known| known == code) {
            change.codes.push(code.to_owned());
            change.codes.sort_unstable();
        }
        if changes.is_empty() {
            return Ok(false);
        }
        let edited = edit::apply(&change.after, changes).map_err(refused)?;
        let moved = edited.bytes != change.after;
        change.after = edited.bytes;
        for (name, value) in edited.before {
            change.shown_before.entry(name).or_insert(value);
        }
        change.shown_after.extend(edited.after);
        self.overlay.insert(path.to_owned(), change.after.clone());
        Ok(moved)
    }

    fn plan(self) -> Plan {
        Plan {
            files: self
                .files
                .into_values()
                .filter(|change| change.before != change.after)
                .collect(),
            folders: self.folders,
            code: self.code,
        }
    }
}

/// Whether two changes are of the same place.
fn touches(a: &Change, b: &Change) -> bool {
    let place = |change: &Change| match change {
        Change::SetAttribute { element, name, .. } | Change::RemoveAttribute { element, name } => {
            (*element, Some(name.clone()))
        }
        Change::RenameAttribute { element, .. }
        | Change::RemoveElement { element }
        | Change::InsertBefore { element, .. } => (*element, None),
        Change::Splice { .. } => (0, None),
    };
    let ((a_element, a_name), (b_element, b_name)) = (place(a), place(b));
    a_element == b_element && (a_name == b_name || a_name.is_none() || b_name.is_none())
}
