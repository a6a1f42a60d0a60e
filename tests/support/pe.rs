//! Tiny program files for Windows, a few hundred bytes to 2 kB: enough for every reader of headers, metadata and
//! apphost fields, no vendor's code. Deterministic, so that committed copies can be compared with what is built here.

const FILE_ALIGNMENT: usize = 0x200;
const SECTION_ALIGNMENT: u32 = 0x2000;

/// The processor a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    X86,
    X64,
    Arm64,
}

impl Machine {
    fn number(self) -> u16 {
        match self {
            Self::X86 => 0x014C,
            Self::X64 => 0x8664,
            Self::Arm64 => 0xAA64,
        }
    }

    fn is_64_bit(self) -> bool {
        self != Self::X86
    }
}

/// Native code: `dotnet.exe`, `hostfxr.dll`, `aspnetcorev2.dll`.
#[derive(Clone, Debug)]
pub struct Native {
    pub machine: Machine,
    pub dll: bool,
    /// The file version of its version resource.
    pub version: Option<[u16; 4]>,
}

impl Native {
    /// The bytes of the file.
    #[must_use]
    pub fn build(&self) -> Vec<u8> {
        let mut image = Image::new(self.machine, self.dll);
        if let Some(version) = self.version {
            let rva = image.next_rva();
            image.section(b".rsrc", READ | INITIALIZED, resources(rva, version));
            image.directories[2] = (rva, image.sections[0].body.len() as u32);
        }
        image.build()
    }
}

/// Managed code with one assembly.
#[derive(Clone, Debug)]
pub struct Managed<'a> {
    pub name: &'a str,
    pub version: [u16; 4],
    /// `.NETCoreApp,Version=v8.0`; nothing: no attribute.
    pub framework: Option<&'a str>,
    pub references: &'a [(&'a str, [u16; 4])],
    pub dll: bool,
    /// X86 without [`Managed::only_32_bit`] is AnyCPU.
    pub machine: Machine,
    pub only_32_bit: bool,
    pub prefer_32_bit: bool,
}

impl<'a> Managed<'a> {
    /// An AnyCPU dll for .NET 8, as the SDK builds an app.
    #[must_use]
    pub fn app(name: &'a str) -> Self {
        Self {
            name,
            version: [1, 0, 0, 0],
            framework: Some(".NETCoreApp,Version=v8.0"),
            references: &[("System.Runtime", [8, 0, 0, 0])],
            dll: true,
            machine: Machine::X86,
            only_32_bit: false,
            prefer_32_bit: false,
        }
    }

    /// The bytes of the file.
    #[must_use]
    pub fn build(&self) -> Vec<u8> {
        let mut image = Image::new(self.machine, self.dll);
        let rva = image.next_rva();
        let metadata = self.metadata();
        let flags = 1
            | u32::from(self.only_32_bit || self.prefer_32_bit) << 1
            | u32::from(self.prefer_32_bit) << 17;
        let mut body = Vec::new();
        body.u32(72)
            .u16(2)
            .u16(5)
            .u32(rva + 72)
            .u32(metadata.len() as u32)
            .u32(flags)
            .zeros(72 - 20);
        body.extend(metadata);
        image.section(b".text", READ | EXECUTE | CODE, body);
        image.directories[14] = (rva, 72);
        image.build()
    }

    /// ECMA-335 II.24: root, `#~`, `#Strings`, `#GUID`, `#Blob`.
    fn metadata(&self) -> Vec<u8> {
        let mut strings = vec![0];
        let mut string = |text: &str| {
            let at = strings.len() as u16;
            strings.extend(text.bytes());
            strings.push(0);
            at
        };
        let module = string(&format!(
            "{}.{}",
            self.name,
            if self.dll { "dll" } else { "exe" }
        ));
        let own = string("<Module>");
        let name = string(self.name);
        let (namespace, attribute, constructor) = (
            string("System.Runtime.Versioning"),
            string("TargetFrameworkAttribute"),
            string(".ctor"),
        );
        let references: Vec<u16> = self
            .references
            .iter()
            .map(|(name, _)| string(name))
            .collect();
        // .ctor(string): HASTHIS, one argument, void, string
        let mut blobs = vec![0, 4, 0x20, 1, 1, 0x0E];
        let value = blobs.len() as u16;
        if let Some(framework) = self.framework {
            let length = framework.len() as u8;
            blobs.extend([length + 5, 1, 0, length]);
            blobs.extend(framework.bytes());
            blobs.extend([0, 0]);
        }
        let attributes = u32::from(self.framework.is_some());
        let mut tables = Vec::new();
        tables.u32(0).extend([2, 0, 0, 1]);
        let present: u64 = 1 | 1 << 1 | 1 << 2 | 1 << 0x0A | 1 << 0x0C | 1 << 0x20 | 1 << 0x23;
        tables.u64(present).u64(0x1600_3301_FA00);
        tables
            .u32(1)
            .u32(1)
            .u32(1)
            .u32(1)
            .u32(attributes)
            .u32(1)
            .u32(self.references.len() as u32);
        // Module, TypeRef (scope: AssemblyRef 1), TypeDef, MemberRef (parent: TypeRef 1)
        tables.u16(0).u16(module).u16(1).u16(0).u16(0);
        tables.u16(1 << 2 | 2).u16(attribute).u16(namespace);
        tables.u32(0).u16(own).u16(0).u16(0).u16(1).u16(1);
        tables.u16(1 << 3 | 1).u16(constructor).u16(1);
        if attributes == 1 {
            // parent: Assembly 1; constructor: MemberRef 1
            tables.u16(1 << 5 | 14).u16(1 << 3 | 3).u16(value);
        }
        tables.u32(0x8004);
        for part in self.version {
            tables.u16(part);
        }
        tables.u32(0).u16(0).u16(name).u16(0);
        for ((_, version), name) in self.references.iter().zip(references) {
            for &part in version {
                tables.u16(part);
            }
            tables.u32(0).u16(0).u16(name).u16(0).u16(0);
        }
        streams(&[
            (b"#~", tables),
            (b"#Strings", strings),
            (b"#GUID", guid(self.name)),
            (b"#Blob", blobs),
        ])
    }
}

/// A module's identity: any 16 bytes, the same for the same name.
fn guid(name: &str) -> Vec<u8> {
    (0..16)
        .map(|index| {
            name.bytes().fold(index as u8 + 1, |sum, byte| {
                sum.wrapping_mul(31).wrapping_add(byte)
            })
        })
        .collect()
}

fn streams(streams: &[(&[u8], Vec<u8>)]) -> Vec<u8> {
    let mut root = Vec::new();
    root.u32(0x424A_5342)
        .u16(1)
        .u16(1)
        .u32(0)
        .u32(12)
        .extend(b"v4.0.30319\0\0");
    root.u16(0).u16(streams.len() as u16);
    let names: usize = streams
        .iter()
        .map(|(name, _)| 8 + (name.len() + 4) / 4 * 4)
        .sum();
    let mut at = root.len() + names;
    for (name, body) in streams {
        let size = body.len().next_multiple_of(4);
        root.u32(at as u32).u32(size as u32).extend(*name);
        let used = name.len();
        root.zeros((used + 4) / 4 * 4 - used);
        at += size;
    }
    for (_, body) in streams {
        root.extend(body);
        root.zeros(body.len().next_multiple_of(4) - body.len());
    }
    root
}

/// A file inside a single-file app.
#[derive(Clone, Debug)]
pub struct Bundled<'a> {
    pub path: &'a str,
    /// 1 assembly, 2 native, 3 deps.json, 4 runtimeconfig.json, 5 symbols.
    pub kind: u8,
    pub content: &'a [u8],
}

/// The SDK's native program in front of (or around) an app's dll.
#[derive(Clone, Debug)]
pub struct AppHost<'a> {
    pub machine: Machine,
    /// Nothing: the placeholder is still there.
    pub dll: Option<&'a str>,
    /// Major version of the bundle's header (1, 2 or 6) and its files.
    pub bundle: Option<(u32, &'a [Bundled<'a>])>,
}

const BUNDLE_MARK: [u8; 32] = [
    0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
    0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
];
const DLL_PLACEHOLDER: &str = "c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2";

/// What stands in the search field of 9.0 and later before it is set: two zeros, and SHA-256 of "dotnet-search".
const SEARCH_PLACEHOLDER: &str =
    "\x00\x0019ff3e9c3602ae8e841925bb461a0adb064a1f1903667a5e0d87e8f608f425ac";

impl AppHost<'_> {
    /// The bytes of the file, of .NET 6 to 8.
    #[must_use]
    pub fn build(&self) -> Vec<u8> {
        self.of_generation(&["DOTNET_ROOT_"], None)
    }

    /// One of .NET 5 or earlier, which has no variable for each architecture.
    #[must_use]
    pub fn build_before_6(&self) -> Vec<u8> {
        self.of_generation(&[], None)
    }

    /// One of .NET 9 or later with its search field: `AppHostDotNetSearch` as flags, and `AppHostRelativeDotNet`; nothing:
    /// not set on publish.
    #[must_use]
    pub fn build_searching(&self, search: Option<(u8, &str)>) -> Vec<u8> {
        let mut field = Vec::new();
        match search {
            // HostWriter writes zeros over what it does not need of the placeholder
            Some((flags, relative)) => {
                field.extend([flags, 0]);
                field.extend(relative.bytes());
            }
            None => field.extend(SEARCH_PLACEHOLDER.bytes()),
        }
        field.resize(512, 0);
        let texts = ["DOTNET_ROOT_", "The following locations were searched:"];
        self.of_generation(&texts, Some(field))
    }

    fn of_generation(&self, texts: &[&str], search: Option<Vec<u8>>) -> Vec<u8> {
        let mut data = vec![0; 8];
        data.extend(BUNDLE_MARK);
        data.zeros(8);
        let field = data.len();
        data.extend(self.dll.unwrap_or(DLL_PLACEHOLDER).bytes());
        data.zeros(field + 1025 - data.len());
        if let Some(search) = search {
            // as a compiler places arrays
            data.zeros(data.len().next_multiple_of(16) - data.len());
            data.extend(search);
        }
        let mut constants = Vec::new();
        for unit in texts.iter().flat_map(|text| text.encode_utf16().chain([0])) {
            constants.u16(unit);
        }
        let mut image = Image::new(self.machine, false);
        if !constants.is_empty() {
            image.section(b".rdata", READ | INITIALIZED, constants);
        }
        image.section(b".data", READ | WRITE | INITIALIZED, data);
        let mut file = image.build();
        if let Some((major, files)) = self.bundle {
            let header = bundle(&mut file, major, files);
            let mark = memory(&file, &BUNDLE_MARK);
            file[mark - 8..mark].copy_from_slice(&(header as u64).to_le_bytes());
        }
        file
    }
}

fn memory(file: &[u8], what: &[u8]) -> usize {
    file.windows(what.len())
        .position(|window| window == what)
        .expect("the mark is there")
}

/// Appends the files and the header; gives the header's offset.
fn bundle(file: &mut Vec<u8>, major: u32, files: &[Bundled<'_>]) -> usize {
    let mut places = Vec::new();
    for bundled in files {
        places.push((file.len() as u64, bundled.content.len() as u64));
        file.extend(bundled.content);
    }
    let header = file.len();
    file.u32(major)
        .u32(0)
        .u32(files.len() as u32)
        .text("bundle-of-a-test");
    if major >= 2 {
        for kind in [3, 4] {
            let place = files
                .iter()
                .position(|file| file.kind == kind)
                .map_or((0, 0), |index| places[index]);
            file.u64(place.0).u64(place.1);
        }
        file.u64(0);
    }
    for (bundled, (offset, size)) in files.iter().zip(places) {
        file.u64(offset).u64(size);
        if major >= 6 {
            file.u64(0);
        }
        file.push(bundled.kind);
        file.text(bundled.path);
    }
    header
}

const CODE: u32 = 0x20;
const INITIALIZED: u32 = 0x40;
const EXECUTE: u32 = 0x2000_0000;
const READ: u32 = 0x4000_0000;
const WRITE: u32 = 0x8000_0000;

struct Section {
    name: [u8; 8],
    characteristics: u32,
    rva: u32,
    body: Vec<u8>,
}

struct Image {
    machine: Machine,
    dll: bool,
    sections: Vec<Section>,
    directories: [(u32, u32); 16],
}

impl Image {
    fn new(machine: Machine, dll: bool) -> Self {
        Self {
            machine,
            dll,
            sections: Vec::new(),
            directories: [(0, 0); 16],
        }
    }

    fn next_rva(&self) -> u32 {
        self.sections.last().map_or(SECTION_ALIGNMENT, |last| {
            (last.rva + last.body.len() as u32).next_multiple_of(SECTION_ALIGNMENT)
        })
    }

    fn section(&mut self, name: &[u8], characteristics: u32, body: Vec<u8>) {
        let rva = self.next_rva();
        let mut padded = [0; 8];
        padded[..name.len()].copy_from_slice(name);
        self.sections.push(Section {
            name: padded,
            characteristics,
            rva,
            body,
        });
    }

    fn build(&self) -> Vec<u8> {
        let plus = self.machine.is_64_bit();
        let mut file = Vec::new();
        file.extend(b"MZ");
        file.zeros(58).u32(0x40);
        file.extend(b"PE\0\0");
        let optional = if plus { 240 } else { 224 };
        // executable, large addresses or 32-bit, dll
        let characteristics =
            0x0002 | if plus { 0x0020 } else { 0x0100 } | if self.dll { 0x2000 } else { 0 };
        file.u16(self.machine.number())
            .u16(self.sections.len() as u16)
            .u32(0)
            .u32(0)
            .u32(0)
            .u16(optional)
            .u16(characteristics);
        self.optional_header(&mut file, plus);
        let headers = (file.len() + 40 * self.sections.len()).next_multiple_of(FILE_ALIGNMENT);
        let mut at = headers;
        for section in &self.sections {
            let raw = section.body.len().next_multiple_of(FILE_ALIGNMENT);
            file.extend(section.name);
            file.u32(section.body.len() as u32)
                .u32(section.rva)
                .u32(raw as u32)
                .u32(at as u32);
            file.zeros(12).u32(section.characteristics);
            at += raw;
        }
        file.zeros(headers - file.len());
        for section in &self.sections {
            file.extend(&section.body);
            file.zeros(file.len().next_multiple_of(FILE_ALIGNMENT) - file.len());
        }
        file
    }

    fn optional_header(&self, file: &mut Vec<u8>, plus: bool) {
        file.u16(if plus { 0x20B } else { 0x10B });
        // linker, sizes, no entry point
        file.extend([14, 0]);
        file.u32(0).u32(0).u32(0).u32(0).u32(SECTION_ALIGNMENT);
        if plus {
            file.u64(0x1_4000_0000);
        } else {
            file.u32(SECTION_ALIGNMENT).u32(0x40_0000);
        }
        file.u32(SECTION_ALIGNMENT).u32(FILE_ALIGNMENT as u32);
        // systems from Windows 7 on; console
        file.u16(6).u16(0).u16(0).u16(0).u16(6).u16(1).u32(0);
        file.u32(self.next_rva())
            .u32(FILE_ALIGNMENT as u32)
            .u32(0)
            .u16(3)
            .u16(0x8540);
        for size in [0x10_0000, 0x1000, 0x10_0000, 0x1000] {
            if plus {
                file.u64(size);
            } else {
                file.u32(size as u32);
            }
        }
        file.u32(0).u32(16);
        for (rva, size) in self.directories {
            file.u32(rva).u32(size);
        }
    }
}

/// A resource directory of one version resource (type 16, name 1, language neutral).
fn resources(rva: u32, version: [u16; 4]) -> Vec<u8> {
    let mut body = Vec::new();
    for (id, offset) in [(16, 0x8000_0018), (1, 0x8000_0030), (0, 0x48)] {
        body.u32(0)
            .u32(0)
            .u16(0)
            .u16(0)
            .u16(0)
            .u16(1)
            .u32(id)
            .u32(offset);
    }
    body.u32(rva + 0x58).u32(92).u32(0).u32(0);
    // VS_VERSIONINFO: length, length of the fixed part, binary, key, padding
    body.u16(92).u16(52).u16(0);
    for unit in "VS_VERSION_INFO\0".encode_utf16() {
        body.u16(unit);
    }
    body.u16(0);
    let [major, minor, build, patch] = version.map(u32::from);
    body.u32(0xFEEF_04BD).u32(0x1_0000);
    for _ in 0..2 {
        body.u32(major << 16 | minor).u32(build << 16 | patch);
    }
    body.u32(0x3F).u32(0).u32(0x4_0004).u32(2).zeros(12);
    body
}

/// Little-endian writing.
trait Write {
    fn u16(&mut self, number: u16) -> &mut Self;
    fn u32(&mut self, number: u32) -> &mut Self;
    fn u64(&mut self, number: u64) -> &mut Self;
    fn zeros(&mut self, count: usize) -> &mut Self;
    /// `BinaryWriter.Write(string)` of a short text.
    fn text(&mut self, text: &str) -> &mut Self;
}

impl Write for Vec<u8> {
    fn u16(&mut self, number: u16) -> &mut Self {
        self.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn u32(&mut self, number: u32) -> &mut Self {
        self.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn u64(&mut self, number: u64) -> &mut Self {
        self.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn zeros(&mut self, count: usize) -> &mut Self {
        self.resize(self.len() + count, 0);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        assert!(text.len() < 128, "one byte of length");
        self.push(text.len() as u8);
        self.extend_from_slice(text.as_bytes());
        self
    }
}
