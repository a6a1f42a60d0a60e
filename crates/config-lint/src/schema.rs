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

/// See [`Sections::meant`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    /// The section of this name.
    Name(String),
    /// This element, which has its place in that one.
    Inside(&'static str, &'static str),
}

/// Elements of `<aspNetCore>` that are no sections, and where they belong.
const INNER: [(&str, &str); 5] = [
    ("environmentVariables", "aspNetCore"),
    ("handlerSettings", "aspNetCore"),
    ("recycleOnFileChange", "aspNetCore"),
    ("environmentVariable", "environmentVariables"),
    ("handlerSetting", "handlerSettings"),
];

/// The group whose sections are looked at.
const GROUP: &str = "system.webServer";

/// Checked against the built-in schemas, which know these sections whole.
const WHOLE: [&str; 2] = ["system.webServer/aspNetCore", "system.webServer/handlers"];

/// The name of a section of the group, out of its path.
fn in_group(path: &str) -> Option<&str> {
    path.strip_prefix(GROUP)?.strip_prefix('/')
}

impl Sections {
    pub(crate) fn builtin() -> Self {
        Self {
            schema: Cow::Borrowed(Schema::builtin()),
            complete: false,
        }
    }

    /// Those of a server that has only the first ASP.NET Core Module.
    pub(crate) fn of_first_module() -> Self {
        Self {
            schema: Cow::Borrowed(Schema::of_first_module()),
            complete: false,
        }
    }

    /// They are the server's own.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete
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
                location(child, &mut violations);
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
        if element.name() == GROUP {
            for section in element.children() {
                self.section(section, format!("{GROUP}/"), violations);
            }
        } else if self.meant(element.name()).is_some() {
            violations.push(Violation::at(
                element,
                ViolationKind::UnknownSection,
                element.name(),
            ));
        }
    }

    /// What a section that nobody declares is probably meant to be.
    pub(crate) fn meant(&self, path: &str) -> Option<Meant> {
        let own = || WHOLE.into_iter().filter_map(in_group);
        let Some(name) = in_group(path) else {
            if path != GROUP && path.eq_ignore_ascii_case(GROUP) {
                return Some(Meant::Name(GROUP.to_owned()));
            }
            return own()
                .find(|own| own.eq_ignore_ascii_case(path))
                .map(|own| Meant::Inside(own, GROUP));
        };
        if let Some((own, inside)) = INNER
            .into_iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
        {
            return Some(Meant::Inside(own, inside));
        }
        let known = || self.schema.sections().filter_map(in_group);
        if let Some(known) = known().find(|known| known.eq_ignore_ascii_case(name)) {
            return (known != name).then(|| Meant::Name(known.to_owned()));
        }
        // other modules' sections are not known here: only the two that each app has are near enough
        let near = if self.complete {
            iis_config::schema::nearest(name, known())
        } else {
            iis_config::schema::nearest(name, own())
        };
        near.map(Meant::Name)
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
        } else if self.complete || self.meant(&path).is_some() {
            violations.push(Violation::at(element, ViolationKind::UnknownSection, &path));
        }
    }
}

/// Attributes of `<location>`.
const OF_LOCATION: [&str; 4] = [
    "path",
    "overrideMode",
    "allowOverride",
    "inheritInChildApplications",
];

/// What `<location>` may not have; marks of a transform are another rule's.
fn location(element: Element<'_>, violations: &mut Vec<Violation>) {
    for attribute in element.attributes() {
        let name = attribute.name();
        if OF_LOCATION.contains(&name) || name.contains(':') || name == "xmlns" {
            continue;
        }
        let nearest = iis_config::schema::nearest(name, OF_LOCATION.into_iter());
        violations.push(Violation {
            nearest_is_there: nearest
                .as_deref()
                .is_some_and(|name| element.attribute(name).is_some()),
            nearest,
            ..Violation::on(attribute, ViolationKind::UnknownAttribute, "location")
        });
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
