use super::*;

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = vec![tag];
    match length {
        0..=0x7f => bytes.push(length as u8),
        _ => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    bytes.extend(content);
    bytes
}

fn name(texts: &[(u8, &[u8])]) -> Vec<u8> {
    let part = |(tag, text): &(u8, &[u8])| {
        let pair = [tlv(6, &[0x55, 4, 3]), tlv(*tag, text)].concat();
        tlv(0x31, &tlv(0x30, &pair))
    };
    tlv(0x30, &texts.iter().flat_map(part).collect::<Vec<u8>>())
}

/// As much of a certificate as is read, and a long rest.
fn certificate(subject: &[(u8, &[u8])], until: (u8, &str)) -> Vec<u8> {
    let validity = [
        tlv(0x17, b"200101000000Z"),
        tlv(until.0, until.1.as_bytes()),
    ]
    .concat();
    let fields = [
        tlv(0xa0, &tlv(2, &[2])),
        tlv(2, &[1]),
        tlv(0x30, &tlv(6, &[0x2a])),
        name(&[(0x0c, b"The Issuer")]),
        tlv(0x30, &validity),
        name(subject),
        tlv(0x30, &[0; 270]),
    ]
    .concat();
    tlv(0x30, &tlv(0x30, &fields))
}

fn key(container: &str, provider: &str, kind: u32, flags: u32) -> Vec<u8> {
    let wide = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().chain([0]);
        units.flat_map(u16::to_le_bytes).collect()
    };
    let (container, provider) = (wide(container), wide(provider));
    let words = [28, 28 + container.len() as u32, kind, flags, 0, 0, 1];
    let words = words.into_iter().flat_map(u32::to_le_bytes).collect();
    [words, container, provider].concat()
}

fn blob(properties: &[(u32, Vec<u8>)]) -> Value {
    let serialized = properties.iter().flat_map(|(number, value)| {
        let head = [*number, 1, value.len() as u32];
        let head: Vec<u8> = head.into_iter().flat_map(u32::to_le_bytes).collect();
        [head, value.clone()].concat()
    });
    Value::Binary(3, serialized.collect())
}

const ENHANCED: &str = "Microsoft Enhanced Cryptographic Provider v1.0";
const GUID: &str = "f28a0ea5-0000-0000-0000-000000000000";

fn registry(certificates: &[Value]) -> Registry {
    let mut registry = Registry::new();
    registry.set(CRYPTOGRAPHY, "MachineGuid", Value::Text(GUID.into()));
    for (index, value) in certificates.iter().enumerate() {
        let path = format!(r"{STORES}\MY\Certificates\{index:040X}");
        registry.set(&path, "Blob", value.clone());
    }
    registry
}

#[test]
fn files_are_named_as_windows_names_them() {
    // containers that every Windows with IIS has, and the files that they are known by
    for (container, file) in [
        ("iisConfigurationKey", "6de9cb26d2b98c01ec4e9e8b34824aa2"),
        (
            "NetFrameworkConfigurationKey",
            "d6d986f09a1ee04e24c949879fdb506c",
        ),
        ("TSSecKeySet1", "f686aace6942fb7f7ceb231212eef4a4"),
    ] {
        let found = super::container(&key(container, ENHANCED, 1, MACHINE_KEYSET));
        let folder = r"C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys";
        assert_eq!(found, Some(format!(r"{folder}\{file}")), "{container}");
    }
    let name = "Microsoft Connected Devices Platform device certificate";
    let found = super::container(&key(name, SOFTWARE, 0, MACHINE_KEYSET));
    let file = r"C:\ProgramData\Microsoft\Crypto\Keys\de7cf8a7901d2ad13e5c67c29e5d1662";
    assert_eq!(found.as_deref(), Some(file));
    // a user's own, a chip's, a card's
    for other in [
        key("x", ENHANCED, 1, 0),
        key("x", "Microsoft Platform Crypto Provider", 0, MACHINE_KEYSET),
        key("x", ENHANCED, 22, MACHINE_KEYSET),
        key("", ENHANCED, 1, MACHINE_KEYSET),
        vec![1, 2],
    ] {
        assert_eq!(super::container(&other), None);
    }
}

#[test]
fn the_certificate_that_is_valid_longest_among_those_with_a_key() {
    let of = |container: &str| key(container, ENHANCED, 12, MACHINE_KEYSET);
    let shop: (u8, &[u8]) = (0x0c, b"Shop.example");
    let certificates = [
        blob(&[
            (KEY_PROV_INFO, of("old")),
            (CERTIFICATE, certificate(&[shop], (0x17, "300101000000Z"))),
        ]),
        blob(&[
            (3, vec![1; 20]),
            (KEY_PROV_INFO, of("new")),
            (
                CERTIFICATE,
                certificate(&[(0x13, b"Contoso"), shop], (0x18, "20510101000000Z")),
            ),
        ]),
        // without a key
        blob(&[(CERTIFICATE, certificate(&[shop], (0x18, "20990101000000Z")))]),
        blob(&[
            (KEY_PROV_INFO, of("other")),
            (
                CERTIFICATE,
                certificate(&[(0x1e, b"\0o\0t\0h\0e\0r")], (0x17, "991231235959Z")),
            ),
        ]),
        Value::Binary(3, vec![32, 0, 0, 0, 1, 0, 0, 0, 255, 0, 0, 0]),
        Value::Dword(1),
    ];
    let registry = registry(&certificates);
    let file = |subject: &str| key_file(&registry, "My", subject);
    let path = |container: &str| {
        let file = super::container(&of(container)).unwrap();
        Some(format!("{file}_{GUID}"))
    };
    assert_eq!(file("shop.EXAMPLE"), path("new"));
    assert_eq!(file("contoso"), path("new"));
    assert_eq!(file("other"), path("other"));
    assert_eq!(file("The Issuer"), None);
    assert_eq!(key_file(&registry, "WebHosting", "shop"), None);
}

#[test]
fn what_is_no_certificate_is_none() {
    let whole = certificate(&[(0x0c, b"x")], (0x17, "300101000000Z"));
    let read = Certificate::read(&whole).unwrap();
    assert_eq!(read.subject, ["x"]);
    assert_eq!(read.until, "20300101000000Z");
    for length in 0..whole.len() {
        assert_eq!(Certificate::read(&whole[..length]), None);
    }
}
