//! The configuration in force, merged as IIS merges it.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::fs;
use std::path::Path;

use iis_config::effective::{AllowDefinition, Chain, Effective, Violation};
use iis_config::environment::Environment;
use iis_config::server::Server;
use iis_config::windows_path::PathMap;

const SECTIONS: &str = r#"
  <configSections>
    <sectionGroup name="system.applicationHost">
      <section name="applicationPools" allowDefinition="AppHostOnly" overrideModeDefault="Deny" />
      <section name="sites" allowDefinition="AppHostOnly" overrideModeDefault="Deny" />
    </sectionGroup>
    <sectionGroup name="system.webServer">
      <section name="handlers" overrideModeDefault="Deny" />
      <section name="modules" allowDefinition="MachineToApplication" overrideModeDefault="Deny" />
      <section name="globalModules" allowDefinition="AppHostOnly" overrideModeDefault="Deny" />
      <section name="aspNetCore" overrideModeDefault="Allow" />
      <section name="defaultDocument" overrideModeDefault="Allow" />
      <sectionGroup name="security">
        <section name="requestFiltering" overrideModeDefault="Allow" />
        <sectionGroup name="authentication">
          <section name="anonymousAuthentication" overrideModeDefault="Deny" />
        </sectionGroup>
      </sectionGroup>
    </sectionGroup>
  </configSections>
  <system.applicationHost>
    <sites>
      <site name="Shop" id="2">
        <application path="/"><virtualDirectory path="/" physicalPath="%SystemDrive%\sites\shop" /></application>
        <application path="/api"><virtualDirectory path="/" physicalPath="C:\Sites\Api" /></application>
        <application path="/files"><virtualDirectory path="/" physicalPath="C:\sites\files" allowSubDirConfig="false" /></application>
      </site>
    </sites>
  </system.applicationHost>
  <location path="" overrideMode="Allow">
    <system.webServer><handlers accessPolicy="Read, Script"><add name="StaticFile" path="*" verb="*" modules="StaticFileModule" /></handlers><modules><add name="StaticFileModule" lockItem="true" /></modules></system.webServer>
  </location>
"#;

struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    /// A copied server: the text behind the sections, and `web.config`s by folder below `sites`.
    fn new(rest: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &Path, text: &str| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("<configuration>{text}</configuration>")).unwrap();
        };
        write(
            &folder.path().join("applicationHost.config"),
            &format!("{SECTIONS}{rest}"),
        );
        for site in ["shop", "Api", "files"] {
            fs::create_dir_all(folder.path().join("Sites").join(site)).unwrap();
        }
        for (name, text) in files {
            write(&folder.path().join("Sites").join(name), text);
        }
        Self { folder }
    }

    fn effective(&self, path: &str) -> Effective<'static> {
        let server = Server::read(&self.folder.path().join("applicationHost.config")).unwrap();
        let map = PathMap::new(None, &[format!("C:={}", self.folder.path().display())]).unwrap();
        let environment = Environment::windows_defaults();
        let site = server.site("SHOP").unwrap();
        Effective::new(Chain::of_path(&server, site, path, &map, &environment))
    }

    fn violations(&self, path: &str) -> Vec<String> {
        self.effective(path).violations().iter().map(show).collect()
    }
}

/// A file system without case answers in the spelling that it is asked in.
fn is_same_file(a: &Path, b: &Path) -> bool {
    a.canonicalize().unwrap() == b.canonicalize().unwrap()
}

/// A violation in short: what, where.
fn show(violation: &Violation) -> String {
    let at = violation.origin().map_or(String::new(), |o| {
        let folder = o
            .path()
            .parent()
            .and_then(Path::file_name)
            .unwrap_or_default()
            .to_string_lossy();
        format!(" {folder}:{}", o.position().line)
    });
    let what = match violation {
        Violation::SectionLocked { section, by, .. } => {
            format!("locked {section} by {}", by.is_some())
        }
        Violation::UnknownSection { section, .. } => format!("unknown {section}"),
        Violation::DuplicateEntry { key, first, .. } => {
            format!("duplicate {key} first in line {}", first.position().line)
        }
        Violation::ItemLocked { key, .. } => format!("item {key}"),
        Violation::AttributeLocked { attribute, .. } => format!("attribute {attribute}"),
        Violation::ElementLocked { element, .. } => format!("element {element}"),
        Violation::WrongLevel { allowed, .. } => format!("level {allowed:?}"),
        Violation::Malformed { error, .. } => format!("malformed {}", error.position.line),
        Violation::ConfigSource { why, .. } => format!("source {why}"),
        Violation::DeclaredTwice { section, .. } => format!("twice {section}"),
        Violation::SectionTwice { section, first, .. } => {
            format!("again {section} first in line {}", first.position().line)
        }
        other => format!("{other:?}"),
    };
    what + &at
}

const CORE: &str = r#"<system.webServer><handlers><add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" /></handlers><aspNetCore processPath="dotnet" arguments=".\Shop.dll"><environmentVariables><environmentVariable name="A" value="1" /></environmentVariables></aspNetCore></system.webServer>"#;

#[test]
fn a_child_application_inherits_unless_the_location_says_not() {
    let copy = Copy::new("", &[("shop/web.config", CORE)]);
    let child = copy.effective("/api").asp_net_core().unwrap();
    assert_eq!(child.process_path(), Some("dotnet"));
    let origin = child.get("processPath").unwrap().origin.clone().unwrap();
    assert!(is_same_file(
        origin.path(),
        &copy.folder.path().join("Sites/shop/web.config")
    ));
    let column = "<configuration>".len() + CORE.find("processPath").unwrap() + 1;
    assert_eq!(
        (origin.position().line, origin.position().column),
        (1, u32::try_from(column).unwrap())
    );

    let wrapped =
        format!("<location path=\".\" inheritInChildApplications=\"false\">{CORE}</location>");
    let copy = Copy::new("", &[("shop/web.config", &wrapped)]);
    assert!(copy.effective("/api").asp_net_core().is_none());
    assert!(copy.effective("/").asp_net_core().is_some());
    assert!(
        copy.effective("/images/big").asp_net_core().is_some(),
        "a folder is no child application"
    );
}

#[test]
fn a_second_handler_of_one_name_is_a_duplicate_until_it_is_removed() {
    let copy = Copy::new("", &[("shop/web.config", CORE), ("Api/web.config", CORE)]);
    assert_eq!(
        copy.violations("/api"),
        ["duplicate aspNetCore first in line 1 Api:1"]
    );
    assert_eq!(copy.violations("/"), [""; 0]);
    let removed = CORE.replace("<handlers>", "<handlers><remove name=\"ASPNETCORE\" />");
    let copy = Copy::new(
        "",
        &[("shop/web.config", CORE), ("Api/web.config", &removed)],
    );
    assert_eq!(copy.violations("/api"), [""; 0]);
    let cleared = CORE.replace("<handlers>", "<handlers><clear />");
    let copy = Copy::new(
        "",
        &[("shop/web.config", CORE), ("Api/web.config", &cleared)],
    );
    let effective = copy.effective("/api");
    let handlers = effective.section("system.webServer/handlers").unwrap();
    assert_eq!(handlers.items.len(), 1);
    assert_eq!(handlers.value("accessPolicy"), Some("Read, Script"));
}

#[test]
fn handlers_of_a_lower_level_go_before_the_inherited_ones() {
    let copy = Copy::new("", &[("shop/web.config", CORE)]);
    let handlers = copy
        .effective("/")
        .section("system.webServer/handlers")
        .unwrap();
    let names: Vec<_> = handlers
        .items
        .iter()
        .map(|i| i.value("name").unwrap().to_owned())
        .collect();
    assert_eq!(names, ["aspNetCore", "StaticFile"]);
}

#[test]
fn environment_variables_have_no_key_and_add_up() {
    let more = CORE
        .replace("value=\"1\"", "value=\"2\"")
        .replace("<handlers>", "<handlers><clear/>");
    let copy = Copy::new("", &[("shop/web.config", CORE), ("Api/web.config", &more)]);
    let core = copy.effective("/api").asp_net_core().unwrap();
    assert_eq!(core.environment_variables.len(), 2);
    assert_eq!(core.environment().get("a"), Some("2"));
}

#[test]
fn a_location_of_the_server_file_configures_a_path() {
    let rest = r#"<location path="shop/API"><system.webServer><aspNetCore processPath="C:\x.exe" /></system.webServer></location>"#;
    let copy = Copy::new(rest, &[("shop/web.config", CORE)]);
    assert_eq!(
        copy.effective("/api")
            .asp_net_core()
            .unwrap()
            .process_path(),
        Some(r"C:\x.exe")
    );
    assert_eq!(
        copy.effective("/api/v1")
            .asp_net_core()
            .unwrap()
            .process_path(),
        Some(r"C:\x.exe")
    );
    assert_eq!(
        copy.effective("/").asp_net_core().unwrap().process_path(),
        Some("dotnet")
    );
    assert_eq!(
        copy.effective("/apis")
            .asp_net_core()
            .unwrap()
            .process_path(),
        Some("dotnet")
    );
}

#[test]
fn locked_sections_are_refused_below_and_only_there() {
    let auth = "<system.webServer><security><authentication><anonymousAuthentication enabled=\"false\" /></authentication></security></system.webServer>";
    let copy = Copy::new("", &[("shop/web.config", auth)]);
    assert_eq!(
        copy.violations("/"),
        ["locked system.webServer/security/authentication/anonymousAuthentication by true shop:1"]
    );
    let opened = format!("<location path=\"Shop\" overrideMode=\"Allow\">{auth}</location>");
    let copy = Copy::new(&opened, &[("shop/web.config", auth)]);
    assert_eq!(copy.violations("/"), [""; 0]);

    // Denied by a location for the site itself, then by one of the site for what is below.
    let deny = "<system.webServer><aspNetCore processPath=\"x\" /></system.webServer>";
    let denied = format!("<location path=\"shop\" overrideMode=\"Deny\">{deny}</location>");
    let copy = Copy::new(&denied, &[("shop/web.config", CORE)]);
    assert_eq!(
        copy.violations("/"),
        ["locked system.webServer/aspNetCore by true shop:1"]
    );
    let denied = format!("<location path=\".\" allowOverride=\"false\">{deny}</location>");
    let copy = Copy::new(
        "",
        &[("shop/web.config", &denied), ("Api/web.config", CORE)],
    );
    assert_eq!(copy.violations("/"), [""; 0]);
    assert_eq!(
        copy.violations("/api"),
        ["locked system.webServer/aspNetCore by true Api:1"]
    );
}

#[test]
fn a_file_is_not_bound_by_its_own_locks() {
    let core = "<system.webServer><aspNetCore processPath=\"x\" /></system.webServer>";
    let own = format!(
        "<location path=\".\" overrideMode=\"Deny\">{core}</location><location path=\"images\">{core}</location>"
    );
    let copy = Copy::new("", &[("shop/web.config", &own)]);
    assert_eq!(copy.violations("/images"), [""; 0]);
}

#[test]
fn locks_on_attributes_elements_and_entries_bind_lower_files() {
    let rest = "<system.webServer><aspNetCore processPath=\"dotnet\" lockAttributes=\"processPath,hostingModel\" lockElements=\"handlerSettings\" /></system.webServer>";
    let site = "<system.webServer><aspNetCore processPath=\"x\" arguments=\"y\">\n<handlerSettings><handlerSetting name=\"a\" value=\"b\" /></handlerSettings></aspNetCore>\n<modules><remove name=\"StaticFileModule\" /></modules></system.webServer>";
    let copy = Copy::new(rest, &[("shop/web.config", site)]);
    let mut violations = copy.violations("/");
    violations.sort();
    assert_eq!(
        violations,
        [
            "attribute processPath shop:1",
            "element handlerSettings shop:2",
            "item StaticFileModule shop:3"
        ]
    );
    let core = copy.effective("/").asp_net_core().unwrap();
    assert_eq!(
        (core.process_path(), core.arguments()),
        (Some("dotnet"), "y")
    );
    let except = "<system.webServer><aspNetCore lockAllAttributesExcept=\"arguments\" lockAllElementsExcept=\"environmentVariables\" /></system.webServer>";
    let copy = Copy::new(except, &[("shop/web.config", site)]);
    assert_eq!(copy.violations("/").len(), 3);
    let copy = Copy::new(
        "<system.webServer><aspNetCore lockAttributes=\"*\" /></system.webServer>",
        &[("shop/web.config", site)],
    );
    assert_eq!(
        copy.violations("/")
            .iter()
            .filter(|v| v.starts_with("attribute"))
            .count(),
        2
    );
}

#[test]
fn sections_that_nothing_declares_or_on_a_wrong_level_are_refused() {
    let site = "<system.webServer>\n<rewrite><rules/></rewrite>\n<globalModules/></system.webServer><appSettings/><system.web><compilation/></system.web><foo/>";
    let copy = Copy::new(
        "",
        &[
            ("shop/web.config", site),
            (
                "shop/sub/web.config",
                "<system.webServer><modules/></system.webServer>",
            ),
        ],
    );
    let mut violations = copy.violations("/");
    violations.sort();
    assert_eq!(
        violations,
        [
            "locked system.webServer/globalModules by true shop:3",
            "unknown foo shop:3",
            "unknown system.webServer/rewrite shop:2"
        ]
    );
    let below = copy.effective("/sub").violations();
    assert!(
        below.iter().any(|v| matches!(
            v,
            Violation::WrongLevel {
                allowed: AllowDefinition::MachineToApplication,
                ..
            }
        )),
        "{below:?}"
    );
    // Declared by the site's own file.
    let own = "<configSections><section name=\"foo\" /></configSections><foo/>";
    assert_eq!(
        Copy::new("", &[("shop/web.config", own)]).violations("/"),
        [""; 0]
    );
    let twice = "<configSections><sectionGroup name=\"system.webServer\"><section name=\"handlers\" /></sectionGroup></configSections>";
    assert_eq!(
        Copy::new("", &[("shop/web.config", twice)]).violations("/"),
        ["twice system.webServer/handlers shop:1"]
    );
}

#[test]
fn a_section_stands_once_in_a_file_and_once_in_each_location() {
    let core = "<system.webServer><aspNetCore processPath=\"x\" /></system.webServer>";
    let apart = "<system.webServer>\n<aspNetCore processPath=\"y\" /></system.webServer>";
    let copy = Copy::new("", &[("shop/web.config", &format!("{core}{apart}"))]);
    assert_eq!(
        copy.violations("/"),
        ["again system.webServer/aspNetCore first in line 1 shop:2"]
    );
    let core_now = copy.effective("/").asp_net_core().unwrap();
    assert_eq!(core_now.process_path(), Some("x"));
    // A group may stand twice, a location may say the section again, and .NET's own sections are not IIS's business.
    let allowed = format!(
        "{core}<system.webServer><defaultDocument /></system.webServer><location path=\".\">{apart}</location><appSettings /><appSettings />"
    );
    let copy = Copy::new("", &[("shop/web.config", &allowed)]);
    assert_eq!(copy.violations("/"), [""; 0]);
    let in_location = format!("<location path=\".\">{core}{apart}</location>");
    let copy = Copy::new("", &[("shop/web.config", &in_location)]);
    assert_eq!(copy.violations("/").len(), 1);
}

/// The deepest location of the server's file counts, and what a location denies or keeps from child applications
/// holds for its own path and below only.
#[test]
fn locations_of_the_server_file_lock_and_inherit_path_by_path() {
    let core = |path: &str| {
        format!("<system.webServer><aspNetCore processPath=\"{path}\" /></system.webServer>")
    };
    let rest = format!(
        "<location overrideMode=\"Deny\">{}</location><location path=\"Shop/api\" overrideMode=\"Allow\">{}</location>",
        core("a"),
        core("b")
    );
    let own = core("own");
    let copy = Copy::new(
        &rest,
        &[("shop/web.config", &own), ("Api/web.config", &own)],
    );
    let locked = "locked system.webServer/aspNetCore by true shop:1";
    assert_eq!(copy.violations("/"), [locked]);
    // The parent's file is refused for the child, too; the child's own is not.
    assert_eq!(copy.violations("/api"), [locked]);
    let path = |effective: &Effective<'_>| {
        effective
            .asp_net_core()
            .and_then(|core| core.process_path().map(str::to_owned))
    };
    assert_eq!(path(&copy.effective("/")).as_deref(), Some("a"));
    assert_eq!(path(&copy.effective("/api")).as_deref(), Some("own"));

    let kept = format!(
        "<location path=\"shop\" inheritInChildApplications=\"false\">{}</location>",
        core("a")
    );
    let copy = Copy::new(&kept, &[]);
    assert_eq!(path(&copy.effective("/")).as_deref(), Some("a"));
    assert_eq!(path(&copy.effective("/images")).as_deref(), Some("a"));
    assert_eq!(path(&copy.effective("/api")), None);
}

#[test]
fn locks_on_what_a_collection_may_do_bind_lower_files() {
    let lock = |attribute: &str| {
        let rest = format!(
            "<location path=\"Shop\" overrideMode=\"Allow\"><system.webServer><handlers {attribute} /></system.webServer></location>"
        );
        let site = "<system.webServer><handlers>\n<remove name=\"StaticFile\" />\n<add name=\"x\" path=\"x\" verb=\"*\" modules=\"M\" /></handlers></system.webServer>";
        Copy::new(&rest, &[("shop/web.config", site)]).violations("/")
    };
    assert_eq!(lock(""), [""; 0]);
    assert_eq!(lock("lockElements=\"add\""), ["element add shop:3"]);
    assert_eq!(
        lock("lockElements=\"clear, remove\""),
        ["element remove shop:2"]
    );
    assert_eq!(
        lock("lockAllElementsExcept=\"add\""),
        ["element remove shop:2"]
    );
    assert_eq!(lock("lockItem=\"true\"").len(), 2);
    assert_eq!(lock("lockItem=\"false\""), [""; 0]);
}

#[test]
fn config_source_is_followed_below_the_folder() {
    let site =
        "<system.webServer><aspNetCore configSource=\"Config\\core.config\" /></system.webServer>";
    let copy = Copy::new("", &[("shop/web.config", site)]);
    assert_eq!(copy.violations("/").len(), 1);
    fs::create_dir(copy.folder.path().join("Sites/shop/config")).unwrap();
    let other = copy.folder.path().join("Sites/shop/config/Core.config");
    fs::write(&other, "<aspNetCore processPath=\"z\"/>").unwrap();
    let core = copy.effective("/").asp_net_core().unwrap();
    assert_eq!(core.process_path(), Some("z"));
    let origin = core.get("processPath").unwrap().origin.clone().unwrap();
    assert!(is_same_file(origin.path(), &other));
    fs::write(&other, "<other/>").unwrap();
    assert_eq!(
        copy.violations("/"),
        ["source its root element is <other>, not <aspNetCore> shop:1"]
    );
    let outside = site.replace("Config\\core.config", "..\\..\\applicationHost.config");
    let copy = Copy::new("", &[("shop/web.config", &outside)]);
    assert_eq!(copy.violations("/").len(), 1);
}

#[test]
fn a_malformed_file_on_the_way_is_told_and_the_rest_goes_on() {
    let copy = Copy::new(
        "",
        &[("shop/web.config", "\n<a>"), ("Api/web.config", CORE)],
    );
    let violations = copy.violations("/api");
    assert_eq!(violations, ["malformed 2"]);
    assert!(copy.effective("/api").asp_net_core().is_some());
}

#[test]
fn sub_folders_are_read_unless_the_directory_says_not() {
    let files = [
        ("files/web.config", CORE),
        ("files/sub/web.config", "<foo/>"),
        ("shop/sub/web.config", "<foo/>"),
    ];
    let copy = Copy::new("", &files);
    assert!(copy.violations("/files/sub").is_empty());
    assert_eq!(copy.violations("/sub"), ["unknown foo sub:1"]);
}

#[test]
fn a_file_alone_is_judged_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("web.config");
    let text = format!(
        "<configuration>{CORE}<system.webServer><rewrite><rules/></rewrite><security><requestFiltering/></security></system.webServer><nonsense/></configuration>"
    );
    fs::write(&path, text).unwrap();
    let file = iis_config::source::SourceFile::read(&path).unwrap();
    let effective = Effective::new(Chain::of_file(file));
    assert_eq!(
        effective
            .violations()
            .iter()
            .map(show)
            .filter(|v| v.contains("nonsense"))
            .count(),
        1
    );
    assert_eq!(effective.violations().len(), 1);
    assert!(effective.asp_net_core().is_some());
    assert!(!effective.declarations().is_from_server());
}

#[test]
#[ignore = "needs the corpus"]
fn real_files_use_no_section_that_is_not_there() {
    let shared = std::env::var("ANCM_SHARED").unwrap_or_else(|_| "../../../shared".to_owned());
    let mut unknown = Vec::new();
    for file in fs::read_dir(Path::new(&shared).join("corpus/web-config")).unwrap() {
        let path = file.unwrap().path();
        let Ok(file) = iis_config::source::SourceFile::read(&path) else {
            continue;
        };
        for violation in Effective::new(Chain::of_file(file)).violations() {
            // Two files are configurations of a whole server under another name.
            if !path.to_string_lossy().contains("HostableWebCore") {
                unknown.push(format!(
                    "{} {}",
                    path.file_name().unwrap().to_string_lossy(),
                    show(&violation)
                ));
            }
        }
    }
    // Environment variables beside aspNetCore in place of inside it: IIS answers 500.19.
    assert_eq!(
        unknown,
        ["066-musicstore-web.config unknown system.webServer/environmentVariables web-config:8"]
    );
}

#[test]
#[ignore = "needs the corpus"]
fn real_servers_hold_nothing_that_iis_refuses() {
    let shared = std::env::var("ANCM_SHARED").unwrap_or_else(|_| "../../../shared".to_owned());
    let mut sites = 0;
    for file in fs::read_dir(Path::new(&shared).join("corpus/applicationhost")).unwrap() {
        let server = Server::read(&file.unwrap().path()).unwrap();
        for site in &server.sites {
            let (map, environment) = (PathMap::identity(), Environment::windows_defaults());
            for application in &site.applications {
                let chain = Chain::of_path(&server, site, &application.path, &map, &environment);
                let effective = Effective::new(chain);
                assert_eq!(effective.violations(), [], "{}", site.name);
                sites += 1;
            }
        }
    }
    assert!(sites > 50);
}
