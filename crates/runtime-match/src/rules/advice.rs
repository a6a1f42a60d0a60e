//! What to install, in the words of Microsoft's download page.

use crate::resolve::version::{Grammar, Version};
use crate::root::{ASPNETCORE_APP, NETCORE_APP, WINDOWS_DESKTOP_APP};
use crate::support;

/// The installer that brings a framework of at least that version.
///
/// Behind IIS it is the Hosting Bundle: it holds the .NET and ASP.NET Core runtimes of both bitnesses and the module.
pub(super) fn install(framework: &str, version: &str, arch: &str, behind_iis: bool) -> String {
    let parsed = Version::parse(version, Grammar::Strict);
    let (line, exact) = match &parsed {
        Some(v) => (
            format!("{}.{}", v.major, v.minor),
            v.patch > 0 || v.is_prerelease(),
        ),
        None => (String::new(), false),
    };
    // a line of the past that never was: no download brings it
    if let Some(v) = &parsed
        && support::release(v.major, v.minor).is_none()
        && support::releases().any(|release| release.major() >= v.major)
        && [NETCORE_APP, ASPNETCORE_APP, WINDOWS_DESKTOP_APP].contains(&framework)
    {
        return format!(
            "a .NET that the app can use after its reference is corrected: there is no .NET {line}"
        );
    }
    let least = if exact {
        format!(" ({version} or a later {line}.x)")
    } else {
        String::new()
    };
    let net = match &parsed {
        Some(v) if v.major < 5 => ".NET Core",
        _ => ".NET",
    };
    let named = |what: &str| {
        let text = format!("the {what} {line}");
        format!("{}{least}", text.trim_end())
    };
    match framework {
        NETCORE_APP | ASPNETCORE_APP if behind_iis => {
            let bundle = named("ASP.NET Core Hosting Bundle");
            match arch {
                "x86" => format!("{bundle}, which holds the x86 runtime too unless it is installed with OPT_NO_X86=1"),
                _ => bundle,
            }
        }
        NETCORE_APP => format!("{} for {arch}", named(&format!("{net} Runtime"))),
        ASPNETCORE_APP => format!("{} for {arch}", named("ASP.NET Core Runtime")),
        WINDOWS_DESKTOP_APP => format!("{} for {arch}", named(&format!("{net} Desktop Runtime"))),
        "Microsoft.AspNetCore.All" if behind_iis => {
            "the ASP.NET Core Hosting Bundle 2.1 or 2.2 (later ones have no Microsoft.AspNetCore.All)".to_owned()
        }
        other => format!("the framework {other} {version}, which does not come from Microsoft"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_download_page() {
        for (framework, version, arch, iis, text) in [
            (
                ASPNETCORE_APP,
                "8.0.0",
                "x64",
                true,
                "the ASP.NET Core Hosting Bundle 8.0",
            ),
            (
                NETCORE_APP,
                "8.0.5",
                "x64",
                true,
                "the ASP.NET Core Hosting Bundle 8.0 (8.0.5 or a later 8.0.x)",
            ),
            (
                NETCORE_APP,
                "3.1.0",
                "x86",
                false,
                "the .NET Core Runtime 3.1 for x86",
            ),
            (
                ASPNETCORE_APP,
                "6.0.0",
                "arm64",
                false,
                "the ASP.NET Core Runtime 6.0 for arm64",
            ),
            (
                WINDOWS_DESKTOP_APP,
                "8.0.0",
                "x86",
                true,
                "the .NET Desktop Runtime 8.0 for x86",
            ),
        ] {
            assert_eq!(install(framework, version, arch, iis), text);
        }
        assert!(install(NETCORE_APP, "8.0.0", "x86", true).contains("OPT_NO_X86"));
        assert!(install(ASPNETCORE_APP, "5.9.0", "x64", true).contains("there is no .NET 5.9"));
        // one that the table does not know yet
        assert_eq!(
            install(ASPNETCORE_APP, "99.0.0", "x64", true),
            "the ASP.NET Core Hosting Bundle 99.0"
        );
        assert_eq!(
            install(ASPNETCORE_APP, "", "x64", true),
            "the ASP.NET Core Hosting Bundle"
        );
        assert!(
            install("Contoso.App", "1.0.0", "x64", true).contains("does not come from Microsoft")
        );
    }
}
