//! Sections of a web.config that apply to its own folder.

use iis_config::document::{Document, Element};

/// True for a `<location>` without path or with `.`: what it holds is for the folder itself.
pub(crate) fn is_own(location: Element<'_>) -> bool {
    location
        .value("path")
        .is_none_or(|path| matches!(path.as_ref(), "" | "."))
}

/// `<system.webServer>` elements for the folder itself, in or out of `<location>`, in the order of the file.
pub(crate) fn servers(document: &Document) -> impl Iterator<Item = Element<'_>> {
    groups(document, "system.webServer")
}

/// Elements of that name directly in `<configuration>` or in a `<location>` for the folder itself.
pub(crate) fn groups<'d>(
    document: &'d Document,
    name: &'static str,
) -> impl Iterator<Item = Element<'d>> {
    let root = document.root();
    let is_configuration = root.name() == "configuration";
    root.children()
        .filter(move |_| is_configuration)
        .flat_map(move |child| {
            let inside = child.name() == "location" && is_own(child);
            let own = (child.name() == name).then_some(child);
            own.into_iter().chain(
                child
                    .children()
                    .filter(move |inner| inside && inner.name() == name),
            )
        })
}

/// Sections of `<system.webServer>` of that name for the folder itself.
pub(crate) fn sections<'d>(
    document: &'d Document,
    name: &'static str,
) -> impl Iterator<Item = Element<'d>> {
    servers(document)
        .flat_map(Element::children)
        .filter(move |section| section.name() == name)
}

/// Entries (`<add>`) of the handlers for the folder itself.
pub(crate) fn handlers(document: &Document) -> impl Iterator<Item = Element<'_>> {
    sections(document, "handlers")
        .flat_map(Element::children)
        .filter(|entry| entry.name() == "add")
}

/// Those entries that `<remove>` and `<clear>` further down leave in force, as far as this file tells.
pub(crate) fn handlers_in_force(document: &Document) -> Vec<Element<'_>> {
    let mut left: Vec<Element<'_>> = Vec::new();
    for entry in sections(document, "handlers").flat_map(Element::children) {
        match entry.name() {
            "add" => left.push(entry),
            "clear" => left.clear(),
            "remove" => {
                let name = entry.value("name").unwrap_or_default();
                left.retain(|other| {
                    !other
                        .value("name")
                        .is_some_and(|own| own.eq_ignore_ascii_case(&name))
                });
            }
            _ => {}
        }
    }
    left
}

/// The modules that a handler names: `modules="A, B"`.
pub(crate) fn names_module(handler: Element<'_>, module: &str) -> bool {
    handler
        .value("modules")
        .is_some_and(|modules| lists(&modules, module))
}

/// Whether a list of modules, `A, B`, has this one.
pub(crate) fn lists(modules: &str, module: &str) -> bool {
    modules
        .split(',')
        .any(|name| name.trim().eq_ignore_ascii_case(module))
}

/// All elements inside an element.
pub(crate) fn descendants<'d>(element: Element<'d>) -> impl Iterator<Item = Element<'d>> {
    let mut stack: Vec<Element<'d>> = element.children().collect();
    stack.reverse();
    std::iter::from_fn(move || {
        let next = stack.pop()?;
        let from = stack.len();
        stack.extend(next.children());
        stack[from..].reverse();
        Some(next)
    })
}

/// Name of the module that runs both hosting models, since 2.2.
pub(crate) const V2: &str = "AspNetCoreModuleV2";
/// Name of the first module: out-of-process only.
pub(crate) const V1: &str = "AspNetCoreModule";

/// The name in a list of modules that is meant to be one of the ASP.NET Core Modules and is not.
pub(crate) fn misspelt_module(modules: &str) -> Option<&str> {
    modules.split(',').map(str::trim).find(|name| {
        ![V1, V2]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
            && (iis_config::schema::nearest(name, [V1, V2].into_iter()).is_some()
                || name
                    .get(..V1.len())
                    .is_some_and(|head| head.eq_ignore_ascii_case(V1)))
    })
}

/// Whether a handler hands requests to either ASP.NET Core Module.
pub(crate) fn is_asp_net_core(handler: Element<'_>) -> bool {
    names_module(handler, V2) || names_module(handler, V1)
}
