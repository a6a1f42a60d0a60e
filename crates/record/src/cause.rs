//! The cause vocabulary: why an app behind IIS does not start, one stable id a cause.
//!
//! Every `cause` field on the wire holds an id of [`TABLE`] or null.

/// One root cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// kebab-case, stable.
    pub id: &'static str,
    /// A few words, for a heading.
    pub title: &'static str,
    /// What it means for the app.
    pub means: &'static str,
    /// What mends it, one sentence.
    pub fix: &'static str,
}

/// The cause of that id.
pub fn find(id: &str) -> Option<&'static Cause> {
    TABLE.iter().find(|cause| cause.id == id)
}

macro_rules! causes {
    ($($name:ident $id:literal $title:literal $means:literal $fix:literal)+) => {
        $(#[doc = $means] pub const $name: &str = $id;)+
        /// Every cause, in the order of the areas: runtime, server, web.config, settings, code, network, files.
        pub static TABLE: &[Cause] = &[$(Cause { id: $id, title: $title, means: $means, fix: $fix }),+];
    };
}

causes! {
FRAMEWORK_MISSING "framework-missing" "Required .NET runtime is not installed"
    "No installed runtime satisfies the version that the app asks for."
    "Install the ASP.NET Core Hosting Bundle of that version, or publish the app for an installed one or self-contained."
BITNESS_MISMATCH "bitness-mismatch" "32-bit and 64-bit are mixed"
    "The runtime, the app or one of its native files is of another architecture than the process that loads it."
    "Install the runtime of the pool's architecture, or change enable32BitAppOnWin64 of the pool."
WRONG_DOTNET_ON_PATH "wrong-dotnet-on-path" "Another dotnet.exe comes first on PATH"
    "The worker process finds a dotnet.exe that is not the one meant, often the 32-bit one."
    "Put the right dotnet folder first on the machine's PATH, or give processPath in full."
DOTNET_NOT_FOUND "dotnet-not-found" "The worker cannot find dotnet or the program"
    "Neither PATH nor the known places lead the worker process to the program to start."
    "Install the Hosting Bundle, or correct processPath, then restart IIS so that workers see the new PATH."
WORKER_STALE_PATH "worker-stale-path" "IIS was not restarted after the install"
    "Worker processes inherit the environment that WAS had when it started, which is older than the install."
    "Run: net stop was /y, then net start w3svc."
HOSTFXR_MISSING "hostfxr-missing" "Files of the .NET host are missing or broken"
    "hostfxr or hostpolicy is not where the app or the runtime needs it."
    "Repair the runtime installation, or publish the app again and copy the whole folder."
CORECLR_INIT_FAILED "coreclr-init-failed" "The .NET runtime could not be initialised"
    "coreclr was found but refused to start, for want of memory, of a patch of Windows, or of matching files."
    "Look at the HRESULT of the message; give the pool memory, or repair the runtime."
RUNTIMECONFIG_INVALID "runtimeconfig-invalid" "runtimeconfig.json is missing or wrong"
    "The host cannot tell from runtimeconfig.json which framework the app needs."
    "Publish again and copy the whole folder, with *.runtimeconfig.json unchanged."
MISSING_ASSEMBLY "missing-assembly" "A file of the deployment is missing"
    "An assembly that the app or its deps.json names is not on the disk."
    "Publish again into an empty folder and copy all of it."
MIXED_DEPLOYMENT "mixed-deployment" "Files of two deployments are mixed"
    "Assemblies on the disk are of other versions than the deployment was built with."
    "Stop the app, delete the folder's contents, deploy once more."
INPROCESS_HANDLER_MISSING "inprocess-handler-missing" "The app does not use ASP.NET Core's shared framework"
    "In-process hosting needs the request handler that comes with Microsoft.AspNetCore.App, and the app does not refer to it."
    "Build the app with Microsoft.NET.Sdk.Web, or host it out-of-process."
RUNTIME_OUT_OF_SUPPORT "runtime-out-of-support" "The .NET runtime is out of support"
    "The runtime that the app uses gets no security fixes any more."
    "Move the app to a supported release of .NET."
HOSTING_BUNDLE_MISSING "hosting-bundle-missing" "The ASP.NET Core Module is not installed or not registered"
    "IIS does not know the module that web.config names; the runtime alone is not enough."
    "Install, or repair, the ASP.NET Core Hosting Bundle after the IIS role."
MODULE_NAME_MISMATCH "module-name-mismatch" "web.config names the other version of the module"
    "The handler asks for AspNetCoreModule and the server has AspNetCoreModuleV2, or the reverse."
    "Write modules=\"AspNetCoreModuleV2\" in the handler."
ANCM_BUG "ancm-bug" "A known defect of this version of the module"
    "The installed module has a defect that stops apps."
    "Install the newest Hosting Bundle."
VC_REDIST_MISSING "vc-redist-missing" "The Visual C++ runtime is missing"
    "The module's DLL cannot load because the Visual C++ runtime is not there."
    "Install the Visual C++ 2015-2022 Redistributable of the pool's architecture."
SECTION_LOCKED "section-locked" "A configuration section is locked by the server"
    "applicationHost.config does not let web.config set this section."
    "Unlock it: appcmd unlock config /section:SECTION, or move the setting to applicationHost.config."
URL_REWRITE_MISSING "url-rewrite-missing" "A section belongs to a module that is not installed"
    "web.config uses a section, mostly <rewrite>, that this server does not know."
    "Install that module (URL Rewrite), or remove the section."
SUB_APP_INHERITS "sub-app-inherits" "A sub-application inherits its parent's ASP.NET Core set-up"
    "Handler or aspNetCore settings of the parent application also apply to this one."
    "Wrap the parent's settings in <location path=\".\" inheritInChildApplications=\"false\">."
VIRTUAL_DIRECTORY "virtual-directory" "An app lies in a virtual directory"
    "An ASP.NET Core app needs an IIS application of its own; a virtual directory is not enough."
    "Convert the virtual directory to an application."
MULTIPLE_INPROCESS_APPS "multiple-inprocess-apps" "Two in-process apps share a pool"
    "A worker process can hold one in-process app."
    "Give each app a pool of its own, or host them out-of-process."
MIXED_HOSTING_MODELS "mixed-hosting-models" "In-process and out-of-process apps share a pool"
    "A worker process cannot hold apps of both hosting models."
    "Give each app a pool of its own."
POOL_IDENTITY_LOGON "pool-identity-logon" "The pool's account cannot log on"
    "Password, batch logon right or the account itself is wrong, so no worker process starts."
    "Set the pool's credentials again and grant Log on as a batch job."
RAPID_FAIL_STOPPED "rapid-fail-stopped" "Rapid-fail protection stopped the pool"
    "The worker process died so often that WAS disabled the pool."
    "Mend what kills the process, then start the pool."
SITE_OR_POOL_STOPPED "site-or-pool-stopped" "The site, its pool or IIS itself is stopped"
    "Requests are refused, answered by another site, or answered 503, whatever state the app is in."
    "Start the site, the pool or W3SVC."
POOL_MISSING "pool-missing" "The application's pool does not exist"
    "applicationPool names a pool that the server does not have, so requests answer 503."
    "Create the pool, or name an existing one in applicationPool."
PHYSICAL_PATH_MISSING "physical-path-missing" "The application's folder does not exist"
    "The physical path that IIS has leads nowhere: there is no web.config to read and nothing to start."
    "Correct physicalPath, or deploy the app to it."
LOAD_USER_PROFILE_OFF "load-user-profile-off" "The pool does not load its user profile"
    "Certificates and data protection keys need the profile of the account."
    "Set loadUserProfile (and setProfileEnvironment) of the pool to true."
APP_OFFLINE "app-offline" "app_offline.htm was left behind"
    "While the file lies in the app's folder the module answers 503 and starts nothing."
    "Delete app_offline.htm."
WEBCONFIG_MISSING "webconfig-missing" "web.config is not there"
    "Without it IIS does not know the app: it serves the folder as plain files and answers 403.14 or 404."
    "Deploy the whole publish folder, web.config included."
WEBCONFIG_MALFORMED "webconfig-malformed" "web.config is not valid"
    "IIS cannot read the file, or an element or attribute in it is not allowed."
    "Correct the named line."
PROCESSPATH_MISSING "processpath-missing" "processPath is empty or missing"
    "The module is not told what to start."
    "Set processPath, usually to dotnet, or to the app's .exe."
PROCESSPATH_WRONG "processpath-wrong" "processPath names something that cannot be started"
    "The file is not there, or is no program that this hosting model can use."
    "Correct processPath."
ARGUMENTS_WRONG "arguments-wrong" "arguments do not name the app"
    "dotnet is started without the app's dll, with one that is not there, or with leftovers."
    "Set arguments to .\\App.dll of this deployment."
LAUNCHER_PLACEHOLDER "launcher-placeholder" "The publish step did not fill in web.config"
    "%LAUNCHER_PATH% or %LAUNCHER_ARGS% is still there, so there is nothing to start."
    "Publish again, or write the real processPath and arguments."
HOSTING_MODEL_WRONG "hosting-model-wrong" "hostingModel is wrong or missing"
    "The value is unknown, or not the one that the app needs; without it the module hosts out-of-process."
    "Set hostingModel to inprocess or outofprocess."
ENVIRONMENT_DUPLICATE "environment-duplicate" "An environment variable is set twice"
    "The same variable comes from several places, and this module version joins or refuses them."
    "Leave it in one place, or install a newer Hosting Bundle."
PORT_SETTING "port-setting" "ASPNETCORE_PORT is set by hand"
    "The module uses the given port, which is busy or out of range, and does not try another."
    "Remove ASPNETCORE_PORT."
STDOUT_LOG_UNWRITABLE "stdout-log-unwritable" "The stdout log cannot be written"
    "The folder is missing or the pool's identity may not write there, so the reason of the failure is lost."
    "Create the folder and grant the pool's identity Modify on it."
STDOUT_LOG_OFF "stdout-log-off" "Stdout logging is off"
    "What the app printed when it died was not kept."
    "Switch stdoutLogEnabled on for the time of the diagnosis."
CONFIG_MALFORMED "config-malformed" "A settings file does not parse"
    "appsettings or another JSON file is not valid, and .NET's configuration throws while the app starts."
    "Correct the named line."
CONFIG_DUPLICATE_KEY "config-duplicate-key" "A settings file has the same key twice"
    ".NET refuses a JSON settings file in which a key comes twice, ignoring case."
    "Remove one of the two."
CONFIG_FILE_MISSING "config-file-missing" "A required settings file is not there"
    "The app asks for a file that was not deployed, or looks in another folder."
    "Deploy the file, or correct the content root."
SETTING_MISSING "setting-missing" "A setting that the app needs is missing"
    "The app reads a value that no file and no variable gives."
    "Add the setting for the environment in force."
CONNECTION_STRING_INVALID "connection-string-invalid" "A connection string is malformed"
    "The data provider cannot read it, or it is meant for another provider."
    "Correct the connection string."
WRONG_ENVIRONMENT "wrong-environment" "The app runs in another environment than meant"
    "ASPNETCORE_ENVIRONMENT chooses other settings files than those that are there."
    "Set ASPNETCORE_ENVIRONMENT for the app, in one place."
SECRET_STORE_UNAVAILABLE "secret-store-unavailable" "The secret store cannot be reached"
    "Key Vault or the managed identity refuses, so the app has no configuration."
    "Grant the identity access, or correct the store's address."
DI_REGISTRATION "di-registration" "A service is not registered"
    "Dependency injection cannot build a service that the app needs."
    "Register the service, or deploy the version of the app that does."
UNHANDLED_EXCEPTION "unhandled-exception" "The app throws while it starts"
    "An exception in Program or Startup ends the process before it listens."
    "Read the exception and its first frame in the app."
AGENT_OR_PROFILER "agent-or-profiler" "A monitoring agent or startup hook breaks the start"
    "A profiler, startup hook or hosting startup assembly is loaded into the app and fails."
    "Update the agent, or remove its environment variables."
STARTUP_TIMEOUT "startup-timeout" "The app starts too slowly"
    "Nothing listened before startupTimeLimit was over."
    "Move work out of the start, or raise startupTimeLimit."
DATABASE_UNREACHABLE "database-unreachable" "A database or service cannot be reached"
    "The app connects while it starts and gets no answer."
    "Check server name, network, firewall and whether the server runs."
DATABASE_LOGIN "database-login" "The database refuses the login"
    "The account, often the pool's identity, may not log in or open the database."
    "Create the login, or use another account in the connection string."
DATABASE_STATE "database-state" "The database is not as the app needs it"
    "A table is missing, a migration is pending, or a database file cannot be written."
    "Apply the migrations, or grant the right to the file."
SQL_ENCRYPTION "sql-encryption" "SqlClient encrypts by default now"
    "Since version 4 the client wants a certificate that it can trust."
    "Install a trusted certificate, or set Encrypt and TrustServerCertificate as it was meant."
PORT_IN_USE "port-in-use" "The port is taken"
    "Another process listens on the port that the app wants."
    "Stop the other process, or do not fix the port in the app."
PORT_RESERVED "port-reserved" "The port lies in an excluded range"
    "Windows has reserved a range of ports (Hyper-V, WinNAT) that holds the app's."
    "Shrink the excluded range, or host in-process."
LISTENS_ELSEWHERE "listens-elsewhere" "The app listens on another port"
    "The app ignores the port that the module gave it, so the module sees no listener."
    "Remove UseUrls, Kestrel:Endpoints or urls settings behind IIS."
HTTPS_CERTIFICATE "https-certificate" "Kestrel has no usable HTTPS certificate"
    "The app configures HTTPS itself, and the certificate is missing or its key cannot be read."
    "Let IIS terminate TLS, or give the pool's identity the certificate and its key."
ACCESS_DENIED "access-denied" "The pool's identity lacks a right"
    "The account may not read or run what the app needs."
    "Grant it read and execute on the folder (acl-grant)."
BLOCKED_FILE "blocked-file" "Windows blocks a downloaded file"
    "The mark of the web stops assemblies of this app from loading."
    "Remove the mark (unblock)."
POLICY_BLOCKED "policy-blocked" "A policy forbids the program"
    "AppLocker, Windows Defender Application Control or Smart App Control stops a file."
    "Let the policy allow the app's files."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole_and_stands_once() {
        for (index, cause) in TABLE.iter().enumerate() {
            assert!(
                cause
                    .id
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{}",
                cause.id
            );
            assert!(
                !cause.title.is_empty() && !cause.title.ends_with('.'),
                "{}",
                cause.id
            );
            assert!(
                cause.means.ends_with('.') && cause.fix.ends_with('.'),
                "{}",
                cause.id
            );
            assert!(
                TABLE[..index].iter().all(|other| other.id != cause.id),
                "{} twice",
                cause.id
            );
        }
    }

    #[test]
    fn the_page_in_docs_is_that_of_the_table() {
        let mut wanted = String::from(
            "# Causes\n\nThe `cause` field of a record holds one of these ids, or null.\n\n\
             | id | cause | means | what mends it |\n| --- | --- | --- | --- |\n",
        );
        for Cause {
            id,
            title,
            means,
            fix,
        } in TABLE
        {
            wanted += &format!(
                "| `{id}` | {title} | {} | {} |\n",
                means.replace('<', "&lt;"),
                fix.replace('<', "&lt;")
            );
        }
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/causes.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(&path)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        assert!(
            found == wanted,
            "docs/causes.md is stale: run UPDATE_DOCS=1 cargo test -p record"
        );
    }

    #[test]
    fn ids_are_found() {
        assert_eq!(
            find(FRAMEWORK_MISSING).map(|c| c.id),
            Some("framework-missing")
        );
        assert_eq!(find("no-such-cause"), None);
    }
}
