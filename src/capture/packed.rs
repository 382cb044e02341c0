//! A file that is compressed as it is written.

use std::io::{self, Write};
use std::path::Path;

use flate2::write::GzEncoder;

use super::fresh::Fresh;
use super::save::Output;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// As RFC 1952 says.
    Gzip,
    /// As RFC 8878 says.
    Zstd,
}

impl Compression {
    /// By the name of the file: `.gz`, `.zst`.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "gz" => Some(Self::Gzip),
            "zst" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// An output that compresses into `file`.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn pack(self, file: Fresh) -> io::Result<Box<dyn Output>> {
        Ok(match self {
            // A capture must keep up with the packets: the levels that are fast.
            Self::Gzip => Box::new(Packed(GzEncoder::new(file, flate2::Compression::fast()))),
            Self::Zstd => Box::new(Packed(zstd::Encoder::new(file, 1)?)),
        })
    }
}

struct Packed<E>(E);

impl<E: Write> Write for Packed<E> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Output for Packed<GzEncoder<Fresh>> {
    fn finish(&mut self) -> io::Result<()> {
        self.0.try_finish()
    }
}

impl Output for Packed<zstd::Encoder<'static, Fresh>> {
    fn finish(&mut self) -> io::Result<()> {
        self.0.do_finish()
    }
}
