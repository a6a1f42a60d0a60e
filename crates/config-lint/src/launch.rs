//! The program that a folder's files suggest, where they leave no doubt.

use std::fmt;

use iis_config::document::Element;

use crate::app::App;
use crate::finding::Change;

/// Values of `processPath` and `arguments`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Launch {
    pub(crate) process_path: String,
    pub(crate) arguments: String,
}

impl Launch {
    /// The one app in the folder; none where there are several or none. A self-contained app is started by its exe,
    /// any other by `dotnet`, as publishing without an exe of its own writes it.
    pub(crate) fn guess(app: &App<'_>) -> Option<Self> {
        let folder = app.folder.as_ref()?;
        let programs = app.programs();
        let [stem] = programs[..] else { return None };
        let self_contained = folder.has_file("hostfxr.dll") || folder.has_file("hostpolicy.dll");
        let exe = format!("{stem}.exe");
        let dll = format!("{stem}.dll");
        if folder.has_file(&exe) && (self_contained || !folder.has_file(&dll)) {
            return Some(Self {
                process_path: format!(".\\{exe}"),
                arguments: String::new(),
            });
        }
        folder.has_file(&dll).then(|| Self {
            process_path: "dotnet".to_owned(),
            arguments: if dll.contains(' ') {
                format!("\".\\{dll}\"")
            } else {
                format!(".\\{dll}")
            },
        })
    }

    /// The changes of `<aspNetCore>` that make it so.
    pub(crate) fn changes(&self, element: Element<'_>) -> Vec<Change> {
        let start = element.span().start;
        let mut changes = vec![Change::SetAttribute {
            element: start,
            name: "processPath".to_owned(),
            value: self.process_path.clone(),
        }];
        if self.arguments.is_empty() {
            if element.attribute("arguments").is_some() {
                changes.push(Change::RemoveAttribute {
                    element: start,
                    name: "arguments".to_owned(),
                });
            }
        } else {
            changes.push(Change::SetAttribute {
                element: start,
                name: "arguments".to_owned(),
                value: self.arguments.clone(),
            });
        }
        changes
    }
}

impl fmt::Display for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "processPath=\"{}\"", self.process_path)?;
        if !self.arguments.is_empty() {
            write!(
                f,
                " arguments=\"{}\"",
                self.arguments.replace('"', "&quot;")
            )?;
        }
        Ok(())
    }
}
