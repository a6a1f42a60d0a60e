//! Repairs on a real NTFS volume: descriptor, file attributes and named streams stay with the file.

use std::fs;
use std::process::Command;

use support::ntfs::Volume;

const WEB: &str = "<configuration><system.webServer><handlers><add name=\"aspNetCore\" path=\"*\" verb=\"*\" modules=\"AspNetCoreModuleV2\" /></handlers>\
<aspNetCore processPath=\"dotnet\" arguments=\"a.dll\" hostingModel=\"inproces\" /></system.webServer></configuration>";

#[test]
#[ignore = "needs ntfs-3g"]
fn descriptor_and_streams_stay() {
    let volume = Volume::new(32);
    let folder = volume.path().join("app");
    fs::create_dir(&folder).expect("made");
    let path = folder.join("web.config");
    fs::write(&path, WEB).expect("written");
    volume.set_attribute(
        &path,
        "user.Zone.Identifier",
        b"[ZoneTransfer]\r\nZoneId=3\r\n",
    );
    volume.set_attribute(&path, "user.note", b"kept");
    // hidden and archive, big-endian as ntfs-3g has it
    volume.set_attribute(&path, "system.ntfs_attrib_be", &[0, 0, 0, 0x22]);
    // owner and group Administrators, one ACE: Everyone may do everything
    let descriptor: &[u8] = &[
        1, 0, 4, 0x80, 0x30, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 2, 0, 0x1c, 0, 1,
        0, 0, 0, 0, 0, 0x14, 0, 0xff, 1, 0x1f, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 0, 0,
        0, 0, 0, 5, 0x20, 0, 0, 0, 0x20, 2, 0, 0, 1, 2, 0, 0, 0, 0, 0, 5, 0x20, 0, 0, 0, 0x20, 2,
        0, 0,
    ];
    volume.set_attribute(&path, "system.ntfs_acl", descriptor);
    let acl = volume.attribute(&path, "system.ntfs_acl");
    let streams = volume.streams(&path);
    let attributes = volume.attribute(&path, "system.ntfs_attrib_be");
    assert_eq!(streams.len(), 2);

    for round in 0..20_u64 {
        fs::write(&path, WEB).expect("written");
        let mut child = Command::new(env!("CARGO_BIN_EXE_config-lint"))
            .arg("--fix")
            .arg(&folder)
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("it runs");
        if round > 0 {
            std::thread::sleep(std::time::Duration::from_millis(round * 2));
            child.kill().expect("killed");
        }
        child.wait().expect("ended");
        let found = fs::read_to_string(&path).expect("read");
        let fixed = WEB.replace("inproces\"", "inprocess\"");
        assert!(found == WEB || found == fixed, "{found}");
        assert!(round > 0 || found == fixed);
        assert_eq!(
            volume.attribute(&path, "system.ntfs_acl"),
            acl,
            "round {round}"
        );
        assert_eq!(volume.streams(&path), streams);
        assert_eq!(
            volume.attribute(&path, "system.ntfs_attrib_be")[3] & 0x2,
            attributes[3] & 0x2,
            "still hidden"
        );
    }
}
