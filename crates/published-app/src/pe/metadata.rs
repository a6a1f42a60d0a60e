//! ECMA-335 metadata: what a managed file says of itself (partition II, sections 22 to 24).

use object::ReadRef;

use super::{PeError, damaged, with_image};

/// Metadata larger than this is not read: the largest real assemblies have some 30 MB.
const MAX_METADATA: u64 = 128 << 20;

/// What a managed file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembly {
    pub name: String,
    pub version: [u16; 4],
    /// As written by the compiler: `.NETFramework,Version=v4.7.2`, `.NETCoreApp,Version=v8.0`; nothing where the
    /// attribute is absent (net4xx before 4.0, C++/CLI).
    pub target_framework: Option<String>,
    pub references: Vec<AssemblyReference>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssemblyReference {
    pub name: String,
    pub version: [u16; 4],
}

impl Assembly {
    /// Whether it was built for .NET Framework: by its attribute or, without one, by referring to `mscorlib` of
    /// version 4 or lower and nothing of .NET Core.
    pub fn is_net_framework(&self) -> bool {
        match &self.target_framework {
            Some(framework) => framework.starts_with(".NETFramework"),
            None => {
                self.references
                    .iter()
                    .any(|reference| reference.name == "mscorlib" && reference.version[0] <= 4)
                    && !self.references.iter().any(|reference| {
                        matches!(reference.name.as_str(), "System.Runtime" | "netstandard")
                    })
            }
        }
    }
}

/// Reads the metadata of a managed file.
pub(super) fn read<'d, R: ReadRef<'d>>(data: R) -> Result<Assembly, PeError> {
    let metadata = with_image(data, |image| {
        let clr = image.clr.ok_or_else(|| damaged("no CLR header"))?;
        let (start, size) = clr
            .meta_data
            .file_range(&image.sections)
            .map_err(|error| damaged(error.to_string()))?;
        if u64::from(size) > MAX_METADATA {
            return Err(damaged("the metadata is too large"));
        }
        data.read_bytes_at(start.into(), size.into())
            .map_err(|()| damaged("the metadata lies outside the file"))
    })?;
    assembly(metadata).ok_or_else(|| damaged("the metadata cannot be read"))
}

fn assembly(metadata: &[u8]) -> Option<Assembly> {
    let streams = Streams::parse(metadata)?;
    let tables = Tables::parse(streams.tables)?;
    let row = tables.row(ASSEMBLY, 1)?;
    let version = |row: &Row<'_>, first: usize| {
        Some([
            row.get(first)? as u16,
            row.get(first + 1)? as u16,
            row.get(first + 2)? as u16,
            row.get(first + 3)? as u16,
        ])
    };
    let references = (1..=tables.rows(ASSEMBLY_REF))
        .map_while(|number| tables.row(ASSEMBLY_REF, number))
        .filter_map(|row| {
            Some(AssemblyReference {
                name: streams.string(row.get(6)?)?,
                version: version(&row, 0)?,
            })
        })
        .collect();
    Some(Assembly {
        name: streams.string(row.get(7)?)?,
        version: version(&row, 1)?,
        target_framework: target_framework(&streams, &tables),
        references,
    })
}

/// The argument of `[assembly: TargetFramework("...")]`.
fn target_framework(streams: &Streams<'_>, tables: &Tables<'_>) -> Option<String> {
    // HasCustomAttribute: tag 14 of 5 bits is Assembly, row 1
    let parent = 1 << 5 | 14;
    for number in 1..=tables.rows(CUSTOM_ATTRIBUTE) {
        let row = tables.row(CUSTOM_ATTRIBUTE, number)?;
        if row.get(0)? != parent {
            continue;
        }
        let constructor = row.get(1)?;
        // CustomAttributeType: tag 3 of 3 bits is MemberRef; its class in TypeRef (MemberRefParent tag 1 of 3 bits)
        if constructor & 7 != 3 {
            continue;
        }
        let Some(class) = tables
            .row(MEMBER_REF, constructor >> 3)
            .and_then(|member| member.get(0))
        else {
            continue;
        };
        if class & 7 != 1 {
            continue;
        }
        let Some(class) = tables.row(TYPE_REF, class >> 3) else {
            continue;
        };
        if streams.string(class.get(1)?).as_deref() == Some("TargetFrameworkAttribute") {
            return first_string(streams.blob(row.get(2)?)?);
        }
    }
    None
}

/// The first constructor argument of an attribute's value (II.23.3): prolog 1, then a counted string.
fn first_string(value: &[u8]) -> Option<String> {
    let body = value.strip_prefix(&[1, 0])?;
    let (length, rest) = compressed(body)?;
    Some(String::from_utf8_lossy(rest.get(..length)?).into_owned())
}

/// A compressed unsigned number (II.23.2) and what follows it.
fn compressed(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match *bytes {
        [a, ref rest @ ..] if a & 0x80 == 0 => Some((a.into(), rest)),
        [a, b, ref rest @ ..] if a & 0xC0 == 0x80 => {
            Some((usize::from(a & 0x3F) << 8 | usize::from(b), rest))
        }
        [a, b, c, d, ref rest @ ..] if a & 0xE0 == 0xC0 => Some((
            usize::from(a & 0x1F) << 24
                | usize::from(b) << 16
                | usize::from(c) << 8
                | usize::from(d),
            rest,
        )),
        _ => None,
    }
}

struct Streams<'d> {
    tables: &'d [u8],
    strings: &'d [u8],
    blobs: &'d [u8],
}

impl<'d> Streams<'d> {
    /// The metadata root (II.24.2.1): signature, version text, stream headers.
    fn parse(metadata: &'d [u8]) -> Option<Self> {
        if u32_at(metadata, 0)? != 0x424A_5342 {
            return None;
        }
        let version_length = u32_at(metadata, 12)? as usize;
        let mut at = 16_usize.checked_add(version_length)?.checked_add(2)?;
        let count = u16_at(metadata, at)?;
        at += 2;
        let mut streams = Self {
            tables: &[],
            strings: &[],
            blobs: &[],
        };
        // a real file has five or six
        for _ in 0..count.min(32) {
            let offset = u32_at(metadata, at)? as usize;
            let size = u32_at(metadata, at + 4)? as usize;
            let name = metadata.get(at + 8..)?;
            let length = name.iter().take(32).position(|&byte| byte == 0)?;
            let body = metadata.get(offset..offset.checked_add(size)?)?;
            match &name[..length] {
                b"#~" | b"#-" => streams.tables = body,
                b"#Strings" => streams.strings = body,
                b"#Blob" => streams.blobs = body,
                _ => {}
            }
            at += 8 + (length + 4) / 4 * 4;
        }
        Some(streams)
    }

    fn string(&self, at: u32) -> Option<String> {
        let rest = self.strings.get(at as usize..)?;
        let end = memchr::memchr(0, rest)?;
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    }

    fn blob(&self, at: u32) -> Option<&'d [u8]> {
        let (length, rest) = compressed(self.blobs.get(at as usize..)?)?;
        rest.get(..length)
    }
}

const TYPE_REF: usize = 0x01;
const MEMBER_REF: usize = 0x0A;
const CUSTOM_ATTRIBUTE: usize = 0x0C;
const ASSEMBLY: usize = 0x20;
const ASSEMBLY_REF: usize = 0x23;

/// A column of a table: its width depends on the heap sizes and on how many rows the tables it points to have.
#[derive(Clone, Copy)]
enum Column {
    Two,
    Four,
    String,
    Guid,
    Blob,
    Table(usize),
    /// Bits of the tag, and the tables it may name.
    Coded(u32, &'static [usize]),
}
use Column::{Blob, Coded, Four, Guid, String as Str, Table, Two};

const TYPE_DEF_OR_REF: Column = Coded(2, &[0x02, 0x01, 0x1B]);
const HAS_CONSTANT: Column = Coded(2, &[0x04, 0x08, 0x17]);
const HAS_CUSTOM_ATTRIBUTE: Column = Coded(
    5,
    &[
        6, 4, 1, 2, 8, 9, 0xA, 0, 0xE, 0x17, 0x14, 0x11, 0x1A, 0x1B, 0x20, 0x23, 0x26, 0x27, 0x28,
        0x2A, 0x2C, 0x2B,
    ],
);
const HAS_FIELD_MARSHAL: Column = Coded(1, &[0x04, 0x08]);
const HAS_DECL_SECURITY: Column = Coded(2, &[0x02, 0x06, 0x20]);
const MEMBER_REF_PARENT: Column = Coded(3, &[0x02, 0x01, 0x1A, 0x06, 0x1B]);
const HAS_SEMANTICS: Column = Coded(1, &[0x14, 0x17]);
const METHOD_DEF_OR_REF: Column = Coded(1, &[0x06, 0x0A]);
const MEMBER_FORWARDED: Column = Coded(1, &[0x04, 0x06]);
const CUSTOM_ATTRIBUTE_TYPE: Column = Coded(3, &[0x06, 0x0A]);
const RESOLUTION_SCOPE: Column = Coded(2, &[0x00, 0x1A, 0x23, 0x01]);

/// Tables 0x00 to 0x23 (II.22, with the pointer tables that uncompressed metadata has).
const SCHEMA: [&[Column]; 0x24] = [
    &[Two, Str, Guid, Guid, Guid],
    &[RESOLUTION_SCOPE, Str, Str],
    &[Four, Str, Str, TYPE_DEF_OR_REF, Table(0x04), Table(0x06)],
    &[Table(0x04)],
    &[Two, Str, Blob],
    &[Table(0x06)],
    &[Four, Two, Two, Str, Blob, Table(0x08)],
    &[Table(0x08)],
    &[Two, Two, Str],
    &[Table(0x02), TYPE_DEF_OR_REF],
    &[MEMBER_REF_PARENT, Str, Blob],
    &[Two, HAS_CONSTANT, Blob],
    &[HAS_CUSTOM_ATTRIBUTE, CUSTOM_ATTRIBUTE_TYPE, Blob],
    &[HAS_FIELD_MARSHAL, Blob],
    &[Two, HAS_DECL_SECURITY, Blob],
    &[Two, Four, Table(0x02)],
    &[Four, Table(0x04)],
    &[Blob],
    &[Table(0x02), Table(0x14)],
    &[Table(0x14)],
    &[Two, Str, TYPE_DEF_OR_REF],
    &[Table(0x02), Table(0x17)],
    &[Table(0x17)],
    &[Two, Str, Blob],
    &[Two, Table(0x06), HAS_SEMANTICS],
    &[Table(0x02), METHOD_DEF_OR_REF, METHOD_DEF_OR_REF],
    &[Str],
    &[Blob],
    &[Two, MEMBER_FORWARDED, Str, Table(0x1A)],
    &[Four, Table(0x04)],
    &[Four, Four],
    &[Four],
    &[Four, Two, Two, Two, Two, Four, Blob, Str, Str],
    &[Four],
    &[Four, Four, Four],
    &[Two, Two, Two, Two, Four, Blob, Str, Str, Blob],
];

/// The `#~` stream (II.24.2.6).
struct Tables<'d> {
    body: &'d [u8],
    heap_sizes: u8,
    rows: [u32; 64],
    /// Offset and row size of each table of the schema.
    places: [(usize, usize); SCHEMA.len()],
}

struct Row<'d> {
    bytes: &'d [u8],
    /// Offset and width of each column; no table has more than nine.
    columns: [(usize, usize); 9],
}

impl<'d> Tables<'d> {
    fn parse(body: &'d [u8]) -> Option<Self> {
        let heap_sizes = *body.get(6)?;
        let valid = u64::from(u32_at(body, 8)?) | u64::from(u32_at(body, 12)?) << 32;
        let mut rows = [0_u32; 64];
        let mut at = 24;
        for (table, rows) in rows.iter_mut().enumerate() {
            if valid >> table & 1 == 1 {
                *rows = u32_at(body, at)?;
                at += 4;
            }
        }
        // an undocumented flag of edit-and-continue metadata: four more bytes before the tables
        if heap_sizes & 0x40 != 0 {
            at += 4;
        }
        let mut tables = Self {
            body,
            heap_sizes,
            rows,
            places: [(0, 0); SCHEMA.len()],
        };
        for (table, columns) in SCHEMA.iter().enumerate() {
            let size = columns
                .iter()
                .map(|&column| tables.width(column))
                .sum::<usize>();
            tables.places[table] = (at, size);
            at = at.checked_add(size.checked_mul(tables.rows[table] as usize)?)?;
        }
        Some(tables)
    }

    fn width(&self, column: Column) -> usize {
        let heap = |bit: u8| if self.heap_sizes & bit != 0 { 4 } else { 2 };
        let most = |tables: &[usize]| {
            tables
                .iter()
                .map(|&table| self.rows[table])
                .max()
                .unwrap_or(0)
        };
        match column {
            Two => 2,
            Four => 4,
            Str => heap(1),
            Guid => heap(2),
            Blob => heap(4),
            Table(table) => {
                if self.rows[table] < 1 << 16 {
                    2
                } else {
                    4
                }
            }
            Coded(bits, tables) => {
                if most(tables) < 1 << (16 - bits) {
                    2
                } else {
                    4
                }
            }
        }
    }

    fn rows(&self, table: usize) -> u32 {
        // a row takes at least two bytes: a count beyond that is a lie
        self.rows[table].min(self.body.len() as u32 / 2)
    }

    /// A row by its number from 1.
    fn row(&self, table: usize, number: u32) -> Option<Row<'d>> {
        if number == 0 || number > self.rows[table] {
            return None;
        }
        let (start, size) = self.places[table];
        let from = start.checked_add(size.checked_mul(number as usize - 1)?)?;
        let bytes = self.body.get(from..from.checked_add(size)?)?;
        let mut columns = [(0, 0); 9];
        let mut at = 0;
        for (place, &column) in columns.iter_mut().zip(SCHEMA[table]) {
            *place = (at, self.width(column));
            at += place.1;
        }
        Some(Row { bytes, columns })
    }
}

impl Row<'_> {
    fn get(&self, column: usize) -> Option<u32> {
        let (at, width) = *self.columns.get(column)?;
        match width {
            2 => u16_at(self.bytes, at).map(u32::from),
            4 => u32_at(self.bytes, at),
            _ => None,
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(
        bytes.get(at..at.checked_add(2)?)?.try_into().ok()?,
    ))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(
        bytes.get(at..at.checked_add(4)?)?.try_into().ok()?,
    ))
}
