//! One section, merged.
use std::sync::Arc;

use super::{AllowDefinition, Container, Effective, Violation, listed};
use crate::document::Element;
use crate::environment::fold;
use crate::schema::{AttributeSchema, CollectionSchema, ElementSchema, is_for_all};
use crate::server::config_source;
use crate::source::{Origin, Setting, SourceFile};

/// An element of a section as it is in force.
#[derive(Debug, Clone, Default)]
pub struct Node {
    pub name: String,
    /// Attributes that some file sets, with the file that counts.
    pub settings: Vec<(String, Setting)>,
    /// Elements of which there is one.
    pub elements: Vec<Node>,
    /// Entries of the collection, in the order in which IIS looks at them.
    pub items: Vec<Item>,
    /// The files that say something about this element, outermost first.
    pub origins: Vec<Origin>,
    locks: Vec<Lock>,
}

/// An entry of a collection.
#[derive(Debug, Clone)]
pub struct Item {
    pub node: Node,
    /// The element that added it.
    pub origin: Origin,
    /// Values of its key attributes, folded; empty where entries have no key.
    key: Vec<String>,
    /// The same as written.
    shown: String,
    /// Rank of the file that added it.
    rank: usize,
    locked: bool,
}

/// A lock that a file of some rank set; it binds files of a higher rank.
#[derive(Debug, Clone)]
struct Lock {
    rank: usize,
    kind: LockKind,
    list: String,
    origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum LockKind {
    Attributes,
    AllAttributesExcept,
    Elements,
    AllElementsExcept,
    Item,
}

impl Node {
    /// The attribute's value and where it was set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.settings
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, setting)| setting)
    }

    /// The attribute's value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.get(name).map(|s| s.value.as_str())
    }

    /// The element of this name.
    #[must_use]
    pub fn element(&self, name: &str) -> Option<&Node> {
        self.elements.iter().find(|e| e.name == name)
    }

    fn lock(&self, rank: usize, attribute: Option<&str>, element: Option<&str>) -> Option<&Lock> {
        self.locks
            .iter()
            .filter(|l| l.rank < rank)
            .find(|lock| match lock.kind {
                LockKind::Attributes => attribute.is_some_and(|a| listed(&lock.list, a)),
                LockKind::AllAttributesExcept => attribute.is_some_and(|a| !listed(&lock.list, a)),
                LockKind::Elements => element.is_some_and(|e| listed(&lock.list, e)),
                LockKind::AllElementsExcept => element.is_some_and(|e| !listed(&lock.list, e)),
                LockKind::Item => true,
            })
    }
}

/// Merges a section over all containers that hold it.
pub(super) fn section(
    effective: &Effective<'_>,
    path: &str,
    violations: &mut Vec<Violation>,
) -> Option<Node> {
    let schema = effective.schema.section(path);
    let declaration = effective.declarations.get(path);
    let mut node: Option<Node> = None;
    // Whether lower files may set it, with the rank of the file that said so.
    let mut modes = vec![(
        0,
        declaration.is_none_or(|d| d.override_allowed),
        declaration.and_then(|d| d.origin.clone()),
    )];
    for container in &effective.containers {
        let elements = find(container, path);
        for &element in &elements {
            let at = container.origin(element);
            let refused = modes.iter().rev().find(|(rank, ..)| *rank < container.rank);
            if container.rank > 0
                && let Some((_, false, by)) = refused
            {
                violations.push(Violation::SectionLocked {
                    section: path.to_owned(),
                    at,
                    by: by.clone(),
                });
                continue;
            }
            // Sections at the top are .NET's, which IIS does not read.
            if let Some(first) = elements
                .first()
                .filter(|first| path.contains('/') && first.index() != element.index())
            {
                violations.push(Violation::SectionTwice {
                    section: path.to_owned(),
                    at,
                    first: container.origin(*first),
                });
                continue;
            }
            if let Some(violation) = misplaced(effective, container, path, &at) {
                violations.push(violation);
                continue;
            }
            let mut merge = Merge {
                section: path,
                rank: container.rank,
                violations,
            };
            let node = node.get_or_insert_with(|| Node {
                name: element.name().to_owned(),
                ..Node::default()
            });
            merge.top(node, element, schema, &container.file);
            if let Some(allowed) = container.allows {
                modes.push((
                    container.rank,
                    allowed,
                    Some(container.origin(container.element())),
                ));
            }
        }
    }
    node
}

/// The elements of a section in a container.
fn find<'c>(container: &'c Container, path: &str) -> Vec<Element<'c>> {
    path.split('/')
        .fold(vec![container.element()], |parents, name| {
            parents
                .into_iter()
                .flat_map(Element::children)
                .filter(|e| e.name() == name)
                .collect()
        })
}

fn misplaced(
    effective: &Effective<'_>,
    container: &Container,
    path: &str,
    at: &Origin,
) -> Option<Violation> {
    let declaration = effective.declarations.get(path)?;
    let section = path.to_owned();
    if !declaration.allow_location && !container.is_root && container.level != container.rank {
        return Some(Violation::NotInLocation {
            section,
            at: at.clone(),
        });
    }
    let allowed = declaration.allow_definition;
    let too_low = match allowed {
        AllowDefinition::Everywhere => false,
        AllowDefinition::MachineToApplication => {
            container.rank > 0 && !effective.chain.is_application_root(container.level)
        }
        // The server's own file may say it for a path below.
        _ => container.rank > 0,
    };
    too_low.then(|| Violation::WrongLevel {
        section,
        at: at.clone(),
        allowed,
    })
}

struct Merge<'m> {
    section: &'m str,
    rank: usize,
    violations: &'m mut Vec<Violation>,
}

impl Merge<'_> {
    /// The section's element: its `configSource`, or itself.
    fn top(
        &mut self,
        node: &mut Node,
        element: Element<'_>,
        schema: Option<&ElementSchema>,
        file: &Arc<SourceFile>,
    ) {
        let Some(source) = element.attribute("configSource") else {
            return self.element(node, element, schema, file);
        };
        let at = Origin::new(file, source.span().start);
        let section = self.section.to_owned();
        match config_source(file, &source.value()) {
            Ok(other) if other.document().root().name() == element.name() => {
                self.element(node, other.document().root(), schema, &other);
            }
            Ok(other) => self.violations.push(Violation::ConfigSource {
                section,
                at,
                file: other.path().to_owned(),
                why: format!(
                    "its root element is <{}>, not <{}>",
                    other.document().root().name(),
                    element.name()
                ),
                position: Some(other.document().root().position()),
            }),
            Err((path, error)) => {
                let position = match &error {
                    crate::document::ReadError::Malformed(e) => Some(e.position),
                    crate::document::ReadError::Io(_) => None,
                };
                let why = error.to_string();
                self.violations.push(Violation::ConfigSource {
                    section,
                    at,
                    file: path,
                    why,
                    position,
                });
            }
        }
    }

    fn element(
        &mut self,
        node: &mut Node,
        element: Element<'_>,
        schema: Option<&ElementSchema>,
        file: &Arc<SourceFile>,
    ) {
        node.origins.push(Origin::new(file, element.span().start));
        for attribute in element.attributes().filter(|a| !is_for_all(a.name())) {
            let origin = Origin::new(file, attribute.span().start);
            if let Some(lock) = node.lock(self.rank, Some(attribute.name()), None) {
                self.violations.push(Violation::AttributeLocked {
                    section: self.section.to_owned(),
                    attribute: attribute.name().to_owned(),
                    at: origin,
                    by: lock.origin.clone(),
                });
                continue;
            }
            let setting = Setting {
                value: attribute.value().into_owned(),
                origin,
            };
            match node
                .settings
                .iter_mut()
                .find(|(name, _)| name == attribute.name())
            {
                Some((_, before)) => *before = setting,
                None => node.settings.push((attribute.name().to_owned(), setting)),
            }
        }
        // Entries of this level that go before the inherited ones.
        let mut front = 0;
        for child in element.children() {
            self.child(node, child, schema, file, &mut front);
        }
        for attribute in element.attributes() {
            let kind = match attribute.name() {
                "lockAttributes" => LockKind::Attributes,
                "lockAllAttributesExcept" => LockKind::AllAttributesExcept,
                "lockElements" => LockKind::Elements,
                "lockAllElementsExcept" => LockKind::AllElementsExcept,
                "lockItem" if attribute.raw().eq_ignore_ascii_case("true") => LockKind::Item,
                _ => continue,
            };
            let origin = Origin::new(file, attribute.span().start);
            node.locks.push(Lock {
                rank: self.rank,
                kind,
                list: attribute.value().into_owned(),
                origin,
            });
        }
    }

    fn child(
        &mut self,
        node: &mut Node,
        child: Element<'_>,
        schema: Option<&ElementSchema>,
        file: &Arc<SourceFile>,
        front: &mut usize,
    ) {
        let at = Origin::new(file, child.span().start);
        if let Some(lock) = node.lock(self.rank, None, Some(child.name())) {
            self.violations.push(Violation::ElementLocked {
                section: self.section.to_owned(),
                element: child.name().to_owned(),
                at,
                by: lock.origin.clone(),
            });
            return;
        }
        let guessed;
        let collection = match schema {
            Some(schema) => schema.collection.as_deref(),
            // A section without schema: what every collection in IIS's own schema looks like.
            None => {
                guessed = guess();
                Some(&guessed)
            }
        };
        let name = child.name();
        match collection {
            Some(c) if c.clear.as_deref() == Some(name) => self.clear(node, &at, front),
            Some(c) if c.remove.as_deref() == Some(name) => self.remove(node, c, child, &at, front),
            Some(c) if c.add.iter().any(|a| a == name) => {
                self.add(node, c, child, file, schema.is_some(), front)
            }
            _ => {
                let schema = schema.and_then(|s| s.element(name));
                let index = node.elements.iter().position(|e| e.name == name);
                let index = index.unwrap_or_else(|| {
                    node.elements.push(Node {
                        name: name.to_owned(),
                        ..Node::default()
                    });
                    node.elements.len() - 1
                });
                self.element(&mut node.elements[index], child, schema, file);
            }
        }
    }

    fn locked_item(&mut self, item: &Item, at: &Origin) -> bool {
        let locked = item.locked && item.rank < self.rank;
        if locked {
            self.violations.push(Violation::ItemLocked {
                section: self.section.to_owned(),
                key: item.shown.clone(),
                at: at.clone(),
                by: item.origin.clone(),
            });
        }
        locked
    }

    fn clear(&mut self, node: &mut Node, at: &Origin, front: &mut usize) {
        let items = std::mem::take(&mut node.items);
        node.items = items
            .into_iter()
            .filter(|item| self.locked_item(item, at))
            .collect();
        *front = 0;
    }

    fn remove(
        &mut self,
        node: &mut Node,
        collection: &CollectionSchema,
        child: Element<'_>,
        at: &Origin,
        front: &mut usize,
    ) {
        let key = key(collection, child);
        if key.is_empty() {
            return;
        }
        let Some(index) = node.items.iter().position(|i| i.key == key) else {
            return;
        };
        if !self.locked_item(&node.items[index], at) {
            node.items.remove(index);
            if index < *front {
                *front -= 1;
            }
        }
    }

    fn add(
        &mut self,
        node: &mut Node,
        collection: &CollectionSchema,
        child: Element<'_>,
        file: &Arc<SourceFile>,
        is_known: bool,
        front: &mut usize,
    ) {
        let origin = Origin::new(file, child.span().start);
        let key = key(collection, child);
        let same = (!key.is_empty())
            .then(|| node.items.iter().position(|i| i.key == key))
            .flatten();
        if let Some(index) = same {
            let item = &node.items[index];
            if self.locked_item(item, &origin) {
                return;
            }
            // Only where the schema names the key is a second entry known to be refused.
            if is_known && !collection.allow_duplicates {
                self.violations.push(Violation::DuplicateEntry {
                    section: self.section.to_owned(),
                    key: child_key(collection, child),
                    at: origin,
                    first: item.origin.clone(),
                });
                return;
            }
            node.items.remove(index);
            if index < *front {
                *front -= 1;
            }
        }
        let mut entry = Node {
            name: child.name().to_owned(),
            ..Node::default()
        };
        self.element(
            &mut entry,
            child,
            is_known.then_some(&collection.entry),
            file,
        );
        let locked = entry.locks.iter().any(|l| l.kind == LockKind::Item);
        let item = Item {
            node: entry,
            origin,
            key,
            shown: child_key(collection, child),
            rank: self.rank,
            locked,
        };
        if collection.merge_append {
            node.items.push(item);
        } else {
            node.items.insert(*front, item);
            *front += 1;
        }
    }
}

impl Item {
    /// The attribute's value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.node.value(name)
    }
}

/// Folded values of an entry's key attributes; empty where entries have no key.
fn key(collection: &CollectionSchema, entry: Element<'_>) -> Vec<String> {
    let value = |k: &AttributeSchema| {
        entry
            .value(&k.name)
            .map(|v| fold(&v))
            .or_else(|| k.default.as_deref().map(fold))
            .unwrap_or_default()
    };
    collection.keys().map(value).collect()
}

fn child_key(collection: &CollectionSchema, entry: Element<'_>) -> String {
    let values = collection
        .keys()
        .filter_map(|k| entry.value(&k.name).map(|v| v.into_owned()));
    values.collect::<Vec<_>>().join(", ")
}

/// A collection whose schema is not known: entries named `add` without a key, `remove` and `clear`.
fn guess() -> CollectionSchema {
    CollectionSchema {
        add: vec!["add".to_owned()],
        remove: Some("remove".to_owned()),
        clear: Some("clear".to_owned()),
        merge_append: true,
        allow_duplicates: true,
        ..CollectionSchema::default()
    }
}
