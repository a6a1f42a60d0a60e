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
    let subject = Subject::of_path(folder);
    let shown = folder.display();
    let mut apps = Apps {
        selection,
        out,
        found: 0,
        told: 0,
        is_unread: false,
        here: Files::default(),
        of_homes: Vec::new(),
    };
    if folder.is_file() {
        list_file(folder, &mut apps)?;
        return if apps.found > apps.told {
            apps.none_fits(folder)
        } else {
            Ok(())
        };
    }
    let is_dotnet = is_dotnet(folder);
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
            Err(error) => apps.unreadable(&error)?,
        }
    }
    apps.tell_folder()?;
    // Somebody named it: what is wrong with it is for the other tools to tell.
    if apps.found == 0 && !is_dotnet && holds_program(folder) {
        apps.tell(folder, model(folder), None)?;
    }
    apps.out.flush()?;
    if apps.told > 0 || apps.is_unread {
        return Ok(());
    }
    if apps.found == 0 && is_dotnet {
        let message = format!("{shown} is a .NET installation, no published app.");
        return out.emit(&subject, Finding::new(NO_APP, Severity::Warning, message));
    }
    if apps.found > 0 {
        return apps.none_fits(folder);
    }
    let message = format!("There is no published ASP.NET Core app in {shown} or below it.");
    let finding = Finding::new(NO_APP, Severity::Error, message)
        .help("Name the folder that dotnet publish wrote, or the folder that IIS has as the physical path.");
    out.emit(&subject, finding)
}

/// What one file that was named tells: it stands for the folder that it is in, and only that. A file of another kind
/// (a pattern meets them, too) stands for nothing.
fn list_file(file: &Path, apps: &mut Apps<'_>) -> io::Result<()> {
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    if !is_of_app(&name) {
        let message = format!("{} is no part of a published app.", file.display());
        let finding = Finding::new(NO_APP, Severity::Warning, message)
            .help("Name a folder, or a web.config, program or settings file in it.");
        return apps.out.emit(&Subject::of_path(file), finding);
    }
    let parent = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    apps.tell(parent, model(parent), None)
}

/// Apps met on a walk.
struct Apps<'w> {
    selection: &'w Selection,
    out: &'w mut Output,
    /// Apps met, and those of them that were asked for.
    found: usize,
    told: usize,
    /// A failure was told.
    is_unread: bool,
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
            self.out.flush_when_due()?;
            self.here.folder = parent.to_owned();
        }
        if entry.path_is_symlink() && path.is_dir() {
            let message = format!(
                "{} is a link to another folder and was not followed.",
                path.display()
            );
            let finding = Finding::new(LINK, Severity::Info, message)
                .help("Name the folder that it leads to.");
            return self.out.hold(&Subject::of_path(path), finding);
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
        self.told += 1;
        let around = || Home::around(app);
        let record = match home {
            Some(home) => site(app, model, Some(home)),
            None => site(app, model, around().as_ref()),
        };
        self.out.hold(&Subject::of_path(app), record)
    }

    /// Apps are there, and none of them was asked for.
    fn none_fits(&mut self, folder: &Path) -> io::Result<()> {
        let message = format!(
            "No app in {} fits --site, --pool and --app.",
            folder.display()
        );
        let finding = Finding::new(NO_APP, Severity::Error, message)
            .help("A folder has no site and no pool: choose its apps by --app, which is compared with the path.");
        self.out.emit(&Subject::of_path(folder), finding)
    }

    fn unreadable(&mut self, error: &walkdir::Error) -> io::Result<()> {
        self.is_unread = true;
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
        self.out.emit(&subject, failure)
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
    let in_dotnet = || entry.path().parent().is_some_and(is_dotnet);
    entry.depth() > 0 && (named(&SKIPPED) || (named(&OF_DOTNET) && in_dotnet()))
}

/// The root of a .NET installation.
fn is_dotnet(folder: &Path) -> bool {
    folder.join("host").join("fxr").is_dir()
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
    names.any(|name| match name.strip_suffix(".json") {
        Some(stem) => stem == "appsettings",
        None => is_of_app(&name),
    })
}

/// A file, by its name in lower case, that a published app is made of.
fn is_of_app(name: &str) -> bool {
    name == "web.config"
        || [".dll", ".exe", ".json"]
            .iter()
            .any(|end| name.ends_with(end))
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
