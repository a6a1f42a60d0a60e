//! A second opinion on effective access: Samba judges the same descriptors.
//!
//! A server of its own runs in a network of its own (`unshare -n`), with vfs_acl_xattr over files that carry the very
//! descriptors which the NTFS volume has; `smbcacls --maximum-access` tells what a mapped user may do, and `smbclient`
//! opens the files as that user. The system's own configuration and users are not touched.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use support::ntfs::Volume;
use support::ntfs::descriptor::{CI, Entry, FULL, ID, IO, MODIFY, NP, OI, PROTECTED, RX, build};

use crate::tool;

const CASES: usize = 96;

/// An account that every Debian has; Samba gets a password for it in its own data base.
const USER: &str = "daemon";

/// Runs the script in the folder with a loopback network of its own.
fn alone(folder: &Path, script: &str) -> String {
    let script = format!(
        "set -e; ip link set lo up; cd '{}'; {script}",
        folder.display()
    );
    let ran = Command::new("unshare")
        .args(["-n", "bash", "-c", &script])
        .output();
    let ran = ran.expect("unshare runs");
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(
        ran.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    text
}

fn configure(folder: &Path) {
    let state = folder.join("state");
    std::fs::create_dir(&state).unwrap();
    std::fs::create_dir(folder.join("share")).unwrap();
    let mut text = String::from(
        "[global]\nworkgroup = ANCM\nnetbios name = ANCM\nserver role = standalone server\nsmb ports = 445\n\
         interfaces = 127.0.0.1\nbind interfaces only = yes\ndisable netbios = yes\nload printers = no\n\
         printcap name = /dev/null\ndisable spoolss = yes\n",
    );
    for key in [
        "private dir",
        "lock directory",
        "state directory",
        "cache directory",
        "pid directory",
        "ncalrpc dir",
    ] {
        text += &format!("{key} = {}\n", state.display());
    }
    text += &format!(
        "passdb backend = tdbsam:{0}/passdb.tdb\nlog file = {0}/log\n",
        state.display()
    );
    text += &format!(
        "[share]\npath = {}/share\nread only = no\nvfs objects = acl_xattr\nacl_xattr:ignore system acls = yes\n",
        folder.display()
    );
    std::fs::write(folder.join("smb.conf"), text).unwrap();
}

/// The form in which vfs_acl_xattr keeps a descriptor: version 1, and offsets that count from the form's beginning.
fn stored(descriptor: &[u8]) -> Vec<u8> {
    let mut bytes = vec![1, 0, 1, 0, 0, 0, 2, 0];
    bytes.extend(descriptor);
    for at in [12, 16, 20, 24] {
        let offset = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        if offset != 0 {
            bytes[at..at + 4].copy_from_slice(&(offset + 8).to_le_bytes());
        }
    }
    bytes
}

/// Numbers that are the same in every run (an xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % limit
    }

    fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

#[test]
#[ignore = "needs an NTFS volume"]
fn samba_judges_the_same_descriptors_alike() {
    // ext4 or another file system with `security` attributes
    let folder = tempfile::tempdir_in(support::workspace::root().join("target")).unwrap();
    let folder = folder.path().canonicalize().unwrap();
    configure(&folder);
    let sids = alone(
        &folder,
        &format!(
            "(echo pw; echo pw) | smbpasswd -c smb.conf -s -a {USER} >/dev/null; pdbedit -s smb.conf -v {USER} | grep SID"
        ),
    );
    let sid = |name: &str| {
        let line = sids.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().last())
            .expect("a SID")
            .to_owned()
    };
    let (user, group) = (sid("User SID"), sid("Primary Group SID"));
    let who = [
        user.as_str(),
        &group,
        "S-1-1-0",
        "S-1-5-11",
        "S-1-5-21-9-9-9-1001",
        "S-1-3-4",
    ];
    let masks = [
        RX,
        MODIFY,
        FULL,
        1,
        2,
        0x20,
        0x0012_0089,
        0x0012_00a0,
        0x0012_0116,
        0x0001_0000,
        0x001f_0000,
    ];
    let flags = [0, 0, 0, OI | CI, OI | CI | IO, IO | OI, ID, ID | OI | CI];
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let cases: Vec<Vec<u8>> = (0..CASES)
        .map(|_| {
            let count = 1 + numbers.below(6);
            let mut entries: Vec<Entry<'_>> = (0..count)
                .map(|_| {
                    let allow = numbers.below(3) > 0;
                    (
                        allow,
                        *numbers.one_of(&flags),
                        *numbers.one_of(&masks),
                        *numbers.one_of(&who),
                    )
                })
                .collect();
            // reading the descriptor itself, so that Samba may show what it thinks
            entries.insert(0, (true, 0, 0x0002_0080, "S-1-1-0"));
            build(PROTECTED, Some(&entries))
        })
        .collect();

    let volume = Volume::new(32);
    let share = folder.join("share");
    for (place, name) in [
        (volume.path(), "system.ntfs_acl"),
        (share.clone(), "security.NTACL"),
    ] {
        let paths: Vec<_> = (0..CASES)
            .map(|index| place.join(format!("f{index}")))
            .collect();
        paths
            .iter()
            .for_each(|path| std::fs::write(path, "x").unwrap());
        let bytes: Vec<Vec<u8>> = match name {
            "security.NTACL" => cases.iter().map(|case| stored(case)).collect(),
            _ => cases.clone(),
        };
        let list = paths.iter().zip(&bytes);
        volume.set_attributes(list.map(|(path, bytes)| (path.as_path(), name, bytes.as_slice())));
    }

    let text = alone(
        &folder,
        &format!(
            "smbd -s smb.conf -D; trap 'kill $(cat state/smbd.pid)' EXIT
             for i in $(seq 50); do smbclient -s smb.conf //127.0.0.1/share -U {USER}%pw -c quit >/dev/null 2>&1 && break; sleep 0.1; done
             for i in $(seq 0 {last}); do
                 echo \"f$i $(smbcacls -s smb.conf -x //127.0.0.1/share f$i -U {USER}%pw 2>&1 | grep Maximum)\"
             done
             for i in $(seq 0 {last}); do echo \"get f$i /dev/null\"; done >commands
             smbclient -s smb.conf //127.0.0.1/share -U {USER}%pw <commands 2>&1 | tr -d '\\\\' | sed -n 's/.*remote file f/denied f/p; s/.*getting file f\\([0-9]*\\) .*/opened f\\1/p'",
            last = CASES - 1
        ),
    );
    let mut maximum: HashMap<String, u32> = HashMap::new();
    let mut opened: HashMap<String, bool> = HashMap::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [file, "Maximum", "access:", mask] => {
                let mask = u32::from_str_radix(mask.trim_start_matches("0x"), 16).expect("a mask");
                maximum.insert(file.to_owned(), mask);
            }
            ["denied", file] => _ = opened.entry(file.to_owned()).or_insert(false),
            ["opened", file] => _ = opened.insert(file.to_owned(), true),
            _ => {}
        }
    }
    let mut seen = [0; 2];
    for index in 0..CASES {
        let name = format!("f{index}");
        let path = volume.path().join(&name);
        let samba = *maximum
            .get(&name)
            .unwrap_or_else(|| panic!("no answer for {name}: {text}"));
        for (rights, write) in [(RX, false), (MODIFY, true)] {
            let mut all = vec!["--check", "--sid", &user, "--member-of", &group];
            // `--write` asks for modify on the same file
            let path_text = path.to_str().unwrap();
            if write {
                all.extend(["--write", path_text]);
            }
            let ran = tool("acl-grant", &all, &path);
            let failing = |finding: &serde_json::Value| {
                finding["evidence"]["wanted"] == format!("0x{rights:x}")
            };
            let fine = !ran.records_of("finding").iter().any(failing);
            let expected = samba & rights == rights;
            assert_eq!(
                fine,
                expected,
                "{name} {rights:x} {samba:x}: {}",
                ran.text()
            );
            seen[usize::from(expected)] += 1;
            if rights == RX && expected {
                assert_eq!(opened.get(&name), Some(&true), "{name} can be opened");
            }
        }
    }
    assert!(
        seen.iter().all(|count| *count >= 20),
        "too one-sided: {seen:?}"
    );
    let refused = opened.values().filter(|opened| !**opened).count();
    assert!(refused >= 10, "{refused} of {}", opened.len());
}

/// What a folder hands on: somebody else makes a file and a folder in it through Samba, which says what they got.
#[test]
#[ignore = "needs an NTFS volume"]
fn samba_hands_on_what_the_same_folders_hand_on() {
    const FOLDERS: usize = 30;
    // every Debian has it, too; its password is in Samba's data base only
    const MAKER: &str = "bin";
    let folder = tempfile::tempdir_in(support::workspace::root().join("target")).unwrap();
    let folder = folder.path().canonicalize().unwrap();
    configure(&folder);
    let sids = alone(
        &folder,
        &format!(
            "for user in {USER} {MAKER}; do (echo pw; echo pw) | smbpasswd -c smb.conf -s -a $user >/dev/null; done
             pdbedit -s smb.conf -v {USER} | grep SID"
        ),
    );
    let sid = |name: &str| {
        let line = sids.lines().find(|line| line.starts_with(name));
        let sid = line.and_then(|line| line.split_whitespace().last());
        sid.expect("a SID").to_owned()
    };
    let (user, group) = (sid("User SID"), sid("Primary Group SID"));
    let who = [user.as_str(), &group, "S-1-5-11", "S-1-5-21-9-9-9-1001"];
    let flags = [
        OI | CI,
        OI | CI,
        OI,
        CI,
        OI | CI | IO,
        OI | CI | NP,
        OI | IO,
    ];
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let cases: Vec<Vec<u8>> = (0..FOLDERS)
        .map(|_| {
            let mut entries: Vec<Entry<'_>> = vec![
                // anybody may make something in it, and see what Samba thinks of it
                (true, 0, FULL, "S-1-1-0"),
                (true, OI | CI, 0x0002_0080, "S-1-1-0"),
            ];
            for _ in 0..1 + numbers.below(4) {
                let allow = numbers.below(4) > 0;
                let mask = *numbers.one_of(&[RX, RX, MODIFY, FULL, 0x20, 1]);
                entries.push((allow, *numbers.one_of(&flags), mask, *numbers.one_of(&who)));
            }
            build(PROTECTED, Some(&entries))
        })
        .collect();
    let volume = Volume::new(32);
    let share = folder.join("share");
    for (index, case) in cases.iter().enumerate() {
        for (place, name, bytes) in [
            (volume.path(), "system.ntfs_acl", case.clone()),
            (share.clone(), "security.NTACL", stored(case)),
        ] {
            let path = place.join(format!("p{index}"));
            std::fs::create_dir(&path).unwrap();
            volume.set_attribute(&path, name, &bytes);
        }
    }
    crate::shell("chmod 777 \"$1\"/p*", [&share]);
    std::fs::write(folder.join("content"), "x").unwrap();
    let text = alone(
        &folder,
        &format!(
            "smbd -s smb.conf -D; trap 'kill $(cat state/smbd.pid)' EXIT
             for i in $(seq 50); do smbclient -s smb.conf //127.0.0.1/share -U {USER}%pw -c quit >/dev/null 2>&1 && break; sleep 0.1; done
             for i in $(seq 0 {last}); do echo \"mkdir p$i/folder\"; echo \"put content p$i/file\"; done >commands
             smbclient -s smb.conf //127.0.0.1/share -U {MAKER}%pw <commands >made 2>&1
             for i in $(seq 0 {last}); do for what in file folder; do
                 echo \"p$i $(smbcacls -s smb.conf -x //127.0.0.1/share p$i/$what -U {USER}%pw 2>&1 | grep Maximum)\"
             done; done",
            last = FOLDERS - 1
        ),
    );
    let mut seen = [0; 2];
    for index in 0..FOLDERS {
        let name = format!("p{index}");
        let masks: Vec<u32> = text
            .lines()
            .filter_map(|line| line.strip_prefix(&format!("{name} Maximum access: 0x")))
            .map(|mask| u32::from_str_radix(mask.trim(), 16).expect("a mask"))
            .collect();
        assert_eq!(masks.len(), 2, "{name}: {text}");
        let expected = masks.iter().all(|mask| mask & RX == RX);
        let arguments = ["--check", "--sid", &user, "--member-of", &group];
        let ran = tool("acl-grant", &arguments, &volume.path().join(&name));
        let findings = ran.records_of("finding");
        let fine = !findings
            .iter()
            .any(|finding| finding["code"] == "acl/not-inherited");
        assert_eq!(fine, expected, "{name} {masks:x?}: {}", ran.text());
        seen[usize::from(expected)] += 1;
    }
    assert!(
        seen.iter().all(|count| *count >= 5),
        "too one-sided: {seen:?}"
    );
}
