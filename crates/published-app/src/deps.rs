//! `*.deps.json`: which files an app consists of.
//!
//! Such a file can be large, so it is read token by token; only the places of names are kept beside its bytes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::file::{self, MAX_DEPS, Problem, ProblemKind};
use crate::json::{
    Broken, Dialect, Position, Reader, SyntaxError, Text, Token, TokenKind, unescape,
};

/// A string in the file, without its quotes.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
    escaped: bool,
}

/// What kind of list of a library a file stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssetKind {
    /// `runtime`: managed assemblies.
    Runtime,
    /// `native`.
    Native,
    /// `resources`: satellite assemblies.
    Resource,
}

#[derive(Debug)]
struct Library {
    /// `Name/Version`.
    name: Span,
    kind: Option<Span>,
}

#[derive(Debug)]
struct RawAsset {
    library: u32,
    kind: AssetKind,
    path: Span,
    /// Of an entry of `runtimeTargets`.
    rid: Option<Span>,
    assembly_version: Option<Span>,
    file_version: Option<Span>,
}

/// A deps.json that is JSON.
#[derive(Debug)]
pub struct Deps {
    text: Text,
    target: Option<Span>,
    libraries: Vec<Library>,
    assets: Vec<RawAsset>,
    /// `runtimes`: a RID and its fallbacks.
    fallbacks: Vec<(Span, Vec<Span>)>,
}

/// A file that a library brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset<'d> {
    /// `Name` and `Version` of `Name/Version`.
    pub library: Cow<'d, str>,
    pub version: Cow<'d, str>,
    /// `package`, `project`, `runtimepack`, `reference`, as `libraries` has it.
    pub library_kind: Option<Cow<'d, str>>,
    pub kind: AssetKind,
    /// As written, with forward slashes.
    pub path: Cow<'d, str>,
    /// The runtime identifier it is for, if it stands in `runtimeTargets`.
    pub rid: Option<Cow<'d, str>>,
    pub assembly_version: Option<Cow<'d, str>>,
    pub file_version: Option<Cow<'d, str>>,
    /// Of its path in the file.
    pub position: Position,
}

impl Asset<'_> {
    /// Where the host looks for it below the app's folder, with forward slashes: files for one RID at their whole
    /// path, resources in their culture's folder, everything else by its bare name (`deps_entry_t::to_dir_path`).
    pub fn expected(&self) -> String {
        if self.rid.is_some() {
            return self.path.replace('\\', "/");
        }
        let mut parts = self.path.rsplit(['/', '\\']);
        let file = parts.next().unwrap_or_default();
        match (self.kind, parts.next()) {
            (AssetKind::Resource, Some(culture)) => format!("{culture}/{file}"),
            _ => file.to_owned(),
        }
    }
}

impl Deps {
    /// Reads a file by the rules of one host's reader; nothing if there is no such file.
    ///
    /// # Errors
    /// It cannot be read, or that reader refuses it.
    pub fn read(path: &Path, dialect: Dialect) -> Result<Option<Self>, Problem> {
        let Some(bytes) = file::read(path, MAX_DEPS)? else {
            return Ok(None);
        };
        Self::parse(path, bytes, dialect).map(Some)
    }

    /// The same from bytes; `path` is only kept for a problem.
    ///
    /// # Errors
    /// That reader refuses it.
    pub fn parse(path: &Path, bytes: Vec<u8>, dialect: Dialect) -> Result<Self, Problem> {
        let text = dialect.text(bytes);
        match Found::read(&text, dialect) {
            Ok(found) => Ok(found.choose(text)),
            Err(error) => Err(Problem::new(
                path,
                ProblemKind::Json(Box::new(Broken {
                    error,
                    text,
                    dialect,
                })),
            )),
        }
    }

    /// `runtimeTarget.name`: `.NETCoreApp,Version=v8.0` or with `/win-x64`.
    pub fn target(&self) -> Option<Cow<'_, str>> {
        self.target.map(|span| self.string(span))
    }

    /// The runtime identifier of [`Deps::target`].
    pub fn rid(&self) -> Option<String> {
        self.target()?
            .split_once('/')
            .map(|(_, rid)| rid.to_owned())
    }

    /// Names and versions of all libraries of the target.
    pub fn libraries(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        self.libraries
            .iter()
            .map(|library| self.name_and_version(library))
    }

    /// The version of a library, its name compared without regard to case.
    pub fn library(&self, name: &str) -> Option<Cow<'_, str>> {
        self.libraries()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, version)| version)
    }

    /// All files of the target, those of `runtimeTargets` for every RID.
    pub fn assets(&self) -> impl Iterator<Item = Asset<'_>> {
        self.assets.iter().map(|asset| {
            let library = &self.libraries[asset.library as usize];
            let (name, version) = self.name_and_version(library);
            Asset {
                library: name,
                version,
                library_kind: library.kind.map(|span| self.string(span)),
                kind: asset.kind,
                path: self.string(asset.path),
                rid: asset.rid.map(|span| self.string(span)),
                assembly_version: asset.assembly_version.map(|span| self.string(span)),
                file_version: asset.file_version.map(|span| self.string(span)),
                position: self
                    .text
                    .position((asset.path.start as usize).saturating_sub(1)),
            }
        })
    }

    /// The files that a host of this RID takes: of each library the lists of the one RID that comes first in `rids`,
    /// and for a kind of file that this RID has not, the general list (`deps_json_t::perform_rid_fallback` and
    /// `get_rel_paths_by_asset_type`).
    ///
    /// `rids`: the host's RID and its fallbacks, the best first: `["win-x64", "win", "any", "base"]`.
    pub fn assets_for<'d>(&'d self, rids: &[&str]) -> impl Iterator<Item = Asset<'d>> {
        let rank = |rid: Span| rids.iter().position(|&name| self.string(rid) == name);
        let mut best: HashMap<u32, usize> = HashMap::new();
        for asset in &self.assets {
            if let Some(rank) = asset.rid.and_then(rank) {
                best.entry(asset.library)
                    .and_modify(|old| *old = rank.min(*old))
                    .or_insert(rank);
            }
        }
        let chosen = |asset: &RawAsset| {
            asset
                .rid
                .and_then(rank)
                .is_some_and(|rank| best.get(&asset.library) == Some(&rank))
        };
        let replaced: HashSet<(u32, AssetKind)> = self
            .assets
            .iter()
            .filter(|asset| chosen(asset))
            .map(|asset| (asset.library, asset.kind))
            .collect();
        let taken: Vec<bool> = self
            .assets
            .iter()
            .map(|asset| match asset.rid {
                Some(_) => chosen(asset),
                None => !replaced.contains(&(asset.library, asset.kind)),
            })
            .collect();
        self.assets()
            .zip(taken)
            .filter_map(|(asset, taken)| taken.then_some(asset))
    }

    /// The RIDs that `runtimes` lists after `rid`; empty where the file has no such list.
    pub fn fallbacks(&self, rid: &str) -> Vec<Cow<'_, str>> {
        let list = self
            .fallbacks
            .iter()
            .find(|(name, _)| self.string(*name) == rid);
        list.map(|(_, list)| list.iter().map(|&span| self.string(span)).collect())
            .unwrap_or_default()
    }

    fn string(&self, span: Span) -> Cow<'_, str> {
        string(&self.text, span)
    }

    fn name_and_version(&self, library: &Library) -> (Cow<'_, str>, Cow<'_, str>) {
        let name = self.string(library.name);
        match name.find('/') {
            None => (name, Cow::Borrowed("")),
            Some(slash) => match name {
                Cow::Borrowed(name) => (
                    Cow::Borrowed(&name[..slash]),
                    Cow::Borrowed(&name[slash + 1..]),
                ),
                Cow::Owned(name) => (
                    name[..slash].to_owned().into(),
                    name[slash + 1..].to_owned().into(),
                ),
            },
        }
    }
}

fn string(text: &Text, span: Span) -> Cow<'_, str> {
    let raw = text.slice(span.start as usize, span.end as usize);
    if span.escaped {
        Cow::Owned(unescape(&raw))
    } else {
        raw
    }
}

/// Everything of all targets; which target counts is known at the end only (`runtimeTarget` may come last).
#[derive(Default)]
struct Found {
    target: Option<Span>,
    /// Name of a target, and where its libraries and assets begin in the lists.
    targets: Vec<(Span, usize, usize)>,
    libraries: Vec<Library>,
    assets: Vec<RawAsset>,
    kinds: Vec<(Span, Span)>,
    fallbacks: Vec<(Span, Vec<Span>)>,
}

impl Found {
    fn read(text: &Text, dialect: Dialect) -> Result<Self, SyntaxError> {
        if u32::try_from(text.as_bytes().len()).is_err() {
            return Err(SyntaxError::too_large());
        }
        let mut found = Self::default();
        let mut reader = Reader::new(text, dialect);
        // names from the root to the place being read; elements of arrays have none
        let mut path: Vec<Option<Span>> = Vec::new();
        let mut name: Option<Span> = None;
        while let Some(token) = reader.next()? {
            match token.kind {
                TokenKind::Name => {
                    name = Some(span(token));
                    continue;
                }
                TokenKind::StartObject | TokenKind::StartArray => {
                    path.push(name);
                    found.opened(text, &path);
                }
                TokenKind::EndObject | TokenKind::EndArray => {
                    path.pop();
                }
                TokenKind::String => found.string(text, &path, name, span(token)),
                _ => {}
            }
            name = None;
        }
        Ok(found)
    }

    /// An object or array has begun; `path` ends with its name.
    fn opened(&mut self, text: &Text, path: &[Option<Span>]) {
        let is = |at: usize, name: &str| path[at].is_some_and(|span| string(text, span) == name);
        match *path {
            [_, _, Some(target)] if is(1, "targets") => {
                self.targets
                    .push((target, self.libraries.len(), self.assets.len()))
            }
            [_, _, _, Some(library)] if is(1, "targets") => self.libraries.push(Library {
                name: library,
                kind: None,
            }),
            [_, _, _, _, Some(list), Some(path)] if is(1, "targets") => {
                let kind = match &*string(text, list) {
                    "runtime" => AssetKind::Runtime,
                    "native" => AssetKind::Native,
                    "resources" => AssetKind::Resource,
                    // the kind follows inside
                    "runtimeTargets" => AssetKind::Runtime,
                    _ => return,
                };
                let library = self.libraries.len().saturating_sub(1) as u32;
                self.assets.push(RawAsset {
                    library,
                    kind,
                    path,
                    rid: None,
                    assembly_version: None,
                    file_version: None,
                });
            }
            [_, _, Some(rid)] if is(1, "runtimes") => self.fallbacks.push((rid, Vec::new())),
            _ => {}
        }
    }

    /// A string: a member `name` of what `path` leads to, or an element.
    fn string(&mut self, text: &Text, path: &[Option<Span>], name: Option<Span>, value: Span) {
        let is = |at: usize, name: &str| path[at].is_some_and(|span| string(text, span) == name);
        let name = name.map(|span| string(text, span));
        match (path, name.as_deref()) {
            // the target's name as a string is the form of old files
            ([_], Some("runtimeTarget")) => self.target = Some(value),
            ([_, _], Some("name")) if is(1, "runtimeTarget") => self.target = Some(value),
            ([_, _, Some(library)], Some("type")) if is(1, "libraries") => {
                self.kinds.push((*library, value))
            }
            ([_, _, _], None) if is(1, "runtimes") => {
                if let Some((_, list)) = self.fallbacks.last_mut() {
                    list.push(value);
                }
            }
            ([_, _, _, _, Some(list), Some(_)], Some(name)) if is(1, "targets") => {
                let targets = string(text, *list) == "runtimeTargets";
                let Some(asset) = self.assets.last_mut() else {
                    return;
                };
                match name {
                    "rid" if targets => asset.rid = Some(value),
                    "assetType" if targets && string(text, value) == "native" => {
                        asset.kind = AssetKind::Native
                    }
                    "assetType" if targets && string(text, value) == "resources" => {
                        asset.kind = AssetKind::Resource
                    }
                    "assemblyVersion" => asset.assembly_version = Some(value),
                    "fileVersion" => asset.file_version = Some(value),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// Keeps the libraries and files of the target that `runtimeTarget` names, or of the first.
    fn choose(mut self, text: Text) -> Deps {
        let wanted = self.target.map(|span| string(&text, span));
        let index = self
            .targets
            .iter()
            .position(|(name, ..)| Some(string(&text, *name)) == wanted);
        let index = index.or(if wanted.is_none() && !self.targets.is_empty() {
            Some(0)
        } else {
            None
        });
        let ends = |index: usize| {
            self.targets
                .get(index + 1)
                .map_or((self.libraries.len(), self.assets.len()), |&(_, l, a)| {
                    (l, a)
                })
        };
        let (libraries, assets) = match index {
            Some(index) => (
                self.targets[index].1..ends(index).0,
                self.targets[index].2..ends(index).1,
            ),
            None => (0..0, 0..0),
        };
        let mut assets: Vec<RawAsset> = self.assets.drain(assets).collect();
        for asset in &mut assets {
            asset.library = asset.library.saturating_sub(libraries.start as u32);
        }
        let mut libraries: Vec<Library> = self.libraries.drain(libraries).collect();
        let kinds: HashMap<Cow<'_, str>, Span> = self
            .kinds
            .iter()
            .map(|&(name, kind)| (string(&text, name), kind))
            .collect();
        for library in &mut libraries {
            library.kind = kinds.get(&string(&text, library.name)).copied();
        }
        assets.retain(|asset| (asset.library as usize) < libraries.len());
        drop(kinds);
        Deps {
            target: self.target,
            libraries,
            assets,
            fallbacks: self.fallbacks,
            text,
        }
    }
}

fn span(token: Token) -> Span {
    Span {
        start: token.start as u32,
        end: token.end as u32,
        escaped: token.escaped,
    }
}

#[cfg(test)]
mod tests;
