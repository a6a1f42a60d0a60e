//! What sections may hold, in IIS's own terms: schema files as they lie in `inetsrv\config\schema`.
//!
//! [`Schema::builtin`] knows the sections that matter for ASP.NET Core; [`Schema::add`] reads a server's own files.
mod value;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use value::{AttributeType, BadValue, Validation};

use crate::document::{Attribute, Document, Element};

/// Elements inside each other in a schema; IIS's own go 6 deep.
const MAX_DEPTH: usize = 32;

/// The schema of all known sections.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    sections: HashMap<String, ElementSchema>,
}

/// What an element may hold. A section is one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ElementSchema {
    pub name: String,
    pub attributes: Vec<AttributeSchema>,
    pub elements: Vec<ElementSchema>,
    pub collection: Option<Box<CollectionSchema>>,
    /// Attributes that are not listed are no error.
    pub allow_unrecognized_attributes: bool,
}

/// A list of entries with `add`, `remove` and `clear`, under whatever names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CollectionSchema {
    /// Usually one; several where entries are of different kinds.
    pub add: Vec<String>,
    pub remove: Option<String>,
    pub clear: Option<String>,
    /// What an entry holds.
    pub entry: ElementSchema,
    /// Entries of a lower level go behind the inherited ones; false: before them.
    pub merge_append: bool,
    /// Two entries with one key are no error.
    pub allow_duplicates: bool,
}

/// One attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeSchema {
    pub name: String,
    pub kind: AttributeType,
    pub validation: Validation,
    pub required: bool,
    /// Part of what makes an entry the same as another.
    pub is_key: bool,
    pub default: Option<String>,
    /// IIS replaces `%VAR%` in it.
    pub expanded: bool,
}

/// Something in an element that its schema does not allow.
#[derive(Debug, Clone)]
pub enum Fault<'d> {
    /// No such attribute; `nearest` is the known one that it may be meant to be.
    UnknownAttribute {
        attribute: Attribute<'d>,
        nearest: Option<String>,
    },
    /// No such element.
    UnknownElement {
        element: Element<'d>,
        nearest: Option<String>,
    },
    /// A required attribute is absent.
    MissingAttribute { element: Element<'d>, name: String },
    /// The value is not of the attribute's type or range.
    BadValue {
        attribute: Attribute<'d>,
        why: BadValue,
    },
}

impl Schema {
    /// The schema that is built in.
    #[must_use]
    pub fn builtin() -> &'static Schema {
        static BUILTIN: LazyLock<Schema> = LazyLock::new(|| {
            let mut schema = Schema::default();
            // Checked by a test; a schema without sections only knows less.
            if let Ok(document) = Document::parse(include_str!("schema.xml")) {
                schema.add(&document);
            }
            schema
        });
        &BUILTIN
    }

    /// The built-in schema as it is on a server that has only the first ASP.NET Core Module: without `hostingModel` and
    /// `handlerSettings`, `requestTimeout` in whole minutes. Source: `aspnetcore_schema.xml` of aspnet/AspNetCoreModule,
    /// releases 1.0 to 2.0; that of 2.1 knows `hostingModel` and takes only `outofprocess`.
    #[must_use]
    pub fn of_first_module() -> &'static Schema {
        static FIRST: LazyLock<Schema> = LazyLock::new(|| {
            let mut schema = Schema::builtin().clone();
            if let Some(section) = schema.sections.get_mut("system.webServer/aspNetCore") {
                section.attributes.retain(|a| a.name != "hostingModel");
                section.elements.retain(|e| e.name != "handlerSettings");
                let timeout = section
                    .attributes
                    .iter_mut()
                    .find(|a| a.name == "requestTimeout");
                if let Some(Validation::Seconds { step, .. }) = timeout.map(|a| &mut a.validation) {
                    *step = 60;
                }
            }
            schema
        });
        &FIRST
    }

    /// Adds the sections of one schema file; a section that is known already gets what the file adds to it, as IIS
    /// lets one file extend another's section.
    pub fn add(&mut self, file: &Document) {
        for section in file
            .root()
            .children()
            .filter(|e| e.name() == "sectionSchema")
        {
            let Some(name) = section.value("name") else {
                continue;
            };
            let read = ElementSchema::read(section, MAX_DEPTH);
            self.sections
                .entry(name.into_owned())
                .or_default()
                .extend(read);
        }
    }

    /// The schema of a section by its path, `system.webServer/handlers`.
    #[must_use]
    pub fn section(&self, path: &str) -> Option<&ElementSchema> {
        self.sections.get(path)
    }

    /// Paths of all sections, in no order.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str)
    }
}

fn flag(element: Element<'_>, name: &str) -> Option<bool> {
    element.value(name).map(|v| v.eq_ignore_ascii_case("true"))
}

impl ElementSchema {
    fn read(element: Element<'_>, depth: usize) -> Self {
        let mut schema = Self {
            name: element.value("name").unwrap_or_default().into_owned(),
            allow_unrecognized_attributes: flag(element, "allowUnrecognizedAttributes")
                .unwrap_or(false),
            ..Self::default()
        };
        for child in element.children() {
            match child.name() {
                "attribute" => schema.attributes.push(AttributeSchema::read(child)),
                "element" if depth > 0 => schema.elements.push(Self::read(child, depth - 1)),
                "collection" if depth > 0 => {
                    schema.collection = Some(Box::new(CollectionSchema::read(child, depth - 1)))
                }
                _ => {}
            }
        }
        schema
    }

    fn extend(&mut self, more: Self) {
        if self.name.is_empty() {
            self.name = more.name;
        }
        self.allow_unrecognized_attributes |= more.allow_unrecognized_attributes;
        for attribute in more.attributes {
            match self
                .attributes
                .iter_mut()
                .find(|a| a.name == attribute.name)
            {
                Some(known) => *known = attribute,
                None => self.attributes.push(attribute),
            }
        }
        for element in more.elements {
            match self.elements.iter_mut().find(|e| e.name == element.name) {
                Some(known) => known.extend(element),
                None => self.elements.push(element),
            }
        }
        if more.collection.is_some() {
            self.collection = more.collection;
        }
    }

    /// The attribute of this name; IIS compares with case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&AttributeSchema> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// The element of this name.
    #[must_use]
    pub fn element(&self, name: &str) -> Option<&ElementSchema> {
        self.elements.iter().find(|e| e.name == name)
    }

    /// Everything in an element that this schema does not allow, in the order of the file.
    #[must_use]
    pub fn check<'d>(&self, element: Element<'d>) -> Vec<Fault<'d>> {
        let mut faults = Vec::new();
        self.check_into(element, true, &mut faults);
        faults
    }

    fn check_into<'d>(&self, element: Element<'d>, required: bool, faults: &mut Vec<Fault<'d>>) {
        for attribute in element.attributes().filter(|a| !is_for_all(a.name())) {
            match self.attribute(attribute.name()) {
                Some(schema) => {
                    if let Err(why) = schema.check(&attribute.value()) {
                        faults.push(Fault::BadValue { attribute, why });
                    }
                }
                None if self.allow_unrecognized_attributes => {}
                None => {
                    let nearest = nearest(
                        attribute.name(),
                        self.attributes.iter().map(|a| a.name.as_str()),
                    );
                    faults.push(Fault::UnknownAttribute { attribute, nearest });
                }
            }
        }
        let missing = self
            .attributes
            .iter()
            .filter(|a| required && a.required && a.default.is_none());
        for attribute in missing.filter(|a| element.attribute(&a.name).is_none()) {
            faults.push(Fault::MissingAttribute {
                element,
                name: attribute.name.clone(),
            });
        }
        for child in element.children() {
            let name = child.name();
            let collection = self.collection.as_deref();
            if let Some(schema) = self.element(name) {
                schema.check_into(child, true, faults);
            } else if let Some(schema) = collection.filter(|c| c.add.iter().any(|a| a == name)) {
                schema.entry.check_into(child, true, faults);
            } else if collection.is_some_and(|c| {
                c.remove.as_deref() == Some(name) || c.clear.as_deref() == Some(name)
            }) {
                // Keys of what is removed are looked at when levels are merged.
            } else if !self.is_open() {
                let known = self.elements.iter().map(|e| e.name.as_str());
                let nearest = nearest(
                    name,
                    known.chain(collection.into_iter().flat_map(CollectionSchema::names)),
                );
                faults.push(Fault::UnknownElement {
                    element: child,
                    nearest,
                });
            }
        }
    }

    /// The schema tells only part of what may stand here.
    fn is_open(&self) -> bool {
        self.allow_unrecognized_attributes
    }
}

impl CollectionSchema {
    fn read(element: Element<'_>, depth: usize) -> Self {
        let name = |attribute: &str| {
            element
                .value(attribute)
                .map(|v| v.into_owned())
                .filter(|v| !v.is_empty())
        };
        let add = name("addElement").unwrap_or_default();
        Self {
            add: add
                .split(',')
                .map(|n| n.trim().to_owned())
                .filter(|n| !n.is_empty())
                .collect(),
            remove: name("removeElement"),
            clear: name("clearElement"),
            entry: ElementSchema::read(element, depth),
            merge_append: flag(element, "mergeAppend").unwrap_or(true),
            allow_duplicates: flag(element, "allowDuplicates").unwrap_or(false),
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.add
            .iter()
            .chain(&self.remove)
            .chain(&self.clear)
            .map(String::as_str)
    }

    /// Names of the attributes that make up an entry's key; none: every entry stands for itself.
    pub fn keys(&self) -> impl Iterator<Item = &AttributeSchema> {
        self.entry.attributes.iter().filter(|a| a.is_key)
    }
}

/// Attributes that every element may have: locks, and where a section comes from.
#[must_use]
pub fn is_for_all(attribute: &str) -> bool {
    matches!(
        attribute,
        "lockAttributes"
            | "lockAllAttributesExcept"
            | "lockElements"
            | "lockAllElementsExcept"
            | "lockItem"
            | "configSource"
            | "configProtectionProvider"
    ) || attribute == "xmlns"
        || attribute.contains(':')
}

/// The known name that a wrong one is probably meant to be: the same but for case, or few letters apart.
pub fn nearest<'n>(wrong: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    let folded = wrong.to_lowercase();
    let letters = folded.chars().count();
    known
        .filter_map(|name| {
            let count = name.chars().count();
            // each letter more or less is one to insert or to drop: most names end here
            let near = |distance: usize| distance * 3 <= count;
            if !near(count.abs_diff(letters)) {
                return None;
            }
            let distance = strsim::osa_distance(&folded, &name.to_lowercase());
            near(distance).then_some((distance, name))
        })
        .min()
        .map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(xml: &str) -> Vec<String> {
        let document = Document::parse(xml).expect("well-formed");
        let schema = Schema::builtin()
            .section("system.webServer/aspNetCore")
            .expect("built in");
        schema
            .check(document.root())
            .iter()
            .map(|fault| match fault {
                Fault::UnknownAttribute { attribute, nearest } => {
                    format!("?{} {nearest:?}", attribute.name())
                }
                Fault::UnknownElement { element, nearest } => {
                    format!("?<{}> {nearest:?}", element.name())
                }
                Fault::MissingAttribute { element, name } => {
                    format!("-{name} of {}", element.name())
                }
                Fault::BadValue { attribute, why } => format!("!{} {why}", attribute.name()),
            })
            .collect()
    }

    #[test]
    fn the_builtin_schema_is_read_whole() {
        let schema = Schema::builtin();
        assert!(schema.sections().count() >= 15);
        let handlers = schema
            .section("system.webServer/handlers")
            .expect("built in");
        let collection = handlers.collection.as_deref().expect("a collection");
        assert!(!collection.merge_append);
        assert_eq!(
            collection
                .keys()
                .map(|k| k.name.as_str())
                .collect::<Vec<_>>(),
            ["name"]
        );
        let section = schema
            .section("system.webServer/aspNetCore")
            .expect("built in");
        assert_eq!(section.attributes.len(), 12);
    }

    #[test]
    fn what_the_module_accepts_has_no_fault() {
        let good = "<aspNetCore processPath=\"dotnet\" arguments=\".\\a.dll\" stdoutLogEnabled=\"false\" requestTimeout=\"00:20:00\"\
            startupTimeLimit=\"3600\" lockItem=\"true\"><environmentVariables><clear/><environmentVariable name=\"A\" value=\"\"/></environmentVariables>\
            <handlerSettings><handlerSetting name=\"stackSize\" value=\"1\"/></handlerSettings></aspNetCore>";
        assert_eq!(check(&good.replace("\"start", "\" start")), [""; 0]);
    }

    #[test]
    fn every_kind_of_fault_is_told() {
        assert_eq!(
            check("<aspNetCore hostingmodel=\"x\"/>"),
            ["?hostingmodel Some(\"hostingModel\")"]
        );
        assert_eq!(
            check("<aspNetCore startupRetryCount=\"2\"/>"),
            ["?startupRetryCount None"]
        );
        assert_eq!(
            check("<aspNetCore startupTimeLimit=\"3601\"/>"),
            ["!startupTimeLimit it must be from 0 to 3600"]
        );
        assert_eq!(
            check("<aspNetCore stdoutLogEnabled=\"yes\"/>"),
            ["!stdoutLogEnabled it must be true or false"]
        );
        assert_eq!(
            check("<aspNetCore><enviromentVariables/></aspNetCore>"),
            ["?<enviromentVariables> Some(\"environmentVariables\")"]
        );
        assert_eq!(
            check(
                "<aspNetCore><environmentVariables><environmentVariable name=\"\"/><add name=\"a\"/></environmentVariables></aspNetCore>"
            ),
            [
                "!name it must not be empty",
                "-value of environmentVariable",
                "?<add> None"
            ]
        );
    }

    #[test]
    fn a_later_file_extends_a_section() {
        let mut schema = Schema::builtin().clone();
        let more = "<configSchema><sectionSchema name=\"system.webServer/aspNetCore\"><attribute name=\"new\" type=\"bool\"/></sectionSchema></configSchema>";
        schema.add(&Document::parse(more).expect("well-formed"));
        let section = schema
            .section("system.webServer/aspNetCore")
            .expect("there");
        assert!(section.attribute("new").is_some() && section.attribute("processPath").is_some());
    }
}
