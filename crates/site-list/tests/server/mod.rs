//! A copied server in a folder, and what site-list says about it.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::pipe::{Pipe, Ran};

/// A server with everything that an in-process app needs; tests take pieces away or put others in.
pub(crate) struct Server {
    folder: tempfile::TempDir,
    config: String,
}

const CONFIG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<configuration>
  <configSections>
    <sectionGroup name="system.applicationHost">
      <section name="applicationPools" allowDefinition="AppHostOnly" overrideModeDefault="Deny" />
      <section name="sites" allowDefinition="AppHostOnly" overrideModeDefault="Deny" />
    </sectionGroup>
    <sectionGroup name="system.webServer">
      <section name="aspNetCore" overrideModeDefault="Allow" />
      <section name="globalModules" allowDefinition="AppHostOnly" overrideModeDefault="Deny" />
      <section name="handlers" overrideModeDefault="Allow" />
      <section name="modules" allowDefinition="MachineToApplication" overrideModeDefault="Allow" />
    </sectionGroup>
  </configSections>
  <system.applicationHost>
    <applicationPools>
      <add name="DefaultAppPool" />
      <add name="Shop" managedRuntimeVersion="">
        <processModel identityType="ApplicationPoolIdentity" loadUserProfile="true" />
        <environmentVariables><add name="REGION" value="EU" /></environmentVariables>
      </add>
      <applicationPoolDefaults managedRuntimeVersion="v4.0" />
    </applicationPools>
    <sites>
      <site name="Shop" id="7">
        <application path="/" applicationPool="Shop">
          <virtualDirectory path="/" physicalPath="%SystemDrive%\Inetpub\shop" />
        </application>
        <bindings><binding protocol="http" bindingInformation="*:80:shop.example" /></bindings>
      </site>
      <siteDefaults><logFile directory="%SystemDrive%\logs" /></siteDefaults>
    </sites>
  </system.applicationHost>
  <system.webServer>
    <globalModules>
      <add name="AspNetCoreModuleV2" image="%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll" />
    </globalModules>
    <modules><add name="AspNetCoreModuleV2" /></modules>
  </system.webServer>
</configuration>
"#;

/// A web.config as the SDK writes it, for this hosting model.
pub(crate) fn web_config(model: &str) -> String {
    format!(
        r#"<configuration>
  <location path="." inheritInChildApplications="false">
    <system.webServer>
      <handlers><add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" /></handlers>
      <aspNetCore processPath="dotnet" arguments=".\App.dll" hostingModel="{model}" />
    </system.webServer>
  </location>
</configuration>
"#
    )
}

impl Server {
    pub(crate) fn new() -> Self {
        let server = Self {
            folder: tempfile::tempdir().unwrap(),
            config: CONFIG.to_owned(),
        };
        for file in [
            "Windows/System32/ntdll.dll",
            "Windows/System32/vcruntime140.dll",
            "Windows/SysWOW64/vcruntime140.dll",
            "Windows/System32/inetsrv/config/schema/IIS_schema.xml",
            "Windows/System32/inetsrv/config/schema/aspnetcore_schema_v2.xml",
            "Program Files/IIS/Asp.Net Core Module/V2/aspnetcorev2.dll",
            "Program Files (x86)/IIS/Asp.Net Core Module/V2/aspnetcorev2.dll",
        ] {
            server.write(file, "");
        }
        server.write("inetpub/Shop/web.config", web_config("inprocess"));
        server
    }

    /// Replaces a piece of the configuration, which must be there.
    pub(crate) fn with(mut self, old: &str, new: &str) -> Self {
        assert!(self.config.contains(old), "{old}");
        self.config = self.config.replacen(old, new, 1);
        self
    }

    /// Adds a site.
    pub(crate) fn site(self, name: &str, attributes: &str, inside: &str) -> Self {
        let site = format!(
            "<site name=\"{name}\" id=\"9\" {attributes}>{inside}</site>\n      <siteDefaults>"
        );
        self.with("<siteDefaults>", &site)
    }

    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, content);
        self
    }

    pub(crate) fn without(self, path: &str) -> Self {
        let path = self.path(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
        self
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        path.split('/')
            .fold(self.folder.path().to_owned(), |folder, name| {
                folder.join(name)
            })
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// What site-list says with `--root` and these arguments, with nothing on stderr.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let ran = self.try_run(arguments);
        assert_eq!(ran.stderr, "", "{}", ran.text());
        ran
    }

    pub(crate) fn try_run(&self, arguments: &[&str]) -> Ran {
        self.write(
            "Windows/System32/inetsrv/config/applicationHost.config",
            &self.config,
        );
        let root = self.folder.path().to_str().unwrap();
        Pipe::new()
            .tool("site-list", ["--root", root].iter().chain(arguments))
            .run()
    }

    /// The codes of findings and failures, and the site of each.
    pub(crate) fn codes(&self) -> Vec<String> {
        codes(&self.run(&[]).records())
    }

    /// The only record with that code.
    pub(crate) fn told(&self, code: &str) -> Value {
        let mut records = self.try_run(&[]).records();
        records.retain(|record| record["code"] == code);
        assert_eq!(records.len(), 1, "{code}: {records:#?}");
        records.remove(0)
    }
}

pub(crate) fn codes(records: &[Value]) -> Vec<String> {
    records
        .iter()
        .filter_map(|record| record["code"].as_str())
        .map(str::to_owned)
        .collect()
}
