//! The version resource (`VS_VERSIONINFO`), as far as its fixed part goes.

use object::read::pe::ResourceDirectory;
use object::{LittleEndian as LE, ReadRef, pe};

use super::with_image;

/// Resources larger than this are not looked through.
const MAX_RESOURCES: u32 = 16 << 20;

/// The two versions of `VS_FIXEDFILEINFO`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileVersion {
    pub file: [u16; 4],
    pub product: [u16; 4],
}

pub(super) fn read<'d, R: ReadRef<'d>>(data: R) -> Option<FileVersion> {
    with_image(data, |image| Ok(resource(data, &image))).ok()?
}

fn resource<'d, R: ReadRef<'d>>(data: R, image: &super::Image<'d>) -> Option<FileVersion> {
    let directory = image.directories.get(pe::IMAGE_DIRECTORY_ENTRY_RESOURCE)?;
    let (start, size) = directory.file_range(&image.sections).ok()?;
    if size > MAX_RESOURCES {
        return None;
    }
    let section = ResourceDirectory::new(data.read_bytes_at(start.into(), size.into()).ok()?);
    let versions = section
        .root()
        .ok()?
        .entries
        .iter()
        .find(|entry| entry.name_or_id().id() == Some(pe::RT_VERSION))?;
    // type, name, language: the first of each
    let names = versions.data(section).ok()?.table()?;
    let languages = names.entries.first()?.data(section).ok()?.table()?;
    let leaf = languages.entries.first()?.data(section).ok()?.data()?;
    let (at, available) = image
        .sections
        .pe_file_range_at(leaf.offset_to_data.get(LE))?;
    let length = leaf.size.get(LE).min(available).min(MAX_RESOURCES);
    fixed(data.read_bytes_at(at.into(), length.into()).ok()?)
}

/// The fixed part begins with 0xFEEF04BD, after the header's key `VS_VERSION_INFO`, on a 4-byte boundary.
fn fixed(resource: &[u8]) -> Option<FileVersion> {
    let at = memchr::memmem::find(resource, &0xFEEF_04BD_u32.to_le_bytes())?;
    let number = |index: usize| {
        let from = at + 4 * index;
        Some(u32::from_le_bytes(
            resource.get(from..from + 4)?.try_into().ok()?,
        ))
    };
    let parts = |high: u32, low: u32| {
        [
            (high >> 16) as u16,
            high as u16,
            (low >> 16) as u16,
            low as u16,
        ]
    };
    Some(FileVersion {
        file: parts(number(2)?, number(3)?),
        product: parts(number(4)?, number(5)?),
    })
}
