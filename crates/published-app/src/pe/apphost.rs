//! The apphost: the native program that the SDK puts beside (or around) an app's dll.
//!
//! Two fields are patched into its `.data` section after the build: the name of the dll to start, and the offset of a
//! single-file bundle's header. (Their marks: `bundle_marker.cpp`, `HostWriter.cs` in dotnet/runtime.)

use object::{LittleEndian as LE, ReadRef, pe};

use super::{PeError, damaged, with_image};

/// SHA-256 of ".net core bundle"; the 8 bytes before it are the header's offset.
const BUNDLE_MARK: [u8; 32] = [
    0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
    0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
];
/// What stands in the name's field before it is patched: SHA-256 of "foobar" as text.
const DLL_PLACEHOLDER: &[u8] = b"c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2";
/// The name's field: 1024 bytes and a final zero.
const DLL_FIELD: usize = 1025;
/// The search field (9.0+) in bytes (`EMBED_SIZE` in apphost's `corehost.cpp`).
const SEARCH_FIELD: usize = 512;
/// Where the compiler lets large arrays begin.
const FIELD_BOUNDARY: usize = 16;
/// All flags of the search field.
const ALL_PLACES: u8 = 1 | 2 | 4 | 8;
/// What an apphost of 9.0 or later prints when it finds no root; older ones name no places.
const SEARCHED: &str = "The following locations were searched";
/// What stands in the search field (9.0+) before it is set, after two zero bytes: SHA-256 of "dotnet-search".
const SEARCH_PLACEHOLDER: &[u8] =
    b"19ff3e9c3602ae8e841925bb461a0adb064a1f1903667a5e0d87e8f608f425ac";
/// A self-contained single-file host has about 11 MB of image; sections beyond this are not searched.
const MAX_DATA: u32 = 16 << 20;
/// A bundle lists some hundred files.
const MAX_FILES: i32 = 100_000;
/// The list of the files is read from this much of the file.
const MAX_HEADER: u64 = 16 << 20;

/// What an apphost says of the app it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppHost {
    pub dll: EmbeddedDll,
    /// Nothing if the apphost stands beside its dll.
    pub bundle: Option<Bundle>,
    /// Where it looks for .NET, if that was set on publish (9.0+).
    pub search: Option<DotNetSearch>,
}

/// The dll that an apphost starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmbeddedDll {
    /// Relative to the apphost's folder.
    Name(String),
    /// The placeholder is still there: the host refuses with exit code 149 (`AppHostExeNotBoundFailure`).
    Unbound,
    /// An apphost by its bundle mark, but the name was not found.
    NotFound,
}

/// `AppHostDotNetSearch` / `AppHostRelativeDotNet` as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DotNetSearch {
    /// 1 app-local, 2 app-relative, 4 environment, 8 global.
    pub flags: u8,
    pub relative: String,
}

/// The header of a single-file bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// 1 is .NET Core 3.x, 2 is 5, 6 is 6 and later.
    pub major: u32,
    pub minor: u32,
    pub id: String,
    /// Offset and size of the embedded `*.deps.json`, in bytes from the file's beginning.
    pub deps: Option<(u64, u64)>,
    /// Of the embedded `*.runtimeconfig.json`.
    pub runtime_config: Option<(u64, u64)>,
    pub files: Vec<BundledFile>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundledFile {
    pub path: String,
    pub kind: BundledKind,
    pub offset: u64,
    pub size: u64,
    /// Zero if stored as it is.
    pub compressed_size: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundledKind {
    Unknown,
    Assembly,
    Native,
    Deps,
    RuntimeConfig,
    Symbols,
}

pub(super) fn read<'d, R: ReadRef<'d>>(data: R, length: u64) -> Result<Option<AppHost>, PeError> {
    with_image(data, |image| {
        let mut mark = None;
        let mut dll = None;
        let mut search = None;
        for section in image.sections.iter() {
            let characteristics = section.characteristics.get(LE).0;
            // the patched fields are initialised, and not constants: a writable section
            if characteristics & pe::IMAGE_SCN_CNT_INITIALIZED_DATA.0 == 0
                || characteristics & pe::IMAGE_SCN_MEM_WRITE.0 == 0
            {
                continue;
            }
            let (start, size) = section.pe_file_range();
            let Ok(bytes) = data.read_bytes_at(start.into(), size.min(MAX_DATA).into()) else {
                continue;
            };
            mark = mark.or_else(|| bundle_offset(bytes));
            dll = dll.or_else(|| embedded_dll(bytes));
            search = search.or_else(|| dotnet_search(bytes, || has_text(data, SEARCHED)));
        }
        let bundle = match mark {
            None | Some(0) => None,
            Some(offset) => Some(bundle(data, offset, length)?),
        };
        Ok(match (dll, mark) {
            (None, None) => None,
            (dll, _) => Some(AppHost {
                dll: dll.unwrap_or(EmbeddedDll::NotFound),
                bundle,
                search,
            }),
        })
    })
}

fn bundle_offset(section: &[u8]) -> Option<u64> {
    let at = memchr::memmem::find(section, &BUNDLE_MARK)?;
    Some(u64::from_le_bytes(
        section.get(at.checked_sub(8)?..at)?.try_into().ok()?,
    ))
}

/// The field is known by its placeholder, or by what the SDK wrote over it: a text that ends in `.dll`, followed by
/// zeros up to the field's length (or the section's end).
fn embedded_dll(section: &[u8]) -> Option<EmbeddedDll> {
    if memchr::memmem::find(section, DLL_PLACEHOLDER).is_some() {
        return Some(EmbeddedDll::Unbound);
    }
    memchr::memmem::find_iter(section, b".dll\0").find_map(|at| {
        let end = at + 4;
        let start = memchr::memrchr(0, &section[..at]).map_or(0, |zero| zero + 1);
        let name = std::str::from_utf8(&section[start..end]).ok()?;
        let field_end = (start + DLL_FIELD).min(section.len());
        let rest = section.get(end..field_end)?;
        // shorter padding would be any text constant; the field is far longer than a file name
        let padded = rest.len() >= 64 && rest.iter().all(|&byte| byte == 0);
        (padded && !name.chars().any(char::is_control)).then(|| EmbeddedDll::Name(name.to_owned()))
    })
}

/// The search field: flags, a zero, the path, zeros to its end. HostWriter writes zeros over the whole placeholder, so that a
/// set field has no mark: it is known by its form, in a host that is of 9.0 or later and has no placeholder any more.
fn dotnet_search(section: &[u8], is_9_or_later: impl FnOnce() -> bool) -> Option<DotNetSearch> {
    if memchr::memmem::find(section, SEARCH_PLACEHOLDER).is_some() {
        return None;
    }
    let mut plain = None;
    let mut found = None;
    for (at, field) in section.windows(SEARCH_FIELD).enumerate() {
        let (flags, path) = (field[0], &field[2..]);
        if !(1..=ALL_PLACES).contains(&flags) || field[1] != 0 || field[SEARCH_FIELD - 1] != 0 {
            continue;
        }
        let end = memchr::memchr(0, path).unwrap_or(path.len());
        if path[end..].iter().any(|&byte| byte != 0) {
            continue;
        }
        match std::str::from_utf8(&path[..end]) {
            // any small number before zeros looks like flags alone: one such place at a field's boundary may be the field
            Ok("") if at % FIELD_BOUNDARY == 0 => {
                plain = match plain {
                    None => Some(Some(flags)),
                    Some(_) => Some(None),
                };
            }
            Ok("") => {}
            Ok(text) if text.len() > 1 && !text.chars().any(char::is_control) => {
                found = Some(DotNetSearch {
                    flags,
                    relative: text.to_owned(),
                });
                break;
            }
            _ => {}
        }
    }
    let plain = plain.flatten().map(|flags| DotNetSearch {
        flags,
        relative: String::new(),
    });
    found.or(plain).filter(|_| is_9_or_later())
}

/// Is the text, as UTF-16, among the constants of the file?
pub(super) fn has_text<'d, R: ReadRef<'d>>(data: R, text: &str) -> bool {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let found = with_image(data, |image| {
        Ok(image.sections.iter().any(|section| {
            let characteristics = section.characteristics.get(LE).0;
            let (start, size) = section.pe_file_range();
            characteristics & pe::IMAGE_SCN_CNT_INITIALIZED_DATA.0 != 0
                && data
                    .read_bytes_at(start.into(), size.min(MAX_DATA).into())
                    .is_ok_and(|bytes| memchr::memmem::find(bytes, &wide).is_some())
        }))
    });
    found.unwrap_or_default()
}

fn bundle<'d, R: ReadRef<'d>>(data: R, offset: u64, length: u64) -> Result<Bundle, PeError> {
    if offset >= length {
        return Err(damaged(format!(
            "the bundle's header should be at {offset}, after the end of the file ({length} bytes)"
        )));
    }
    let size = (length - offset).min(MAX_HEADER);
    let bytes = data
        .read_bytes_at(offset, size)
        .map_err(|()| damaged("the bundle's header cannot be read"))?;
    header(&mut Cursor { bytes }, length)
        .ok_or_else(|| damaged(format!("the bundle's header at {offset} cannot be read")))
}

fn header(cursor: &mut Cursor<'_>, length: u64) -> Option<Bundle> {
    let major = cursor.u32()?;
    let minor = cursor.u32()?;
    let count = cursor.u32()? as i32;
    if !(1..=64).contains(&major) || !(0..=MAX_FILES).contains(&count) {
        return None;
    }
    let id = cursor.string()?;
    let (mut deps, mut runtime_config) = (None, None);
    if major >= 2 {
        let place = |offset: u64, size: u64| {
            (offset != 0 && offset.checked_add(size).is_some_and(|end| end <= length))
                .then_some((offset, size))
        };
        deps = place(cursor.u64()?, cursor.u64()?);
        runtime_config = place(cursor.u64()?, cursor.u64()?);
        let _flags = cursor.u64()?;
    }
    let mut files = Vec::new();
    for _ in 0..count {
        let offset = cursor.u64()?;
        let size = cursor.u64()?;
        let compressed_size = if major >= 6 { cursor.u64()? } else { 0 };
        let kind = match cursor.u8()? {
            1 => BundledKind::Assembly,
            2 => BundledKind::Native,
            3 => BundledKind::Deps,
            4 => BundledKind::RuntimeConfig,
            5 => BundledKind::Symbols,
            _ => BundledKind::Unknown,
        };
        let path = cursor.string()?;
        match kind {
            BundledKind::Deps => deps = deps.or(Some((offset, size))),
            BundledKind::RuntimeConfig => runtime_config = runtime_config.or(Some((offset, size))),
            _ => {}
        }
        files.push(BundledFile {
            path,
            kind,
            offset,
            size,
            compressed_size,
        });
    }
    Some(Bundle {
        major,
        minor,
        id,
        deps,
        runtime_config,
        files,
    })
}

struct Cursor<'d> {
    bytes: &'d [u8],
}

impl<'d> Cursor<'d> {
    fn take(&mut self, count: usize) -> Option<&'d [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    /// `BinaryWriter.Write(string)`: a length of 7 bits a byte (two bytes at most here), then UTF-8.
    fn string(&mut self) -> Option<String> {
        let first = self.u8()?;
        let length = if first & 0x80 == 0 {
            usize::from(first)
        } else {
            usize::from(first & 0x7F) | usize::from(self.u8()?) << 7
        };
        Some(String::from_utf8_lossy(self.take(length)?).into_owned())
    }
}
