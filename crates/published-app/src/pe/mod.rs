//! Facts from a Windows program file: which process can load it, is it managed, which dll does an apphost start.
//!
//! Headers, sections and resources are read with the `object` crate, and only the parts that are asked for are read
//! from the file at all. ECMA-335 metadata, the apphost's fields and the bundle header have no maintained reader that
//! takes hostile bytes; they are read here, each with bounds.

mod apphost;
mod first_page;
mod metadata;
mod version;

use std::fs::File;
use std::path::Path;

use object::read::ReadCache;
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, SectionTable};
use object::{LittleEndian as LE, ReadRef, pe};

pub use apphost::{AppHost, Bundle, BundledFile, BundledKind, DotNetSearch, EmbeddedDll};
pub use metadata::{Assembly, AssemblyReference};
pub use version::FileVersion;

use first_page::FirstPage;

/// Why a file is not the PE file that was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeError {
    /// Not a PE file at all: what is wrong with its first headers.
    #[error("not a Windows program file: {0}")]
    NotPe(String),
    /// A PE file whose managed part or bundle is broken.
    #[error("damaged: {0}")]
    Damaged(String),
    #[error("{0}")]
    Io(String),
}

/// The processor a file was built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    X86,
    X64,
    Arm,
    Arm64,
    /// Another number of `IMAGE_FILE_HEADER.Machine`.
    Other(u16),
}

impl Machine {
    /// As .NET names architectures: `x86`, `x64`, `arm`, `arm64`.
    pub fn name(self) -> String {
        match self {
            Machine::X86 => "x86".into(),
            Machine::X64 => "x64".into(),
            Machine::Arm => "arm".into(),
            Machine::Arm64 => "arm64".into(),
            Machine::Other(number) => format!("0x{number:04x}"),
        }
    }
}

/// The operating system that precompiled managed code was made for: ReadyToRun images for other systems have their
/// machine number XORed with a mark (`IMAGE_FILE_MACHINE_NATIVE_OS_OVERRIDE` in the runtime).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetSystem {
    Windows,
    Linux,
    Apple,
    FreeBsd,
}

/// Which process can load a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bitness {
    /// Managed code without a wish: any process.
    Any,
    Bits32,
    Bits64,
}

/// The managed part of a file (its CLR header).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Managed {
    /// No native code beside the IL.
    pub il_only: bool,
    /// 32BITREQUIRED: loads into 32-bit processes only.
    pub requires_32_bit: bool,
    /// 32BITPREFERRED (net4xx programs): runs as 32-bit where it is started as a program.
    pub prefers_32_bit: bool,
    /// Precompiled code is there (ReadyToRun or NGEN).
    pub precompiled: bool,
}

/// What the headers of a PE file say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headers {
    pub machine: Machine,
    pub system: TargetSystem,
    /// PE32+ rather than PE32.
    pub plus: bool,
    /// A dll rather than a program.
    pub dll: bool,
    /// `IMAGE_FILE_HEADER.TimeDateStamp`; of deterministic builds a hash, no time.
    pub time_stamp: u32,
    /// Nothing for native code.
    pub managed: Option<Managed>,
}

impl Headers {
    /// Which process can load this file. Managed IL in a PE32 file for x86 without 32BITREQUIRED is "AnyCPU".
    pub fn bitness(&self) -> Bitness {
        if let Some(managed) = self.managed
            && !self.plus
            && self.machine == Machine::X86
            && managed.il_only
            && !managed.requires_32_bit
        {
            return Bitness::Any;
        }
        if self.plus {
            Bitness::Bits64
        } else {
            Bitness::Bits32
        }
    }
}

/// A PE file opened for questions; each reads what it needs.
pub struct PeFile {
    cache: ReadCache<FirstPage>,
    headers: Headers,
    length: u64,
}

impl PeFile {
    /// Opens a file and reads its headers, with the first page of the file.
    ///
    /// # Errors
    /// The file cannot be read, or is no PE file.
    pub fn open(path: &Path) -> Result<Self, PeError> {
        let io = |error: std::io::Error| PeError::Io(error.to_string());
        // a directory, pipe or device must not be opened: a pipe would block
        let metadata = std::fs::metadata(path).map_err(io)?;
        if !metadata.is_file() {
            return Err(PeError::Io("not a regular file".into()));
        }
        let length = metadata.len();
        let file = File::open(path).map_err(io)?;
        let cache = ReadCache::new(FirstPage::read(file, length).map_err(io)?);
        let headers = headers(&cache)?;
        Ok(Self {
            cache,
            headers,
            length,
        })
    }

    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The file's length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Name, version, target framework and references of a managed file; nothing for a native one.
    ///
    /// # Errors
    /// The metadata is damaged.
    pub fn assembly(&self) -> Result<Option<Assembly>, PeError> {
        if self.headers.managed.is_none() {
            return Ok(None);
        }
        metadata::read(&self.cache).map(Some)
    }

    /// The apphost's fields; nothing for any other file (a managed file is never an apphost).
    ///
    /// # Errors
    /// It is a single-file bundle whose header is damaged.
    pub fn apphost(&self) -> Result<Option<AppHost>, PeError> {
        if self.headers.managed.is_some() {
            return Ok(None);
        }
        apphost::read(&self.cache, self.length)
    }

    /// Whether an apphost is of .NET 6 or later, which looks for its root in `DOTNET_ROOT_X64` and its like: the beginning
    /// of the name is a constant in it. (Its version resource tells nothing: the SDK copies that of the app there.)
    pub fn knows_root_by_architecture(&self) -> bool {
        apphost::has_text(&self.cache, "DOTNET_ROOT_")
    }

    /// The version resource.
    pub fn version(&self) -> Option<FileVersion> {
        version::read(&self.cache)
    }
}

/// Reads the headers from bytes of a whole file.
///
/// # Errors
/// It is no PE file.
pub fn headers<'d, R: ReadRef<'d>>(data: R) -> Result<Headers, PeError> {
    with_image(data, |image| Ok(image.headers()))
}

/// The parts of a PE file that the other modules start from.
struct Image<'d> {
    file: &'d pe::ImageFileHeader,
    plus: bool,
    directories: object::read::pe::DataDirectories<'d>,
    sections: SectionTable<'d>,
    clr: Option<&'d pe::ImageCor20Header>,
}

impl Image<'_> {
    fn headers(&self) -> Headers {
        let raw = self.file.machine.get(LE).0;
        // masks from the runtime's pedecoder.h
        let systems = [
            (0, TargetSystem::Windows),
            (0x7B79, TargetSystem::Linux),
            (0x4644, TargetSystem::Apple),
            (0xADC4, TargetSystem::FreeBsd),
        ];
        let (machine, system) = systems
            .into_iter()
            .find_map(|(mask, system)| Some((known_machine(raw ^ mask)?, system)))
            .unwrap_or((Machine::Other(raw), TargetSystem::Windows));
        let managed = self.clr.map(|clr| {
            let flags = clr.flags.get(LE).0;
            Managed {
                il_only: flags & 0x1 != 0,
                requires_32_bit: flags & 0x2 != 0 && flags & 0x2_0000 == 0,
                prefers_32_bit: flags & 0x2_0000 != 0,
                precompiled: clr.managed_native_header.size.get(LE) != 0,
            }
        });
        Headers {
            machine,
            system,
            plus: self.plus,
            dll: self.file.characteristics.get(LE).0 & pe::IMAGE_FILE_DLL.0 != 0,
            time_stamp: self.file.time_date_stamp.get(LE),
            managed,
        }
    }
}

fn known_machine(raw: u16) -> Option<Machine> {
    match raw {
        0x014C => Some(Machine::X86),
        0x8664 => Some(Machine::X64),
        0x01C4 => Some(Machine::Arm),
        0xAA64 => Some(Machine::Arm64),
        _ => None,
    }
}

fn with_image<'d, R: ReadRef<'d>, T>(
    data: R,
    then: impl FnOnce(Image<'d>) -> Result<T, PeError>,
) -> Result<T, PeError> {
    let not_pe = |error: object::Error| PeError::NotPe(error.to_string());
    let magic = object::read::pe::optional_header_magic(data).map_err(not_pe)?;
    if magic == pe::IMAGE_NT_OPTIONAL_HDR64_MAGIC {
        then(image::<pe::ImageNtHeaders64, R>(data).map_err(not_pe)?)
    } else {
        then(image::<pe::ImageNtHeaders32, R>(data).map_err(not_pe)?)
    }
}

fn image<'d, H: ImageNtHeaders + 'd, R: ReadRef<'d>>(data: R) -> object::Result<Image<'d>> {
    let mut offset = pe::ImageDosHeader::parse(data)?.nt_headers_offset().into();
    let (headers, directories) = H::parse(data, &mut offset)?;
    let sections = headers.sections(data, offset)?;
    let clr = match directories.get(pe::IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR) {
        Some(directory) if directory.virtual_address.get(LE) != 0 => {
            let (start, _) = directory.file_range(&sections)?;
            data.read_at::<pe::ImageCor20Header>(start.into()).ok()
        }
        _ => None,
    };
    let plus = headers.optional_header().magic() == pe::IMAGE_NT_OPTIONAL_HDR64_MAGIC;
    Ok(Image {
        file: headers.file_header(),
        plus,
        directories,
        sections,
        clr,
    })
}

fn damaged(what: impl Into<String>) -> PeError {
    PeError::Damaged(what.into())
}
