//! Reading a folder by its handle.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::OwnedHandle;

use windows_sys::Win32::Foundation::ERROR_NO_MORE_FILES;
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_REPARSE_POINT, FileIdBothDirectoryInfo,
    FileIdBothDirectoryRestartInfo,
};

use super::handle;
use crate::sys::{Entry, Kind};

/// Words of the buffer: 64 KiB, which is what a share takes at most.
const BUFFER: usize = 8192;

/// The tag's bit that says that the name stands for something elsewhere (`IsReparseTagNameSurrogate`): links and
/// junctions, but not files that were deduplicated or are kept in a cloud.
const NAME_SURROGATE: u32 = 0x2000_0000;

/// The names in a folder.
pub struct Entries {
    folder: OwnedHandle,
    waiting: VecDeque<Entry>,
    started: bool,
    ended: bool,
}

impl Entries {
    pub(super) fn new(folder: OwnedHandle) -> Entries {
        Entries {
            folder,
            waiting: VecDeque::new(),
            started: false,
            ended: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let class = if self.started {
            FileIdBothDirectoryInfo
        } else {
            FileIdBothDirectoryRestartInfo
        };
        let mut buffer = vec![0_u64; BUFFER];
        self.started = true;
        match handle::query(&self.folder, class, &mut buffer) {
            Ok(()) => {}
            Err(error) if error.raw_os_error() == Some(ERROR_NO_MORE_FILES as i32) => {
                self.ended = true;
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        let bytes: Vec<u8> = buffer.iter().flat_map(|word| word.to_le_bytes()).collect();
        let mut start = 0;
        while let Some((entry, next)) = bytes.get(start..).and_then(entry) {
            self.waiting.extend(entry);
            if next == 0 {
                break;
            }
            start += next;
        }
        Ok(())
    }
}

/// One `FILE_ID_BOTH_DIR_INFO` and the distance to the next; no entry for the folder itself and the one above.
fn entry(bytes: &[u8]) -> Option<(Option<Entry>, usize)> {
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (next, attributes, length, tag) = (word(0)?, word(56)?, word(60)?, word(64)?);
    let name = bytes.get(104..104 + length as usize)?;
    let units: Vec<u16> = name
        .chunks_exact(2)
        .map(|two| u16::from_le_bytes([two[0], two[1]]))
        .collect();
    let name = OsString::from_wide(&units);
    let entry = (name != "." && name != "..").then(|| Entry {
        name,
        kind: kind(attributes, tag),
    });
    Some((entry, next as usize))
}

/// What attributes and the reparse tag say.
pub(super) fn kind(attributes: u32, tag: u32) -> Kind {
    if attributes & FILE_ATTRIBUTE_REPARSE_POINT != 0 && tag & NAME_SURROGATE != 0 {
        Kind::Link
    } else if attributes & FILE_ATTRIBUTE_DIRECTORY != 0 {
        Kind::Folder
    } else {
        Kind::File
    }
}

impl Iterator for Entries {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<io::Result<Entry>> {
        while self.waiting.is_empty() && !self.ended {
            if let Err(error) = self.fill() {
                self.ended = true;
                return Some(Err(error));
            }
        }
        self.waiting.pop_front().map(Ok)
    }
}
