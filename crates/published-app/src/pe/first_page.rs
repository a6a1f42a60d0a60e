//! A file whose beginning is read in one call.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Headers, section table and, in a small file, everything else lie in this many bytes: one call in place of a dozen.
const PAGE: u64 = 4096;

/// An open file and its first bytes.
pub(super) struct FirstPage {
    page: Vec<u8>,
    file: File,
    length: u64,
    at: u64,
}

impl FirstPage {
    /// `length` is the file's, in bytes.
    ///
    /// # Errors
    /// It cannot be read, or is shorter than that by now.
    pub(super) fn read(mut file: File, length: u64) -> io::Result<Self> {
        let mut page = vec![0; length.min(PAGE) as usize];
        file.read_exact(&mut page)?;
        Ok(Self {
            page,
            file,
            length,
            at: 0,
        })
    }

    /// What of the page lies at the present place.
    fn rest_of_page(&self) -> &[u8] {
        usize::try_from(self.at)
            .ok()
            .and_then(|at| self.page.get(at..))
            .unwrap_or_default()
    }

    fn file_at(&mut self) -> io::Result<&mut File> {
        self.file.seek(SeekFrom::Start(self.at))?;
        Ok(&mut self.file)
    }
}

impl object::read::ReadCacheOps for FirstPage {
    fn len(&mut self) -> Result<u64, ()> {
        Ok(self.length)
    }

    fn seek(&mut self, at: u64) -> Result<u64, ()> {
        self.at = at;
        Ok(at)
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ()> {
        let rest = self.rest_of_page();
        let count = rest.len().min(buffer.len());
        let read = if count > 0 {
            buffer[..count].copy_from_slice(&rest[..count]);
            count
        } else {
            self.file_at()
                .and_then(|file| Read::read(file, buffer))
                .map_err(|_| ())?
        };
        self.at += read as u64;
        Ok(read)
    }

    fn read_exact(&mut self, buffer: &mut [u8]) -> Result<(), ()> {
        match self.rest_of_page().get(..buffer.len()) {
            Some(bytes) => buffer.copy_from_slice(bytes),
            None => self
                .file_at()
                .and_then(|file| Read::read_exact(file, buffer))
                .map_err(|_| ())?,
        }
        self.at += buffer.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::FirstPage;
    use object::ReadRef as _;
    use object::read::ReadCache;

    #[test]
    fn the_page_and_the_rest_are_one_file() {
        let bytes: Vec<u8> = (0..10_000_u32).map(|at| (at * 7 % 251 + 1) as u8).collect();
        let path = tempfile::NamedTempFile::new().unwrap();
        for length in [0, 1, 4095, 4096, 4097, 10_000] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let file = std::fs::File::open(&path).unwrap();
            let cache = ReadCache::new(FirstPage::read(file, length as u64).unwrap());
            for (at, count) in [
                (0, 1),
                (0, 4096),
                (4000, 200),
                (4095, 1),
                (4096, 904),
                (9990, 10),
            ] {
                let wanted = bytes[..length].get(at..at + count).ok_or(());
                assert_eq!(
                    (&cache).read_bytes_at(at as u64, count as u64),
                    wanted,
                    "{at}"
                );
            }
            // up to the byte that follows, from the page and across its end
            for (at, end) in [(10, 60), (4000, 4200), (5000, 5100)]
                .into_iter()
                .filter(|(_, end)| *end < length)
            {
                let found = (&cache).read_bytes_at_until(at as u64..length as u64, bytes[end]);
                let wanted = at
                    + bytes[at..]
                        .iter()
                        .position(|byte| *byte == bytes[end])
                        .unwrap();
                assert_eq!(found, Ok(&bytes[at..wanted]), "{at}");
            }
        }
    }
}
