//! web.config against the schemas of its sections.

use std::borrow::Cow;
use std::path::Path;

use anyhow::Context as _;
use iis_config::document::{self, Attribute, Document, Element, Position};
use iis_config::schema::{BadValue, Fault, Schema};

/// The schemas in force.
#[derive(Debug)]
pub(crate) struct Sections {
    schema: Cow<'static, Schema>,
    /// They are the server's own: what they do not know, the server does not know.
    complete: bool,
}

/// Something that a section's schema does not allow.
#[derive(Debug)]
pub(crate) struct Violation {
    pub(crate) kind: ViolationKind,
    /// Path of the section, `system.webServer/aspNetCore`.
    pub(crate) section: String,
    /// Name of the element and where it begins.
    pub(crate) element: String,
    pub(crate) start: u32,
    pub(crate) position: Position,
    /// The attribute, where it is about one.
    pub(crate) attribute: String,
    pub(crate) value: String,
    pub(crate) nearest: Option<String>,
    /// The element has a `remove`d or present attribute of that nearest name already.
    pub(crate) nearest_is_there: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) enum ViolationKind {
    UnknownAttribute,
    UnknownElement,
    MissingAttribute,
    BadValue(BadValue),
    UnknownSection,
}

/// Checked against the built-in schemas, which know these sections whole.
const WHOLE: [&str; 2] = ["system.webServer/aspNetCore", "system.webServer/handlers"];

impl Sections {
    pub(crate) fn builtin() -> Self {
        Self {
            schema: Cow::Borrowed(Schema::builtin()),
            complete: false,
        }
    }

    /// The `*.xml` of a folder. The built-in facts stand in for `aspNetCore` where the folder does not have it.
    ///
    /// # Errors
    /// The folder cannot be listed, holds no schema, or one of its files is not well-formed.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut schema = Schema::default();
        let mut files: Vec<_> = std::fs::read_dir(folder)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension.eq_ignore_ascii_case("xml"))
            })
            .collect();
        files.sort();
        for file in &files {
            let document = document::read(file).with_context(|| file.display().to_string())?;
            schema.add(&document);
        }
        anyhow::ensure!(
            schema.sections().next().is_some(),
            "no *.xml there has a sectionSchema"
        );
        Ok(Self {
            schema: Cow::Owned(schema),
            complete: true,
        })
    }

    /// The schemas themselves.
    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Everything in a web.config that the schemas do not allow, in the order of the file.
    pub(crate) fn check(&self, document: &Document) -> Vec<Violation> {
        let mut violations = Vec::new();
        let root = document.root();
        if root.name() != "configuration" {
            return violations;
        }
        for child in root.children() {
            if child.name() == "location" {
                for inner in child.children() {
                    self.group(inner, &mut violations);
                }
            } else {
                self.group(child, &mut violations);
            }
        }
        violations
    }

    fn group(&self, element: Element<'_>, violations: &mut Vec<Violation>) {
        if element.name() == "system.webServer" {
            for section in element.children() {
                self.section(section, String::from("system.webServer/"), violations);
            }
        }
    }

    fn section(&self, element: Element<'_>, mut path: String, violations: &mut Vec<Violation>) {
        path.push_str(element.name());
        let known = self.schema.section(&path);
        if let Some(schema) = known {
            if self.complete || WHOLE.contains(&path.as_str()) {
                violations.extend(
                    schema
                        .check(element)
                        .iter()
                        .map(|fault| Violation::of(fault, &path)),
                );
            }
            return;
        }
        let prefix = format!("{path}/");
        if self
            .schema
            .sections()
            .any(|section| section.starts_with(&prefix))
        {
            for inner in element.children() {
                self.section(inner, prefix.clone(), violations);
            }
        } else if self.complete {
            let names = self
                .schema
                .sections()
                .filter_map(|section| section.strip_prefix("system.webServer/"));
            violations.push(Violation {
                nearest: iis_config::schema::nearest(element.name(), names),
                ..Violation::at(element, ViolationKind::UnknownSection, &path)
            });
        }
    }
}

impl Violation {
    fn at(element: Element<'_>, kind: ViolationKind, section: &str) -> Self {
        Self {
            kind,
            section: section.to_owned(),
            element: element.name().to_owned(),
            start: element.span().start,
            position: element.position(),
            attribute: String::new(),
            value: String::new(),
            nearest: None,
            nearest_is_there: false,
        }
    }

    fn on(attribute: Attribute<'_>, kind: ViolationKind, section: &str) -> Self {
        Self {
            position: attribute.position(),
            attribute: attribute.name().to_owned(),
            value: attribute.value().into_owned(),
            ..Self::at(attribute.element(), kind, section)
        }
    }

    fn of(fault: &Fault<'_>, section: &str) -> Self {
        match fault {
            Fault::UnknownAttribute { attribute, nearest } => Self {
                nearest_is_there: nearest
                    .as_deref()
                    .is_some_and(|name| attribute.element().attribute(name).is_some()),
                nearest: nearest.clone(),
                ..Self::on(*attribute, ViolationKind::UnknownAttribute, section)
            },
            Fault::UnknownElement { element, nearest } => Self {
                nearest: nearest.clone(),
                ..Self::at(*element, ViolationKind::UnknownElement, section)
            },
            Fault::MissingAttribute { element, name } => Self {
                attribute: name.clone(),
                ..Self::at(*element, ViolationKind::MissingAttribute, section)
            },
            Fault::BadValue { attribute, why } => {
                Self::on(*attribute, ViolationKind::BadValue(why.clone()), section)
            }
        }
    }

    /// `<aspNetCore>`, or `<add> in handlers`.
    pub(crate) fn place(&self) -> String {
        let last = self.section.rsplit('/').next().unwrap_or(&self.section);
        if last == self.element {
            format!("<{last}>")
        } else {
            format!("<{}> of <{last}>", self.element)
        }
    }
}
