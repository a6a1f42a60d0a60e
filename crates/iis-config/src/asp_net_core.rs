//! The `<aspNetCore>` element, typed: what the ASP.NET Core Module reads, with the place of each piece.
//!
//! Rules of the module that are kept here: the hosting model is compared without regard to case and out-of-process
//! where absent or empty; of two `handlerSetting`s with one name (case ignored) the first counts, of two
//! `environmentVariable`s the last; `<clear/>` empties what stands before it.
use std::collections::HashMap;

use crate::document::{Document, Element, Position};
use crate::effective::{Item, Node};
use crate::environment::{self, Environment};
use crate::source::Origin;

/// A value with its text as written and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The attribute's name as written.
    pub name: String,
    /// References resolved, variables not yet expanded.
    pub text: String,
    /// Between the quotes in the file.
    pub raw: String,
    /// Of the attribute's name.
    pub position: Position,
    /// The file, where the section is the effective one of a chain.
    pub origin: Option<Origin>,
}

/// An entry of `environmentVariables` or `handlerSettings`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// None where the attribute is not there.
    pub name: Option<String>,
    /// None where the attribute is not there.
    pub value: Option<String>,
    /// Of the element.
    pub position: Position,
    /// Another entry of the same name counts instead, or `<clear/>` came later.
    pub overridden: bool,
    /// The file, where the section is the effective one of a chain.
    pub origin: Option<Origin>,
}

/// How the module runs the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HostingModel {
    InProcess,
    OutOfProcess,
}

impl HostingModel {
    /// The value of the attribute as the SDK writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InProcess => "inprocess",
            Self::OutOfProcess => "outofprocess",
        }
    }
}

/// One `<aspNetCore>` element, or the effective section of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AspNetCore {
    /// Of the element.
    pub position: Position,
    /// All attributes, known or not, in the order of the file.
    pub attributes: Vec<Value>,
    /// Entries in the order of the file, overridden ones too.
    pub environment_variables: Vec<Entry>,
    /// Entries in the order of the file, overridden ones too.
    pub handler_settings: Vec<Entry>,
    /// The `path` of the `<location>` around it, where there is one.
    pub location_path: Option<String>,
    /// `inheritInChildApplications` of the `<location>` around it; true where there is none.
    pub inherit_in_child_applications: bool,
}

/// All `<system.webServer><aspNetCore>` of a document, in `<location>` or not, in the order of the file. A file whose
/// root is not `<configuration>` has none.
#[must_use]
pub fn sections(document: &Document) -> Vec<AspNetCore> {
    elements(document)
        .into_iter()
        .map(AspNetCore::read)
        .collect()
}

/// The elements of [`sections`].
#[must_use]
pub fn elements(document: &Document) -> Vec<Element<'_>> {
    let root = document.root();
    let mut found = Vec::new();
    if root.name() != "configuration" {
        return found;
    }
    found.extend(within(root));
    found.extend(
        root.children()
            .filter(|e| e.name() == "location")
            .flat_map(within),
    );
    found.sort_by_key(|e| e.span().start);
    found
}

fn within<'d>(parent: Element<'d>) -> impl Iterator<Item = Element<'d>> {
    let server = parent.children().filter(|e| e.name() == "system.webServer");
    server
        .flat_map(Element::children)
        .filter(|e| e.name() == "aspNetCore")
}

/// The section that applies to the folder of the document itself: outside `<location>` or in one whose path is
/// empty or `.`. The last one counts, as with any section written twice.
#[must_use]
pub fn own_section(document: &Document) -> Option<AspNetCore> {
    sections(document)
        .into_iter()
        .rfind(AspNetCore::is_for_own_folder)
}

impl AspNetCore {
    /// Reads one element.
    #[must_use]
    pub fn read(element: Element<'_>) -> Self {
        let attributes = element.attributes().map(|a| Value {
            name: a.name().to_owned(),
            text: a.value().into_owned(),
            raw: a.raw().to_owned(),
            position: a.position(),
            origin: None,
        });
        let location = std::iter::successors(element.parent(), |e| e.parent())
            .find(|e| e.name() == "location");
        let inherit = location.and_then(|l| l.value("inheritInChildApplications"));
        Self {
            position: element.position(),
            attributes: attributes.collect(),
            environment_variables: entries(
                element,
                "environmentVariables",
                "environmentVariable",
                Wins::Last,
            ),
            handler_settings: entries(element, "handlerSettings", "handlerSetting", Wins::First),
            location_path: location.map(|l| l.value("path").unwrap_or_default().into_owned()),
            inherit_in_child_applications: inherit.is_none_or(|v| v != "false"),
        }
    }

    /// The effective section of a chain. Its own position is that of the innermost file that says something.
    #[must_use]
    pub fn from_section(section: &Node) -> Self {
        let attributes = section.settings.iter().map(|(name, setting)| Value {
            name: name.clone(),
            text: setting.value.clone(),
            raw: setting.value.clone(),
            position: setting.origin.position(),
            origin: Some(setting.origin.clone()),
        });
        let entries = |collection: &str, wins| {
            let entry = |item: &Item| Entry {
                name: item.value("name").map(str::to_owned),
                value: item.value("value").map(str::to_owned),
                position: item.origin.position(),
                overridden: false,
                origin: Some(item.origin.clone()),
            };
            let items = section
                .element(collection)
                .map(|e| e.items.as_slice())
                .unwrap_or_default();
            let mut entries: Vec<Entry> = items.iter().map(entry).collect();
            mark_overridden(&mut entries, wins);
            entries
        };
        let origin = section.origins.last();
        Self {
            position: origin.map_or(Position { line: 1, column: 1 }, Origin::position),
            attributes: attributes.collect(),
            environment_variables: entries("environmentVariables", Wins::Last),
            handler_settings: entries("handlerSettings", Wins::First),
            location_path: None,
            inherit_in_child_applications: true,
        }
    }

    fn is_for_own_folder(&self) -> bool {
        self.location_path
            .as_deref()
            .is_none_or(|path| matches!(path, "" | "."))
    }

    /// The attribute of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// The text of the attribute; none where it is absent.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).map(|a| a.text.as_str())
    }

    /// `processPath`, none where absent or empty, which the module treats alike.
    #[must_use]
    pub fn process_path(&self) -> Option<&str> {
        self.text("processPath").filter(|t| !t.is_empty())
    }

    /// `arguments`, empty where absent.
    #[must_use]
    pub fn arguments(&self) -> &str {
        self.text("arguments").unwrap_or_default()
    }

    /// The hosting model in force; `Err` with the text where the module does not know it.
    ///
    /// # Errors
    /// The attribute's text where it is neither of the two.
    pub fn hosting_model(&self) -> Result<HostingModel, &str> {
        match self.text("hostingModel") {
            None | Some("") => Ok(HostingModel::OutOfProcess),
            Some(text) if text.eq_ignore_ascii_case("inprocess") => Ok(HostingModel::InProcess),
            Some(text) if text.eq_ignore_ascii_case("outofprocess") => {
                Ok(HostingModel::OutOfProcess)
            }
            Some(text) => Err(text),
        }
    }

    /// `stdoutLogEnabled`, false where absent.
    #[must_use]
    pub fn stdout_log_enabled(&self) -> bool {
        self.text("stdoutLogEnabled")
            .is_some_and(|t| t.eq_ignore_ascii_case("true"))
    }

    /// `stdoutLogFile`; the schema's default where absent.
    #[must_use]
    pub fn stdout_log_file(&self) -> &str {
        self.text("stdoutLogFile").unwrap_or(r".\aspnetcore-stdout")
    }

    /// The environment variables that the module sets, values not yet expanded.
    #[must_use]
    pub fn environment(&self) -> Environment {
        let entries = self.environment_variables.iter().filter(|e| !e.overridden);
        entries
            .filter_map(|e| Some((e.name.as_deref()?, e.value.as_deref()?)))
            .filter(|(n, _)| !n.is_empty())
            .collect()
    }

    /// The handler setting of this name (case ignored) that counts.
    #[must_use]
    pub fn handler_setting(&self, name: &str) -> Option<&Entry> {
        let named = |e: &&Entry| {
            e.name
                .as_deref()
                .is_some_and(|n| environment::same(n, name))
        };
        self.handler_settings
            .iter()
            .filter(|e| !e.overridden)
            .find(named)
    }
}

/// Which of two entries with one name counts.
#[derive(Clone, Copy, PartialEq)]
enum Wins {
    First,
    Last,
}

fn entries(element: Element<'_>, collection: &str, add: &str, wins: Wins) -> Vec<Entry> {
    let mut entries = Vec::new();
    for child in element
        .children()
        .filter(|e| e.name() == collection)
        .flat_map(Element::children)
    {
        if child.name() == "clear" {
            entries
                .iter_mut()
                .for_each(|e: &mut Entry| e.overridden = true);
        } else if child.name() == add {
            let text = |name| child.value(name).map(|v| v.into_owned());
            entries.push(Entry {
                name: text("name"),
                value: text("value"),
                position: child.position(),
                overridden: false,
                origin: None,
            });
        }
    }
    mark_overridden(&mut entries, wins);
    entries
}

fn mark_overridden(entries: &mut [Entry], wins: Wins) {
    let mut counting: HashMap<String, usize> = HashMap::new();
    for index in 0..entries.len() {
        let Some(name) = entries[index]
            .name
            .as_deref()
            .filter(|_| !entries[index].overridden)
        else {
            continue;
        };
        match (counting.entry(environment::fold(name)), wins) {
            (std::collections::hash_map::Entry::Occupied(_), Wins::First) => {
                entries[index].overridden = true
            }
            (std::collections::hash_map::Entry::Occupied(mut earlier), Wins::Last) => {
                entries[earlier.insert(index)].overridden = true;
            }
            (std::collections::hash_map::Entry::Vacant(free), _) => {
                free.insert(index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> AspNetCore {
        own_section(&Document::parse(xml).expect("well-formed")).expect("a section")
    }

    #[test]
    fn the_section_in_location_dot_is_the_folders_own() {
        let section = read(
            "<configuration>\n<location path=\"sub\"><system.webServer><aspNetCore processPath=\"no\"/></system.webServer></location>\n\
             <location path=\".\" inheritInChildApplications=\"false\"><system.webServer>\n  <aspNetCore processPath=\"dotnet\" arguments=\".\\A &amp; B.dll\" hostingModel=\"InProcess\"/>\n</system.webServer></location></configuration>",
        );
        assert_eq!(section.process_path(), Some("dotnet"));
        assert_eq!(section.arguments(), ".\\A & B.dll");
        assert_eq!(
            section.get("arguments").expect("there").raw,
            ".\\A &amp; B.dll"
        );
        assert_eq!(
            section.get("processPath").expect("there").position,
            Position {
                line: 4,
                column: 15
            }
        );
        assert_eq!(section.hosting_model(), Ok(HostingModel::InProcess));
        assert!(!section.inherit_in_child_applications);
    }

    #[test]
    fn the_first_handler_setting_and_the_last_variable_count() {
        let section = read(
            "<configuration><system.webServer><aspNetCore>\
             <environmentVariables><environmentVariable name=\"A\" value=\"0\"/><clear/>\
             <environmentVariable name=\"X\" value=\"1\"/><environmentVariable name=\"x\" value=\"2\"/></environmentVariables>\
             <handlerSettings><handlerSetting name=\"debugLevel\" value=\"1\"/><handlerSetting name=\"DEBUGLEVEL\" value=\"2\"/></handlerSettings>\
             </aspNetCore></system.webServer></configuration>",
        );
        assert_eq!(
            section.environment().iter().collect::<Vec<_>>(),
            [("x", "2")]
        );
        assert_eq!(
            section
                .handler_setting("debuglevel")
                .and_then(|e| e.value.as_deref()),
            Some("1")
        );
        assert_eq!(
            section
                .environment_variables
                .iter()
                .filter(|e| e.overridden)
                .count(),
            2
        );
    }

    #[test]
    fn absent_and_empty_mean_what_the_module_makes_of_them() {
        let section = read(
            "<configuration><system.webServer><aspNetCore processPath=\"\" hostingModel=\"\"/></system.webServer></configuration>",
        );
        assert_eq!(section.process_path(), None);
        assert_eq!(section.hosting_model(), Ok(HostingModel::OutOfProcess));
        assert_eq!(section.stdout_log_file(), r".\aspnetcore-stdout");
        let section = read(
            "<configuration><system.webServer><aspNetCore hostingModel=\"both\"/></system.webServer></configuration>",
        );
        assert_eq!(section.hosting_model(), Err("both"));
    }

    #[test]
    fn a_fragment_has_no_section() {
        let document =
            Document::parse("<aspNetCore processPath=\"dotnet\"/>").expect("well-formed");
        assert!(sections(&document).is_empty());
    }
}
