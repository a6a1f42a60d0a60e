//! Certificates that the app's configuration names, by file or out of a store. Kestrel reads their keys at start, IIS
//! integration or not; an in-process app has no Kestrel, and its certificates are nobody's. IdentityServer signs with one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use iis_config::asp_net_core::{AspNetCore, HostingModel};
use iis_config::windows_path::{self, PathMap};
use published_app::{App, Options, load};

/// The certificate and key files that `appsettings*.json` and the variables of `web.config` name and that are reachable
/// here, outside of the app's folder (what is inside is looked at with the app).
pub(crate) fn files(app: &Path, map: &PathMap) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let inside = app.canonicalize().unwrap_or_else(|_| app.to_owned());
    let mut take = |path: &str| {
        let located = if windows_path::is_absolute(path) {
            map.locate(path).found().map(ToOwned::to_owned)
        } else {
            // relative to the content root, with either separator
            Some(app.join(path.replace('\\', std::path::MAIN_SEPARATOR_STR)))
        };
        // without `..`, which would look as if it were inside
        let located = located.and_then(|path| path.canonicalize().ok());
        found.extend(located.filter(|path| path.is_file() && !path.starts_with(&inside)));
    };
    let app = load(app, Options::default());
    let kestrel = has_kestrel(&app);
    for (name, value) in app.section().map(variables).unwrap_or_default() {
        if names_a_key(&name, kestrel) && !value.is_empty() {
            take(&value);
        }
    }
    for file in app.settings() {
        // what .NET refuses is reported by the tool that checks configuration
        let Ok(Some(document)) = file.read() else {
            continue;
        };
        let paths = document
            .settings
            .iter()
            .filter(|setting| names_a_key(&setting.key, kestrel));
        paths
            .filter_map(|setting| setting.value.as_deref())
            .filter(|path| !path.is_empty())
            .for_each(&mut take);
    }
    found.sort();
    found.dedup();
    found
}

/// The module's variables as configuration keys: .NET writes `:` as `__` in a name, and drops these prefixes.
fn variables(section: &AspNetCore) -> Vec<(String, String)> {
    let key = |name: &str| {
        let bare = ["ASPNETCORE_", "DOTNET_"].iter().find_map(|prefix| {
            let start = name.get(..prefix.len())?;
            let is = start.eq_ignore_ascii_case(prefix);
            is.then(|| &name[prefix.len()..])
        });
        bare.unwrap_or(name).replace("__", ":")
    };
    let entries = section.environment_variables.iter();
    entries
        .filter(|entry| !entry.overridden)
        .filter_map(|entry| Some((key(entry.name.as_deref()?), entry.value.clone()?)))
        .collect()
}

/// Whether the app's server is Kestrel: in-process it is IIS.
fn has_kestrel(app: &App) -> bool {
    let model = app.section().map(AspNetCore::hosting_model);
    model != Some(Ok(HostingModel::InProcess))
}

/// The place of a certificate in the configuration and the last part of the key, both in lower case:
/// `kestrel:certificates:default` and `path`, `kestrel:endpoints:https:certificate` and `subject`. The signing key of the
/// templates with IdentityServer has other words for the same.
fn certificate_field(key: &str, kestrel: bool) -> Option<(String, String)> {
    let key = key.to_ascii_lowercase();
    let (place, field) = key.rsplit_once(':')?;
    if place == "identityserver:key" {
        let field = match field {
            "filepath" => "path",
            "storename" => "store",
            "storelocation" => "location",
            "name" => "subject",
            _ => return None,
        };
        return Some((place.to_owned(), field.to_owned()));
    }
    let parts: Vec<&str> = place.split(':').collect();
    let is_kestrels = matches!(
        parts[..],
        ["kestrel", "certificates", _]
            | ["kestrel", "endpoints", _, "certificate"]
            | ["kestrel", "endpoints", _, "sni", _, "certificate"]
    );
    (kestrel && is_kestrels).then(|| (place.to_owned(), field.to_owned()))
}

/// `Kestrel:Certificates:Default:Path`, `Kestrel:Endpoints:Https:Certificate:KeyPath` and the like.
fn names_a_key(key: &str, kestrel: bool) -> bool {
    let field = certificate_field(key, kestrel);
    field.is_some_and(|(_, field)| matches!(field.as_str(), "path" | "keypath"))
}

/// A certificate of one of the machine's stores.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stored {
    /// `My`, `WebHosting`.
    pub(crate) store: String,
    /// What its subject contains.
    pub(crate) subject: String,
}

/// The certificates of the machine's stores that the configuration names, with each environment's settings over the
/// common ones and the module's variables over all. Those of a user's own store are the user's to read.
pub(crate) fn stored(app: &Path) -> BTreeSet<Stored> {
    let app = load(app, Options::default());
    let last = app.section().map(variables).unwrap_or_default();
    let kestrel = has_kestrel(&app);
    let mut common = Vec::new();
    let mut found = in_stores(&last, kestrel);
    for file in app.settings() {
        let Ok(Some(document)) = file.read() else {
            continue;
        };
        let settings = document.settings.iter();
        let own: Vec<(String, String)> = settings
            .filter_map(|setting| Some((setting.key.clone(), setting.value.clone()?)))
            .collect();
        found.extend(in_stores(common.iter().chain(&own).chain(&last), kestrel));
        if file.environment.is_none() {
            common = own;
        }
    }
    found
}

/// Of settings in their order: a later one takes an earlier one's place.
fn in_stores<'a>(
    settings: impl IntoIterator<Item = &'a (String, String)>,
    kestrel: bool,
) -> BTreeSet<Stored> {
    let mut places: BTreeMap<String, BTreeMap<String, &str>> = BTreeMap::new();
    for (key, value) in settings {
        if let Some((place, field)) = certificate_field(key, kestrel) {
            places.entry(place).or_default().insert(field, value);
        }
    }
    let stored = |fields: &BTreeMap<String, &str>| {
        let field = |name: &str| fields.get(name).filter(|text| !text.is_empty()).copied();
        // what Kestrel takes where it is not named
        let location = field("location").unwrap_or("CurrentUser");
        let is_machine = location.eq_ignore_ascii_case("LocalMachine");
        Some(Stored {
            store: field("store").unwrap_or("My").to_owned(),
            subject: common_name(field("subject").filter(|_| is_machine)?).to_owned(),
        })
    };
    places.values().filter_map(stored).collect()
}

/// `shop` of a whole name, `CN=shop, O=Contoso`; Kestrel is given a part of it.
fn common_name(subject: &str) -> &str {
    let start = subject.get(..3);
    match start.filter(|start| start.eq_ignore_ascii_case("CN=")) {
        Some(_) => subject[3..].split(',').next().unwrap_or_default().trim(),
        None => subject,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_outside_of_the_app() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let app = folder.path().join("app");
        std::fs::create_dir_all(folder.path().join("C/keys")).expect("a folder");
        std::fs::create_dir(&app).expect("a folder");
        for name in ["C/keys/site.pfx", "beside.pem", "app/inside.pfx"] {
            std::fs::write(folder.path().join(name), "").expect("a file");
        }
        let text = r#"{ "Kestrel": {
            "Certificates": { "Default": { "Path": "C:\\keys\\SITE.pfx", "Password": "x" } },
            "Endpoints": {
                "A": { "Url": "https://*", "Certificate": { "Path": "inside.pfx", "KeyPath": "..\\beside.pem" } },
                "B": { "Certificate": { "Path": "C:\\gone.pfx" } }
            } }, "Path": "C:\\keys\\site.pfx" }"#;
        std::fs::write(app.join("appsettings.json"), text).expect("the settings");
        std::fs::write(folder.path().join("variable.pfx"), "").expect("a file");
        let config = r#"<configuration><system.webServer><aspNetCore processPath="dotnet"><environmentVariables>
            <environmentVariable name="ASPNETCORE_Kestrel__Certificates__Default__Path" value="..\variable.pfx" />
            <environmentVariable name="PATH" value="..\beside.pem" />
            </environmentVariables></aspNetCore></system.webServer></configuration>"#;
        std::fs::write(app.join("web.config"), config).expect("the configuration");
        let map = PathMap::new(
            Some(&folder.path().join("C")),
            &["C:=".to_owned() + folder.path().join("C").to_str().expect("text")],
        );
        let found = files(&app, &map.expect("a map"));
        // Windows answers with the name as it was asked for
        let named = |name: &str| {
            found
                .iter()
                .filter_map(|path| path.file_name())
                .any(|file| file.eq_ignore_ascii_case(name))
        };
        for name in ["site.pfx", "beside.pem", "variable.pfx"] {
            assert!(named(name), "{name}: {found:?}");
        }
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn certificates_of_the_machines_stores() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let app = folder.path();
        let write = |name: &str, text: &str| std::fs::write(app.join(name), text).expect("a file");
        write(
            "appsettings.json",
            r#"{ "Kestrel": {
            "Certificates": { "Default": { "Subject": "shop.example", "Location": "localmachine" } },
            "Endpoints": {
                "Mine": { "Certificate": { "Subject": "own", "Store": "My" } },
                "Named": { "Sni": { "a.b": { "Certificate": { "Subject": "a.b", "Store": "WebHosting", "Location": "LocalMachine" } } } },
                "Empty": { "Certificate": { "Subject": "", "Location": "LocalMachine" } }
            } }, "IdentityServer": { "Key": { "Type": "Store", "StoreName": "My", "StoreLocation": "LocalMachine",
                "Name": "CN=tokens, O=Contoso" } } }"#,
        );
        write(
            "appsettings.Production.json",
            r#"{ "Kestrel": { "Certificates": { "Default": { "Subject": "live.example" } } } }"#,
        );
        let named = |store: &str, subject: &str| Stored {
            store: store.into(),
            subject: subject.into(),
        };
        let common = [
            named("My", "shop.example"),
            named("My", "tokens"),
            named("WebHosting", "a.b"),
        ];
        let live = named("My", "live.example");
        assert_eq!(
            stored(app),
            common.clone().into_iter().chain([live]).collect()
        );
        write(
            "web.config",
            r#"<configuration><system.webServer><aspNetCore processPath="dotnet"><environmentVariables>
            <environmentVariable name="Kestrel__Certificates__Default__Location" value="CurrentUser" />
            </environmentVariables></aspNetCore></system.webServer></configuration>"#,
        );
        assert_eq!(stored(app), common[1..].iter().cloned().collect());
        write(
            "web.config",
            r#"<configuration><system.webServer><aspNetCore processPath="dotnet" hostingModel="inprocess" /></system.webServer></configuration>"#,
        );
        assert_eq!(stored(app), [named("My", "tokens")].into());
        write("key.pfx", "");
        let settings = r#"{ "Kestrel": { "Certificates": { "Default": { "Path": "../key.pfx" } } },
            "IdentityServer": { "Key": { "FilePath": "../key.pfx" } } }"#;
        let app = &app.join("app");
        std::fs::create_dir(app).expect("a folder");
        for (model, kestrels) in [("outofprocess", 1), ("inprocess", 0)] {
            let config = format!(
                r#"<configuration><system.webServer><aspNetCore processPath="dotnet" hostingModel="{model}" /></system.webServer></configuration>"#
            );
            std::fs::write(app.join("web.config"), config).expect("a file");
            std::fs::write(app.join("appsettings.json"), settings).expect("a file");
            assert_eq!(files(app, &PathMap::identity()).len(), 1, "{model}");
            let only_kestrel = settings.replace("IdentityServer", "Other");
            std::fs::write(app.join("appsettings.json"), only_kestrel).expect("a file");
            assert_eq!(files(app, &PathMap::identity()).len(), kestrels, "{model}");
        }
    }
}
