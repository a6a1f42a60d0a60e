//! Files with private keys that the app's configuration names: Kestrel reads them at start.

use std::path::{Path, PathBuf};

use iis_config::windows_path::{self, PathMap};
use published_app::{Options, load};

/// The certificate and key files that `appsettings*.json` names and that are reachable here, outside of the app's folder
/// (what is inside is looked at with the app). Certificates of a Windows store have no path and are not among them.
pub(crate) fn files(app: &Path, map: &PathMap) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for file in load(app, Options::default()).settings() {
        // what .NET refuses is reported by the tool that checks configuration
        let Ok(Some(document)) = file.read() else {
            continue;
        };
        let paths = document
            .settings
            .iter()
            .filter(|setting| names_a_key(&setting.key));
        for path in paths
            .filter_map(|setting| setting.value.as_deref())
            .filter(|path| !path.is_empty())
        {
            let located = if windows_path::is_absolute(path) {
                map.locate(path).found().map(ToOwned::to_owned)
            } else {
                // relative to the content root, with either separator
                Some(app.join(path.replace('\\', std::path::MAIN_SEPARATOR_STR)))
                    .filter(|path| path.is_file())
            };
            found.extend(located.filter(|path| !path.starts_with(app)));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// `Kestrel:Certificates:Default:Path`, `Kestrel:Endpoints:Https:Certificate:KeyPath` and the like.
fn names_a_key(key: &str) -> bool {
    let parts: Vec<String> = key.split(':').map(str::to_ascii_lowercase).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    matches!(
        parts[..],
        ["kestrel", "certificates", _, "path" | "keypath"]
            | ["kestrel", "endpoints", _, "certificate", "path" | "keypath"]
            | [
                "kestrel",
                "endpoints",
                _,
                "sni",
                _,
                "certificate",
                "path" | "keypath"
            ]
    )
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
        assert!(named("site.pfx"), "{found:?}");
    }
}
