//! The configuration in force for a virtual path, merged down the chain as IIS merges it:
//! `applicationHost.config`, then the `web.config` of the site's root, of each application and of each folder, with
//! `<location>`, locks, `configSource` and collections.
//!
//! Every effective value knows the file, line and column that set it; what IIS would refuse (and answer with 500.19)
//! is a [`Violation`].
//!
//! The root `web.config` and `machine.config` of .NET Framework are left out: they hold no setting that the ASP.NET
//! Core Module or its handler reads. Their section declarations are known (see [`Declarations`]).
mod chain;
mod declaration;
mod merge;
mod violation;

use std::sync::Arc;

pub use chain::Chain;
pub(crate) use declaration::Scope;
pub use declaration::{AllowDefinition, Declaration, Declarations};
pub use merge::{Item, Node};
pub use violation::Violation;

use crate::asp_net_core::AspNetCore;
use crate::document::Element;
use crate::environment::{fold, same};
use crate::schema::Schema;
use crate::source::{Origin, SourceFile, location_path};

/// One place that may hold sections: the root of a file or a `<location>` in it, for one level of the path.
#[derive(Debug, Clone)]
struct Container {
    file: Arc<SourceFile>,
    /// The level of the file in the chain; 0 is the server's own.
    rank: usize,
    /// The level of the path that it configures.
    level: usize,
    element: u32,
    /// `overrideMode` or `allowOverride` of the location: what the sections in it allow to lower files.
    allows: Option<bool>,
    /// The document element rather than a location.
    is_root: bool,
}

impl Container {
    fn element(&self) -> Element<'_> {
        self.file.document().element(self.element)
    }

    fn origin(&self, element: Element<'_>) -> Origin {
        Origin::new(&self.file, element.span().start)
    }
}

/// The configuration in force for one virtual path.
#[derive(Debug)]
pub struct Effective<'s> {
    chain: Chain,
    containers: Vec<Container>,
    declarations: Declarations,
    schema: &'s Schema,
}

impl Effective<'static> {
    /// The configuration of a chain, with the built-in schema.
    #[must_use]
    pub fn new(chain: Chain) -> Self {
        Effective::with_schema(chain, Schema::builtin())
    }
}

impl<'s> Effective<'s> {
    /// The configuration of a chain, with a server's own schema.
    #[must_use]
    pub fn with_schema(chain: Chain, schema: &'s Schema) -> Self {
        let containers = containers(&chain);
        let declarations =
            Declarations::read(chain.scope(), chain.files().iter().skip(1).flatten());
        Self {
            chain,
            containers,
            declarations,
            schema,
        }
    }

    /// The files that it was made of, and what could not be read.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The sections that are declared for this path.
    #[must_use]
    pub fn declarations(&self) -> &Declarations {
        &self.declarations
    }

    /// The schema that collections were merged by.
    #[must_use]
    pub fn schema(&self) -> &'s Schema {
        self.schema
    }

    /// A section, `system.webServer/handlers`, as it is in force; none where no file says anything about it.
    /// What IIS refuses is left out (see [`Effective::violations`]).
    #[must_use]
    pub fn section(&self, path: &str) -> Option<Node> {
        merge::section(self, path, &mut Vec::new())
    }

    /// A section together with what IIS refuses in it.
    #[must_use]
    pub fn section_with_violations(&self, path: &str) -> (Option<Node>, Vec<Violation>) {
        let mut violations = Vec::new();
        let section = merge::section(self, path, &mut violations);
        (section, violations)
    }

    /// Everything in the files of the chain that IIS refuses for this path: files that cannot be read, unknown and
    /// locked sections, locked attributes and elements, duplicate entries. Each file's own faults come once.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let mut violations = self.chain.problems().to_vec();
        violations.extend(self.declarations.duplicates().cloned());
        let mut sections: Vec<String> = Vec::new();
        for container in &self.containers {
            self.each_section(container, &mut |found| match found {
                Found::Section(path) => {
                    if !sections.iter().any(|s| s == path) {
                        sections.push(path.to_owned());
                    }
                }
                Found::Unknown(path, element) => violations.push(Violation::UnknownSection {
                    section: path.to_owned(),
                    at: container.origin(element),
                }),
            });
        }
        for section in sections {
            merge::section(self, &section, &mut violations);
        }
        violations
    }

    /// The `<aspNetCore>` section in force; none where no file has one.
    #[must_use]
    pub fn asp_net_core(&self) -> Option<AspNetCore> {
        self.section("system.webServer/aspNetCore")
            .map(|node| AspNetCore::from_section(&node))
    }

    /// Walks the sections and the unknown elements of a container.
    fn each_section<'c>(&self, container: &'c Container, tell: &mut dyn FnMut(Found<'_, 'c>)) {
        let root = container.element();
        for child in root.children() {
            if container.is_root && matches!(child.name(), "location" | "configSections") {
                continue;
            }
            self.descend(child, child.name().to_owned(), tell);
        }
    }

    fn descend<'c>(&self, element: Element<'c>, path: String, tell: &mut dyn FnMut(Found<'_, 'c>)) {
        if self.declarations.get(&path).is_some() {
            tell(Found::Section(&path));
        } else if self.declarations.is_group(&path) {
            for child in element.children() {
                self.descend(child, format!("{path}/{}", child.name()), tell);
            }
        } else if !self.declarations.may_exist(&path) {
            tell(Found::Unknown(&path, element));
        }
    }
}

/// What a walk over a container meets.
enum Found<'p, 'c> {
    Section(&'p str),
    Unknown(&'p str, Element<'c>),
}

/// All containers that configure the path, in the order in which IIS applies them: level by level from the server
/// down; on each level the locations of the files above, outermost file first, then the level's own file.
fn containers(chain: &Chain) -> Vec<Container> {
    let mut containers = Vec::new();
    for (level, path) in chain.levels().iter().enumerate() {
        for (rank, file) in chain.files().iter().enumerate().take(level + 1) {
            let Some(file) = file else { continue };
            if rank == level && file.document().root().name() == "configuration" {
                containers.push(Container {
                    file: Arc::clone(file),
                    rank,
                    level,
                    element: 0,
                    allows: None,
                    is_root: true,
                });
            }
            let Some(relative) = relative(&chain.levels()[rank], path) else {
                continue;
            };
            for location in file.locations(relative) {
                if !inherits(location) && !chain.is_same_application(path) {
                    continue;
                }
                containers.push(Container {
                    file: Arc::clone(file),
                    rank,
                    level,
                    element: location.index(),
                    allows: allows(location),
                    is_root: false,
                });
            }
        }
    }
    containers
}

/// `path` as a `<location>` in the file of `base` names it.
fn relative<'p>(base: &str, path: &'p str) -> Option<&'p str> {
    if base.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(base)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('/')
    }
}

fn inherits(location: Element<'_>) -> bool {
    location
        .value("inheritInChildApplications")
        .is_none_or(|v| !v.eq_ignore_ascii_case("false"))
}

/// What a location says about lower files; none where it leaves that as it is.
fn allows(location: Element<'_>) -> Option<bool> {
    match location.value("overrideMode").as_deref() {
        Some("Allow") => Some(true),
        Some("Deny") => Some(false),
        Some(_) => None,
        None => location
            .value("allowOverride")
            .map(|v| !v.eq_ignore_ascii_case("false")),
    }
}

/// The configuration path of a site's virtual path in the form that is compared: `DEFAULT WEB SITE/SHOP`.
fn config_path(site: &str, path: &str) -> String {
    let below = location_path(path);
    if below.is_empty() {
        fold(site)
    } else {
        format!("{}/{below}", fold(site))
    }
}

/// A list of names in a lock attribute: `a, b` or `*`.
fn listed(list: &str, name: &str) -> bool {
    list.split(',')
        .map(str::trim)
        .any(|n| n == "*" || same(n, name))
}
