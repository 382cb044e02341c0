//! The bytes of a file, decompressed if it is compressed: gzip (RFC 1952) and zstd (RFC 8878).
//!
//! What a file is can be read off its first bytes, so that its name does not matter, and standard input may be
//! compressed too.

use std::fmt;
use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;
use zstd::stream::read::Decoder as ZstdDecoder;

/// A file as it was before it was compressed.
pub(super) struct Input<R: Read> {
    stream: Stream<R>,
    /// Whether the compressed data ended before its end.
    is_cut: bool,
}

enum Stream<R: Read> {
    Plain(Started<R>),
    Gzip(Box<MultiGzDecoder<Started<R>>>),
    Zstd(Box<ZstdDecoder<'static, BufReader<Started<R>>>>),
}

impl<R: Read> Input<R> {
    /// Looks at the first bytes of `input`.
    pub(super) fn new(input: R) -> io::Result<Self> {
        let started = Started::new(input)?;
        let stream = match started.start {
            [0x1f, 0x8b, 8, _] => Stream::Gzip(Box::new(MultiGzDecoder::new(started))),
            // A frame, or one that is to be passed over, as parallel compressors write first.
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
                Stream::Zstd(Box::new(ZstdDecoder::new(started)?))
            }
            _ => Stream::Plain(started),
        };
        Ok(Self {
            stream,
            is_cut: false,
        })
    }

    /// Whether the compressed data ended before its end. What there is of it has been read then.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.stream {
            Stream::Plain(input) => return input.read(out),
            Stream::Gzip(decoder) => decoder.read(out),
            Stream::Zstd(decoder) => decoder.read(out),
        };
        match read {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.is_cut = true;
                Ok(0)
            }
            read => read,
        }
    }
}

impl<R: Read> fmt::Debug for Input<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("is_cut", &self.is_cut)
            .finish_non_exhaustive()
    }
}

/// An input whose first bytes have been looked at, and are still to be read.
struct Started<R> {
    start: [u8; 4],
    /// Which of them are left.
    at: usize,
    len: usize,
    input: R,
}

impl<R: Read> Started<R> {
    fn new(mut input: R) -> io::Result<Self> {
        let mut start = [0; 4];
        let mut len = 0;
        while let Some(room @ [_, ..]) = start.get_mut(len..) {
            match input.read(room) {
                Ok(0) => break,
                Ok(read) => len += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self {
            start,
            at: 0,
            len,
            input,
        })
    }
}

impl<R: Read> Read for Started<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut left = self.start.get(self.at..self.len).unwrap_or_default();
        if left.is_empty() {
            return self.input.read(out);
        }
        let read = left.read(out)?;
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;

    use super::*;

    fn read(bytes: &[u8]) -> (Vec<u8>, bool) {
        let mut input = Input::new(bytes).unwrap();
        let mut out = Vec::new();
        input.read_to_end(&mut out).unwrap();
        (out, input.is_cut())
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_compressed_is_told_by_its_first_bytes() {
        assert_eq!(read(b"ab"), (b"ab".to_vec(), false));
        assert_eq!(read(b"plain text"), (b"plain text".to_vec(), false));
        let twice = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(read(&twice), (b"one two".to_vec(), false));
        let packed = zstd::encode_all(&b"three"[..], 3).unwrap();
        assert_eq!(read(&packed), (b"three".to_vec(), false));
    }

    #[test]
    fn a_cut_is_noticed_and_what_is_before_it_is_read() {
        let text: Vec<u8> = (0..100_000_u32)
            .flat_map(|n| n.wrapping_mul(n).to_le_bytes())
            .collect();
        for packed in [gzip(&text), zstd::encode_all(&text[..], 3).unwrap()] {
            let (found, is_cut) = read(&packed[..packed.len() - 9]);
            assert!(is_cut && text.starts_with(&found));
            let (found, is_cut) = read(&packed[..packed.len() / 2]);
            assert!(is_cut && !found.is_empty() && text.starts_with(&found));
        }
    }
}
