//! `-C`: every line sent ends in CR LF.

/// Puts a CR before each LF that has none. Remembers across chunks whether the last byte was a CR.
#[derive(Clone, Copy, Debug, Default)]
pub struct Crlf {
    after_cr: bool,
}

impl Crlf {
    /// Appends `bytes` to `out`, line ends made whole. At most twice as many bytes come out as go in.
    pub fn encode(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for &byte in bytes {
            if byte == b'\n' && !self.after_cr {
                out.push(b'\r');
            }
            self.after_cr = byte == b'\r';
            out.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(chunks: &[&[u8]]) -> Vec<u8> {
        let (mut crlf, mut out) = (Crlf::default(), Vec::new());
        for chunk in chunks {
            crlf.encode(chunk, &mut out);
        }
        out
    }

    #[test]
    fn a_lone_lf_gets_its_cr() {
        assert_eq!(encoded(&[b"a\n\nb"]), b"a\r\n\r\nb");
    }

    #[test]
    fn a_crlf_is_kept_even_across_chunks() {
        assert_eq!(encoded(&[b"a\r", b"\nb\r\n"]), b"a\r\nb\r\n");
    }
}
