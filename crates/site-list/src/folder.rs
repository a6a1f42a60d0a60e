//! Published apps below a folder.
use std::io;
use std::path::{Path, PathBuf};

use iis_config::asp_net_core::{self, HostingModel};
use iis_config::document;
use iis_config::windows_path::{PathMap, locate_below};
use record::output::Output;
use record::wire::{Failure, Finding, Severity, Site, Subject};
use walkdir::{DirEntry, WalkDir};

use crate::azure::Home;
use crate::rules::{LINK, NO_APP, UNREADABLE};
use crate::selection::Selection;

/// Folders inside each other that are looked into; published apps lie near the top.
const DEPTH: usize = 32;
/// Folders that hold packages or version control, never a published app.
const SKIPPED: [&str; 4] = ["node_modules", ".git", ".svn", "$RECYCLE.BIN"];
/// Folders of a .NET installation.
const OF_DOTNET: [&str; 5] = ["host", "packs", "sdk", "shared", "store"];

/// Emits a record for each app at and below a folder.
///
/// # Errors
/// The output is gone.
pub(crate) fn list(folder: &Path, selection: &Selection, out: &mut Output) -> io::Result<()> {
    // A file stands for the folder that it is in, and only that.
    if let Some(parent) = folder.parent().filter(|_| folder.is_file()) {
        let parent = if parent.as_os_str().is_empty() {
            Path::new(".")
        } else {
            parent
        };
        return if selection.has_folder(&parent.to_string_lossy()) {
            out.emit(&Subject::of_path(parent), site(parent, model(parent), None))
        } else {
            Ok(())
        };
    }
    let mut apps = Apps {
        selection,
        out,
        found: 0,
        here: Files::default(),
        of_homes: Vec::new(),
    };
    let walk = WalkDir::new(folder)
        .max_depth(DEPTH)
        .follow_links(false)
        // Files first: an app's own record comes before those of apps inside it.
        .sort_by(|a, b| {
            (a.file_type().is_dir(), a.file_name()).cmp(&(b.file_type().is_dir(), b.file_name()))
        })
        .into_iter()
        .filter_entry(|entry| !entry.file_type().is_dir() || !is_skipped(entry));
    for entry in walk {
        match entry {
            Ok(entry) => apps.entry(&entry)?,
            Err(error) => unreadable(&error, apps.out)?,
        }
    }
    apps.tell_folder()?;
    if apps.found > 0 {
        return Ok(());
    }
    let subject = Subject::of_path(folder);
    // Somebody named it: what is wrong with it is for the other tools to tell.
    if holds_program(folder) {
        return out.emit(&subject, site(folder, model(folder), None));
    }
    let message = format!(
        "There is no published ASP.NET Core app in {} or below it.",
        folder.display()
    );
    let finding = Finding::new(NO_APP, Severity::Warning, message)
        .help("Name the folder that dotnet publish wrote, or the folder that IIS has as the physical path.");
    out.emit(&subject, finding)
}

/// Apps met on a walk.
struct Apps<'w> {
    selection: &'w Selection,
    out: &'w mut Output,
    found: usize,
    here: Files,
    /// Apps told already, with their App Service home.
    of_homes: Vec<PathBuf>,
}

/// What the files of one folder, which follow each other on the walk, tell.
#[derive(Default)]
struct Files {
    folder: PathBuf,
    is_app: bool,
    model: Option<HostingModel>,
}

impl Apps<'_> {
    fn entry(&mut self, entry: &DirEntry) -> io::Result<()> {
        let path = entry.path();
        let Some(parent) = path.parent().filter(|_| entry.depth() > 0) else {
            return Ok(());
        };
        if self.here.folder != parent || entry.file_type().is_dir() {
            self.tell_folder()?;
            self.here.folder = parent.to_owned();
        }
        if entry.path_is_symlink() && path.is_dir() {
            let message = format!(
                "{} is a link to another folder and was not followed.",
                path.display()
            );
            let finding = Finding::new(LINK, Severity::Info, message)
                .help("Name the folder that it leads to.");
            return self.out.emit(&Subject::of_path(path), finding);
        }
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        if name == "logfiles" && entry.file_type().is_dir() {
            if let Some(home) = Home::at(parent) {
                self.of_homes.push(home.app.clone());
                return self.tell(&home.app, model(&home.app), Some(&home));
            }
        } else if name.ends_with(".runtimeconfig.json") {
            self.here.is_app = true;
        } else if name == "web.config" {
            let (is_app, model) = look(path);
            self.here.is_app |= is_app;
            self.here.model = model;
        }
        Ok(())
    }

    /// Tells the folder whose files were met, if it is an app.
    fn tell_folder(&mut self) -> io::Result<()> {
        let Files {
            folder,
            is_app,
            model,
        } = std::mem::take(&mut self.here);
        if is_app && !self.of_homes.contains(&folder) {
            self.tell(&folder, model, None)?;
        }
        Ok(())
    }

    fn tell(
        &mut self,
        app: &Path,
        model: Option<HostingModel>,
        home: Option<&Home>,
    ) -> io::Result<()> {
        self.found += 1;
        if !self.selection.has_folder(&app.to_string_lossy()) {
            return Ok(());
        }
        self.out
            .emit(&Subject::of_path(app), site(app, model, home))
    }
}

/// The app of an App Service itself.
///
/// # Errors
/// The output is gone.
pub(crate) fn azure(home: &Home, out: &mut Output) -> io::Result<()> {
    let subject = Subject {
        site: home.name.clone(),
        app: Some("/".to_owned()),
        ..Subject::of_path(&home.app)
    };
    out.emit(&subject, site(&home.app, model(&home.app), Some(home)))
}

/// Packages, version control, and what belongs to a .NET installation, whose tools and frameworks have a
/// runtimeconfig.json as apps do.
fn is_skipped(entry: &DirEntry) -> bool {
    let named = |names: &[&str]| {
        names
            .iter()
            .any(|name| entry.file_name().eq_ignore_ascii_case(name))
    };
    let in_dotnet = || {
        entry
            .path()
            .parent()
            .is_some_and(|parent| parent.join("host").join("fxr").is_dir())
    };
    entry.depth() > 0 && (named(&SKIPPED) || (named(&OF_DOTNET) && in_dotnet()))
}

/// Whether a web.config makes its folder an app, and the hosting model in it. One that cannot be read hides both.
fn look(file: &Path) -> (bool, Option<HostingModel>) {
    let Ok(document) = document::read(file) else {
        return (true, None);
    };
    let section = asp_net_core::own_section(&document);
    let model = section
        .as_ref()
        .and_then(|section| section.hosting_model().ok());
    (section.is_some() || is_fragment(&document), model)
}

/// The hosting model that the web.config of a folder names.
fn model(folder: &Path) -> Option<HostingModel> {
    look(locate_below(folder, "web.config").found()?).1
}

/// The section alone, or in the wrong place: meant for the module all the same.
fn is_fragment(document: &document::Document) -> bool {
    document
        .elements()
        .any(|element| element.name() == "aspNetCore")
}

/// Something that could be started or configured.
fn holds_program(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    let mut names =
        entries.filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().to_ascii_lowercase()));
    names.any(|name| {
        name == "web.config"
            || name.ends_with(".dll")
            || name.ends_with(".exe")
            || name == "appsettings.json"
    })
}

fn site(app: &Path, model: Option<HostingModel>, home: Option<&Home>) -> Site {
    let mut site = Site {
        hosting_model: model.map(|model| model.as_str().to_owned()),
        physical_path: PathMap::identity().to_windows(app),
        source: Some("folder".to_owned()),
        ..Site::default()
    };
    if let Some(home) = home {
        home.describe(&mut site);
    }
    site
}

fn unreadable(error: &walkdir::Error, out: &mut Output) -> io::Result<()> {
    let subject = error.path().map(Subject::of_path).unwrap_or_default();
    let place = error
        .path()
        .map(|p| p.display().to_string())
        .unwrap_or_default();
    let mut failure = Failure::new(
        UNREADABLE,
        format!("The folder {place} cannot be looked into."),
    );
    if let Some(error) = error.io_error() {
        failure = Failure::new(
            UNREADABLE,
            format!("The folder {place} cannot be looked into: {error}."),
        )
        .os_error(error);
    }
    out.emit(&subject, failure)
}
