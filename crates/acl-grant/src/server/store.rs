//! Certificates of a Windows store: which file holds the private key of the one that a subject names.
//!
//! The registry keeps each certificate with its properties ([MS-GPEF] 2.2.1.2.2), one of which names the container of the
//! key (KEY_PROV_INFO, there as well). The container is a file whose name follows from the container's.

mod der;

use md5::{Digest as _, Md5};
use registry::{Registry, Value, View};

use der::Certificate;

const STORES: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\SystemCertificates";
/// Has the value `MachineGuid`, which ends the names of all key files of the machine.
pub(super) const CRYPTOGRAPHY: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Cryptography";

/// Properties of a certificate (wincrypt.h): `CERT_KEY_PROV_INFO_PROP_ID` and `CERT_CERT_PROP_ID`, the certificate itself.
const KEY_PROV_INFO: u32 = 2;
const CERTIFICATE: u32 = 32;

/// `CRYPT_MACHINE_KEYSET`, which is also `NCRYPT_MACHINE_KEY_FLAG`: not a key of some user's profile.
const MACHINE_KEYSET: u32 = 0x20;

/// Providers of CryptoAPI for RSA: `PROV_RSA_FULL`, `PROV_RSA_SCHANNEL`, `PROV_RSA_AES`.
const RSA: [u32; 3] = [1, 12, 24];
/// The provider of CNG whose keys are files; other ones have them in chips and cards.
const SOFTWARE: &str = "Microsoft Software Key Storage Provider";

/// The key that has those of a store's certificates below it.
pub(super) fn certificates(store: &str) -> String {
    format!(r"{STORES}\{store}\Certificates")
}

/// The path on the server of the private key of the certificate that .NET takes for `subject` out of a store of the
/// machine: of those whose subject contains it, whatever the case, and that have a key, the one that is valid longest.
/// Nothing where there is none, or its key is no file.
pub(super) fn key_file(registry: &Registry, store: &str, subject: &str) -> Option<String> {
    let wanted = subject.to_lowercase();
    let store = certificates(store);
    let names = registry.subkeys(View::Bits64, &store);
    let blobs = names.iter().filter_map(|name| {
        let path = format!(r"{store}\{name}");
        match registry.value(View::Bits64, &path, "Blob")? {
            Value::Binary(_, bytes) => Some(bytes),
            _ => None,
        }
    });
    let named = blobs.filter_map(|blob| {
        let certificate = Certificate::read(property(blob, CERTIFICATE)?)?;
        let mut subject = certificate.subject.iter();
        let is = subject.any(|text| text.to_lowercase().contains(&wanted));
        let key = property(blob, KEY_PROV_INFO).filter(|_| is)?;
        Some((certificate.until, key))
    });
    let (_, key) = named.max_by(|(one, _), (other, _)| one.cmp(other))?;
    let machine = registry.text(View::Bits64, CRYPTOGRAPHY, "MachineGuid")?;
    Some(format!("{}_{machine}", container(key)?))
}

/// A property out of a serialized certificate: number, a reserved word, length, bytes.
fn property(mut blob: &[u8], wanted: u32) -> Option<&[u8]> {
    loop {
        let (number, length) = (word(blob, 0)?, word(blob, 8)?);
        let (value, rest) = blob.get(12..)?.split_at_checked(length as usize)?;
        if number == wanted {
            return Some(value);
        }
        blob = rest;
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

/// The path of a container's file but for the machine's own part. The property: where the names of container and
/// provider begin in it, the provider's type, flags.
fn container(key: &[u8]) -> Option<String> {
    let text = |at: u32| -> Option<String> {
        let (units, _) = key.get(at as usize..)?.as_chunks::<2>();
        let units = units.iter().copied().map(u16::from_le_bytes);
        let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
        String::from_utf16(&units).ok()
    };
    let (name, provider) = (text(word(key, 0)?)?, text(word(key, 4)?)?);
    let (kind, flags) = (word(key, 8)?, word(key, 12)?);
    if flags & MACHINE_KEYSET == 0 || name.is_empty() {
        return None;
    }
    let name = format!("{}\0", name.to_ascii_lowercase());
    let (folder, hash) = if RSA.contains(&kind) {
        (r"RSA\MachineKeys", hash(name.bytes()))
    } else if kind == 0 && provider.eq_ignore_ascii_case(SOFTWARE) {
        let wide = name.encode_utf16().flat_map(u16::to_le_bytes);
        ("Keys", hash(wide))
    } else {
        return None;
    };
    Some(format!(r"C:\ProgramData\Microsoft\Crypto\{folder}\{hash}"))
}

/// MD5 of a name with its closing zero, written as four numbers.
fn hash(name: impl Iterator<Item = u8>) -> String {
    let digest = Md5::digest(name.collect::<Vec<u8>>());
    let (words, _) = digest.as_slice().as_chunks::<4>();
    let numbers = words.iter().copied().map(u32::from_le_bytes);
    numbers.map(|number| format!("{number:08x}")).collect()
}

#[cfg(test)]
mod tests;
