//! A real NTFS volume in a file, mounted with ntfs-3g, and a second opinion on what it holds.
//!
//! Only tests marked `#[ignore = "needs an NTFS volume"]` come here; `scripts/setup-ntfs.sh` installs what they need.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A volume of its own; unmounted and removed when dropped, whatever happens in between.
pub struct Volume {
    folder: tempfile::TempDir,
    mounted: bool,
}

impl Volume {
    /// Makes a volume of that many megabytes and mounts it with named streams as extended attributes.
    #[must_use]
    pub fn new(megabytes: u64) -> Self {
        let mut volume = Self::unmounted(megabytes);
        volume.mount("streams_interface=xattr");
        volume
    }

    /// Makes a volume that is not mounted yet.
    #[must_use]
    pub fn unmounted(megabytes: u64) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let volume = Self {
            folder,
            mounted: false,
        };
        std::fs::create_dir(volume.path()).expect("the mount point");
        let image = std::fs::File::create(volume.image()).expect("the image");
        image.set_len(megabytes << 20).expect("a sparse file");
        run(Command::new("mkntfs")
            .args(["-F", "-q", "-s", "512", "-p", "0", "-H", "0", "-S", "0"])
            .arg(volume.image()));
        volume
    }

    /// Mounts it with options of ntfs-3g.
    pub fn mount(&mut self, options: &str) {
        assert!(!self.mounted, "it is mounted");
        // noatime: looking must not write
        let options = format!("{options},noatime");
        run(Command::new("ntfs-3g")
            .arg(self.image())
            .arg(self.path())
            .args(["-o", &options]));
        self.mounted = true;
    }

    /// Unmounts it: then the image holds all that was written.
    pub fn unmount(&mut self) {
        run(Command::new("umount").arg(self.path()));
        self.mounted = false;
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        // without links, as the tools name it in undo files
        let folder = self.folder.path().canonicalize();
        folder.expect("the folder is there").join("volume")
    }

    /// The file that is the volume.
    #[must_use]
    pub fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    /// A file beside the volume, outside of it.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Sets one extended attribute of each path, all in one go.
    pub fn set_attributes<'a>(
        &self,
        list: impl IntoIterator<Item = (&'a Path, &'a str, &'a [u8])>,
    ) {
        let mut text = Vec::new();
        for (path, name, value) in list {
            text.extend_from_slice(b"# file: ");
            text.extend(escape(path));
            let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
            text.extend_from_slice(format!("\n{name}=0x{hex}\n\n").as_bytes());
        }
        let mut child = Command::new("setfattr")
            .args(["-h", "--restore=-"])
            .current_dir("/")
            .stdin(Stdio::piped())
            .spawn()
            .expect("setfattr runs");
        let mut input = child.stdin.take().expect("stdin is piped");
        input.write_all(&text).expect("setfattr reads");
        drop(input);
        assert!(child.wait().expect("setfattr ends").success());
    }

    /// Sets one extended attribute.
    pub fn set_attribute(&self, path: &Path, name: &str, value: &[u8]) {
        self.set_attributes([(path, name, value)]);
    }

    /// All named streams below a path: `(path, name) -> bytes`.
    #[must_use]
    pub fn streams(&self, path: &Path) -> BTreeMap<(String, String), String> {
        attributes(
            Command::new("getfattr").args(["-m", "^user\\.", "-d"]),
            path,
        )
    }

    /// An attribute of everything below a path, such as `system.ntfs_acl`.
    #[must_use]
    pub fn all(&self, path: &Path, name: &str) -> BTreeMap<(String, String), String> {
        attributes(Command::new("getfattr").args(["-n", name]), path)
    }

    /// The bytes of one attribute of one path.
    #[must_use]
    pub fn attribute(&self, path: &Path, name: &str) -> Vec<u8> {
        let all = self.all(path, name);
        let text = all.into_iter().find(|((_, key), _)| key == name);
        let (_, text) = text.unwrap_or_else(|| panic!("{} has no {name}", path.display()));
        bytes(&text)
    }

    /// What ntfssecaudit, which has its own reader, says about the descriptor of a path: one line an ACE,
    /// `allow 0x1200a9 S-1-1-0 flags 0x3`, in the order of the list.
    #[must_use]
    pub fn audited(&self, path: &Path) -> Vec<String> {
        let ran = Command::new("ntfssecaudit").arg("-vv").arg(path).output();
        let ran = ran.expect("ntfssecaudit runs");
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        let list = text.split("\nDACL\n").nth(1).unwrap_or_default();
        let list = list.split("\nSACL\n").next().unwrap_or_default();
        let mut aces = Vec::new();
        for ace in list
            .split("\n    ACE ")
            .filter(|ace| ace.contains(" at 0x"))
        {
            let field = |name: &str| {
                let line = ace.lines().find_map(|line| line.trim().strip_prefix(name));
                line.unwrap_or_default().trim().to_owned()
            };
            let kind = match field("type").as_str() {
                "0" => "allow".to_owned(),
                "1" => "deny".to_owned(),
                other => format!("type{other}"),
            };
            let sid = field("dec ");
            aces.push(format!(
                "{kind} {} {sid} flags {}",
                field("Acc rgts"),
                field("flags")
            ));
        }
        aces
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        if self.mounted {
            let unmounted = Command::new("umount").arg(self.path()).status();
            if !unmounted.is_ok_and(|status| status.success()) {
                // busy: detach it, so that the folder can be removed
                let _ = Command::new("umount").arg("-l").arg(self.path()).status();
            }
        }
    }
}

fn run(command: &mut Command) -> Output {
    let ran = command.output();
    let ran = ran.unwrap_or_else(|error| {
        panic!("{command:?}: {error} (scripts/setup-ntfs.sh installs what this needs)")
    });
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{command:?}: {errors}");
    ran
}

fn attributes(command: &mut Command, path: &Path) -> BTreeMap<(String, String), String> {
    let ran = command
        .args(["-R", "-P", "-h", "-e", "hex", "--absolute-names"])
        .arg(path)
        .output()
        .expect("getfattr runs");
    let mut found = BTreeMap::new();
    let mut file = String::new();
    for line in String::from_utf8_lossy(&ran.stdout).lines() {
        if let Some(name) = line.strip_prefix("# file: ") {
            file = name.to_owned();
        } else if let Some((name, value)) = line.split_once('=') {
            found.insert((file.clone(), name.to_owned()), value.to_owned());
        } else if !line.is_empty() {
            found.insert((file.clone(), line.to_owned()), String::new());
        }
    }
    found
}

/// `0x0a1b` as getfattr writes it.
fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.strip_prefix("0x").unwrap_or(hex).as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).expect("a hexadecimal digit") as u8;
    digits
        .chunks(2)
        .map(|two| digit(two[0]) << 4 | digit(two[1]))
        .collect()
}

/// As getfattr writes names: octal for what is not printable, `=` and the backslash. No leading slash, as it strips it.
fn escape(path: &Path) -> Vec<u8> {
    let text = path.as_os_str().as_encoded_bytes();
    let text = text.strip_prefix(b"/").unwrap_or(text);
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'=');
    let each = |byte: &u8| match plain(byte) {
        true => vec![*byte],
        false => format!("\\{byte:03o}").into_bytes(),
    };
    text.iter().flat_map(each).collect()
}

/// A security descriptor by hand: what a test sets up and what it expects are written here, not taken from the tools.
pub mod descriptor {
    /// Files below inherit.
    pub const OI: u8 = 1;
    /// Folders below inherit.
    pub const CI: u8 = 2;
    /// Not beyond the children.
    pub const NP: u8 = 4;
    /// Only for what is below.
    pub const IO: u8 = 8;
    /// Came from the parent.
    pub const ID: u8 = 16;
    /// The DACL is cut off from its parent.
    pub const PROTECTED: u16 = 0x1000;
    /// The DACL was propagated.
    pub const AUTO_INHERITED: u16 = 0x0400;
    /// Read & execute.
    pub const RX: u32 = 0x0012_00a9;
    /// Modify.
    pub const MODIFY: u32 = 0x0013_01bf;
    /// Full control.
    pub const FULL: u32 = 0x001f_01ff;

    /// One entry: allow?, flags, mask, SID.
    pub type Entry<'a> = (bool, u8, u32, &'a str);

    /// A SID in text form as bytes.
    #[must_use]
    pub fn sid(text: &str) -> Vec<u8> {
        let parts: Vec<u64> = text
            .split('-')
            .skip(2)
            .map(|part| part.parse().expect("a number"))
            .collect();
        let mut bytes = vec![1, (parts.len() - 1) as u8];
        bytes.extend(&parts[0].to_be_bytes()[2..]);
        parts[1..]
            .iter()
            .for_each(|part| bytes.extend((*part as u32).to_le_bytes()));
        bytes
    }

    /// One ACE as bytes.
    #[must_use]
    pub fn ace((allow, flags, mask, who): Entry<'_>) -> Vec<u8> {
        let who = sid(who);
        let mut bytes = vec![u8::from(!allow), flags];
        bytes.extend((8 + who.len() as u16).to_le_bytes());
        bytes.extend(mask.to_le_bytes());
        bytes.extend(who);
        bytes
    }

    /// A descriptor with owner and group Administrators; `None` is the NULL DACL.
    #[must_use]
    pub fn build(control: u16, dacl: Option<&[Entry<'_>]>) -> Vec<u8> {
        let owner = sid("S-1-5-32-544");
        let mut bytes = vec![1, 0];
        bytes.extend((control | 0x8004).to_le_bytes());
        let first = 20 + 2 * owner.len() as u32;
        let offset = if dacl.is_some() { first } else { 0 };
        for offset in [20, 20 + owner.len() as u32, 0, offset] {
            bytes.extend(offset.to_le_bytes());
        }
        bytes.extend(&owner);
        bytes.extend(&owner);
        if let Some(entries) = dacl {
            let aces: Vec<u8> = entries.iter().flat_map(|entry| ace(*entry)).collect();
            bytes.extend([2, 0]);
            bytes.extend((8 + aces.len() as u16).to_le_bytes());
            bytes.extend((entries.len() as u16).to_le_bytes());
            bytes.extend([0, 0]);
            bytes.extend(aces);
        }
        bytes
    }
}
