//! Sites and pools with the defaults of their file.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use iis_config::document::Document;
use iis_config::server::{Identity, Server, redirection};
use iis_config::source::SourceFile;

fn server(inside: &str) -> Server {
    let text = format!(
        "<configuration><system.applicationHost>{inside}</system.applicationHost></configuration>"
    );
    Server::new(SourceFile::new(
        "applicationHost.config".into(),
        Document::parse(text).unwrap(),
    ))
}

#[test]
fn pools_take_what_they_do_not_say_from_the_defaults() {
    let server = server(
        r#"<applicationPools>
        <add name="A" />
        <add name="B" enable32BitAppOnWin64="false" managedRuntimeVersion=""><processModel identityType="SpecificUser" userName="web" />
          <environmentVariables><add name="X" value="b" /></environmentVariables></add>
        <add name="Gone" /><remove name="gone" />
        <applicationPoolDefaults enable32BitAppOnWin64="true" managedRuntimeVersion="v4.0"><processModel identityType="NetworkService" loadUserProfile="false" />
          <environmentVariables><add name="X" value="a" /><add name="Y" value="a" /></environmentVariables></applicationPoolDefaults>
        </applicationPools>"#,
    );
    assert_eq!(server.pools.len(), 2);
    let (a, b) = (server.pool("a").unwrap(), server.pool("B").unwrap());
    assert_eq!((a.is_32_bit(), b.is_32_bit()), (true, false));
    assert_eq!(a.managed_runtime_version.as_ref().unwrap().value, "v4.0");
    assert_eq!(b.managed_runtime_version.as_ref().unwrap().value, "");
    assert_eq!(
        (a.identity(), b.identity()),
        (Identity::NetworkService, Identity::User("web".to_owned()))
    );
    assert!(!b.load_user_profile.as_ref().unwrap().value);
    assert_eq!(
        b.load_user_profile.as_ref().unwrap().origin.position().line,
        6
    );
    assert_eq!(
        b.environment().iter().collect::<Vec<_>>(),
        [("X", "b"), ("Y", "a")]
    );
    assert!(server.pool("gone").is_none());
}

#[test]
fn sites_applications_and_directories_take_the_nearest_defaults() {
    let server = server(
        r#"<sites>
        <site name="One" id="1"><application path="/"><virtualDirectory path="/" physicalPath="C:\one" /></application>
          <application path="api/"><virtualDirectory path="/" physicalPath="C:\api" /><virtualDirectory path="/img" physicalPath="C:\img" /></application>
          <applicationDefaults applicationPool="OfSite" /></site>
        <site name="Two" id="x" serverAutoStart="false"><application path="/" applicationPool="Own" /><logFile directory="D:\own" />
          <bindings><binding protocol="https" bindingInformation="*:443:" /></bindings></site>
        <siteDefaults><logFile directory="C:\logs" /><bindings><binding protocol="http" bindingInformation="*:80:" /></bindings></siteDefaults>
        <applicationDefaults applicationPool="OfAll" /><virtualDirectoryDefaults allowSubDirConfig="false" />
        </sites>"#,
    );
    let (one, two) = (server.site("ONE").unwrap(), server.site("two").unwrap());
    assert_eq!((one.id, two.id), (Some(1), None));
    assert_eq!(
        one.applications
            .iter()
            .map(|a| a.path.as_str())
            .collect::<Vec<_>>(),
        ["/", "/api"]
    );
    assert_eq!(
        (
            one.applications[1].pool.as_str(),
            two.applications[0].pool.as_str()
        ),
        ("OfSite", "Own")
    );
    assert_eq!(one.applications[1].virtual_directories[1].path, "/img");
    assert!(
        !one.applications[0]
            .root_directory()
            .unwrap()
            .allow_sub_dir_config
    );
    assert_eq!(one.log_directory.as_ref().unwrap().value, r"C:\logs");
    assert_eq!(two.log_directory.as_ref().unwrap().value, r"D:\own");
    assert_eq!(
        (
            one.bindings[0].protocol.as_str(),
            two.bindings[0].information.as_str()
        ),
        ("http", "*:443:")
    );
    assert!(!two.auto_start.as_ref().unwrap().value);
    assert!(two.applications[0].root_directory().is_none());
}

#[test]
fn redirection_counts_where_it_is_enabled() {
    let read = |attributes: &str| {
        let text =
            format!("<configuration><configurationRedirection {attributes} /></configuration>");
        redirection(&Document::parse(text).unwrap()).map(|r| (r.path, r.user_name))
    };
    assert_eq!(read(""), None);
    assert_eq!(read(r#"enabled="false" path="\\s\c""#), None);
    assert_eq!(read(r#"enabled="true" path="""#), None);
    assert_eq!(
        read(r#"enabled="true" path="\\s\c" userName="u""#),
        Some((r"\\s\c".to_owned(), Some("u".to_owned())))
    );
}
