//! Windows binaries on a Linux machine: what `scripts/setup-windows.sh` and `scripts/windows-cargo.sh build` leave behind.
//!
//! Only tests marked `#[ignore = "needs Wine"]` come here; anything missing fails them with the command that makes it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::{self, cache};

/// A Wine prefix of a test's own: a Windows machine with an empty `C:\inetpub` and a registry to write to.
pub struct Prefix {
    folder: tempfile::TempDir,
}

fn copy(how: &str, from: &Path, to: &Path) {
    let copied = Command::new("cp")
        .arg(how)
        .arg(from)
        .arg(to)
        .status()
        .expect("cp runs");
    assert!(copied.success(), "{} was not copied", from.display());
}

/// The tool of that name as a Windows executable (debug build).
#[must_use]
pub fn tool(name: &str) -> PathBuf {
    built(name, "debug", "scripts/windows-cargo.sh build --workspace")
}

/// The tool of that name as it would be released for Windows.
#[must_use]
pub fn released(name: &str) -> PathBuf {
    built(
        name,
        "release",
        "scripts/windows-cargo.sh build --release --workspace",
    )
}

fn built(name: &str, profile: &str, how: &str) -> PathBuf {
    let target = std::env::var_os("ANCM_TARGET_WINDOWS")
        .map_or_else(|| workspace::root().join("target-windows"), PathBuf::from);
    let path = target
        .join("x86_64-pc-windows-gnu")
        .join(profile)
        .join(format!("{name}.exe"));
    assert!(path.is_file(), "{} is not built: {how}", path.display());
    path
}

/// A Linux path as programs under Wine see it: `/tmp/a` is `Z:\tmp\a`.
#[must_use]
pub fn windows_path(path: &Path) -> String {
    format!(
        "Z:{}",
        path.to_str().expect("a UTF-8 path").replace('/', "\\")
    )
}

impl Prefix {
    /// A fresh copy of the prefix that the set-up script made; making one takes seven seconds.
    #[must_use]
    pub fn new() -> Self {
        let made = cache().join("wine");
        assert!(
            made.join("ready").is_file(),
            "no Wine prefix {}: scripts/setup-windows.sh",
            made.display()
        );
        // In the cache itself: hard links to Windows' own files (700 MB) need one file system.
        let folder = tempfile::tempdir_in(cache()).expect("a temporary folder");
        copy("-al", &made.join("drive_c"), folder.path());
        copy("-a", &made.join("dosdevices"), folder.path());
        // Wine writes the registry in place where a file has several names: these must be real copies.
        for registry in ["system.reg", "user.reg", "userdef.reg", ".update-timestamp"] {
            copy("-a", &made.join(registry), folder.path());
        }
        Self { folder }
    }

    /// The folder of drive C:.
    #[must_use]
    pub fn drive_c(&self) -> PathBuf {
        self.folder.path().join("drive_c")
    }

    /// A Windows program in this prefix; add arguments, environment and current folder as to any command.
    ///
    /// The environment goes through, but for PATH, which Windows programs find as `WINEPATH` before the registry's.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(workspace::root().join("scripts/wine.sh"));
        command
            .arg(program)
            .env("WINEPREFIX", self.folder.path())
            .env("WINEDEBUG", "-all");
        command
    }

    /// A tool of the workspace in this prefix.
    #[must_use]
    pub fn tool(&self, name: &str) -> Command {
        self.command(tool(name))
    }

    /// A batch file run by Windows' own shell, with its own pipes; `%*` in it are the arguments that the caller adds.
    #[must_use]
    pub fn batch(&self, lines: &str) -> Command {
        // A file and not `cmd /c LINE`: quotation marks in an argument do not survive the way into Wine.
        let text = format!("@echo off\r\n{}\r\n", lines.replace('\n', "\r\n"));
        std::fs::write(self.drive_c().join("test.cmd"), text).expect("the batch file is written");
        let mut command = self.command("cmd");
        command.args(["/d", "/c", r"C:\test.cmd"]);
        command
    }

    /// Imports a registry export file as an administrator would: `regedit /S FILE`.
    pub fn import(&self, export: &Path) {
        let status = self
            .command("regedit")
            .arg("/S")
            .arg(windows_path(export))
            .status()
            .expect("regedit runs");
        assert!(status.success(), "regedit refused {}", export.display());
    }
}

impl Default for Prefix {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Prefix {
    fn drop(&mut self) {
        // The server keeps the folder busy for some seconds after the last program; nothing here needs it longer.
        let stopped = Command::new("wineserver")
            .arg("-k")
            .env("WINEPREFIX", self.folder.path())
            .status();
        drop(stopped);
    }
}
