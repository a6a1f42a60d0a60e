//! Private keys of certificates in a store of the server: the registry of a mounted volume tells where they lie.

use std::path::{Path, PathBuf};

use support::hive::{hive, text};
use support::ntfs::Volume;
use support::ntfs::descriptor::{CI, FULL, OI, PROTECTED, RX, build};
use support::pipe::Ran;

use crate::tool;

const ACL: &str = "system.ntfs_acl";
const ADMINISTRATORS: &str = "S-1-5-32-544";
const USERS: &str = "S-1-5-32-545";
const GUID: &str = "f28a0ea5-3f1c-4d6b-8a39-0c3c7b0d8e11";

/// `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj "/C=DE/O=Contoso/CN=shop.example" -days 9000`
const CERTIFICATE: &str = "308201c230820169a003020102021414eb0f74be244d99a695111a5718f48ba8b63dbf300a06082a8648ce3d040302303631\
        0b30090603550406130244453110300e060355040a0c07436f6e746f736f3115301306035504030c0c73686f702e6578616d\
        706c653020170d3236313132353134303031385a180f32303531303731373134303031385a3036310b300906035504061302\
        44453110300e060355040a0c07436f6e746f736f3115301306035504030c0c73686f702e6578616d706c653059301306072a\
        8648ce3d020106082a8648ce3d0301070342000434e3dfc20f60d6722c91bf02ac2b651524d69ecb24d2c78aa3ccbcdebde4\
        4ad44fd1a3f6b1d53a4205fa70eb2b95b5d57ce12a4ae020108f74ab62fc7e91643da3533051301d0603551d0e0416041496\
        ba271d4e5f8c0f11b323fdb060cc5046c0d058301f0603551d2304183016801496ba271d4e5f8c0f11b323fdb060cc5046c0\
        d058300f0603551d130101ff040530030101ff300a06082a8648ce3d040302034700304402204ce08b1edfd3ad42f63f63f8\
        d1ef3ccd29a98dbbed622daec056aa95695c874802206a210e21944f13c12ed0fc8e00881e97856faaefbbeb7d4b3b95cb22\
        8998dcab";

/// The value `Blob` of a certificate whose key is in the container `iisConfigurationKey`, which is the file of this name
/// on every Windows with IIS.
const KEY_FILE: &str = "6de9cb26d2b98c01ec4e9e8b34824aa2";

fn blob() -> Vec<u8> {
    let digits: Vec<u8> = CERTIFICATE
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    let (pairs, _) = digits.as_chunks::<2>();
    let certificate: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    let (container, provider) = (
        text("iisConfigurationKey"),
        text("Microsoft RSA SChannel Cryptographic Provider"),
    );
    // where both names begin, PROV_RSA_SCHANNEL, CRYPT_MACHINE_KEYSET, no parameters, AT_KEYEXCHANGE
    let words = [28, 28 + container.len() as u32, 12, 0x20, 0, 0, 1];
    let words: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
    let properties = [
        (3, vec![7; 20]),
        (2, [words, container, provider].concat()),
        (32, certificate),
    ];
    properties
        .into_iter()
        .flat_map(|(number, value)| {
            let head = [number, 1, value.len() as u32];
            let head: Vec<u8> = head.into_iter().flat_map(u32::to_le_bytes).collect();
            [head, value].concat()
        })
        .collect()
}

fn written(path: PathBuf, bytes: &[u8]) -> PathBuf {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A server with an app whose settings name the certificate; the app, the hive and the key's file.
fn server(volume: &Volume) -> (PathBuf, PathBuf, PathBuf) {
    let root = volume.path();
    let settings = r#"{"Kestrel":{"Endpoints":{"Https":{"Url":"https://*:5443",
        "Certificate":{"Subject":"SHOP.example","Store":"My","Location":"LocalMachine"}}}}}"#;
    let settings = written(
        root.join("inetpub/shop/appsettings.json"),
        settings.as_bytes(),
    );
    let app = settings.parent().unwrap().to_owned();
    let open = build(0, Some(&[(true, OI | CI, RX, USERS)]));
    for path in [&app, &settings] {
        volume.set_attribute(path, ACL, &open);
    }
    let certificate = [("Blob", 3, blob())];
    let machine = [("MachineGuid", 1, text(GUID))];
    let software = hive(&[
        (
            r"Microsoft\SystemCertificates\MY\Certificates\0707070707070707070707070707070707070707",
            &certificate,
        ),
        (r"Microsoft\Cryptography", &machine),
    ]);
    let hive = written(root.join("Windows/System32/config/SOFTWARE"), &software);
    let folder = root.join("ProgramData/Microsoft/Crypto/RSA/MachineKeys");
    let key = written(folder.join(format!("{KEY_FILE}_{GUID}")), b"key");
    (app, hive, key)
}

fn check(volume: &Volume, app: &Path) -> Ran {
    let root = volume.path();
    let arguments = [
        "--check",
        "--pool",
        "Shop",
        "--root",
        root.to_str().unwrap(),
    ];
    tool("acl-grant", &arguments, app)
}

#[test]
#[ignore = "needs an NTFS volume"]
fn the_key_of_a_certificate_in_a_store() {
    let volume = Volume::new(32);
    let (app, _, key) = server(&volume);
    let closed = build(PROTECTED, Some(&[(true, 0, FULL, ADMINISTRATORS)]));
    volume.set_attribute(&key, ACL, &closed);
    let ran = check(&volume, &app);
    assert_eq!(ran.code(), Some(1), "{}", ran.text());
    let findings = ran.records_of("finding");
    assert_eq!(findings.len(), 1, "{}", ran.text());
    assert_eq!(findings[0]["code"], "acl/no-access");
    assert_eq!(findings[0]["cause"], "https-certificate");
    assert_eq!(findings[0]["path"], key.to_str().unwrap());
    let message = findings[0]["message"].as_str().unwrap();
    assert!(
        message.contains("the private key of SHOP.example"),
        "{message}"
    );
    assert_eq!(volume.attribute(&key, ACL), closed);
    // named as a target it is opened
    let ran = tool("acl-grant", &["--pool", "Shop"], &key);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    let ran = check(&volume, &app);
    assert_eq!((ran.code(), ran.records_of("finding").len()), (Some(0), 0));
}

#[test]
#[ignore = "needs an NTFS volume"]
fn a_hive_that_cannot_be_read_is_told() {
    let volume = Volume::new(32);
    let (app, hive, _) = server(&volume);
    std::fs::write(&hive, "no hive").unwrap();
    let ran = check(&volume, &app);
    assert_eq!(ran.code(), Some(1), "{}", ran.text());
    let failures = ran.records_of("failure");
    assert_eq!(failures.len(), 1, "{}", ran.text());
    assert_eq!(failures[0]["code"], "acl/unreadable");
    assert_eq!(failures[0]["path"], hive.to_str().unwrap());
}
