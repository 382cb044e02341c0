//! Bytes as hex, base64 and base32, cut into words.

use data_encoding::{BASE32HEX_NOPAD, BASE64, HEXUPPER};

/// Appends `bytes` as upper-case hex in words of `word` characters (0: one word) with `separator` between.
pub(crate) fn write_hex(bytes: &[u8], word: usize, separator: &str, out: &mut Vec<u8>) {
    write_words(bytes, word / 2, separator, out, |chunk, text| {
        HEXUPPER.encode_append(chunk, text)
    });
}

/// Appends `bytes` as base64 in words of `word` characters (0: one word) with `separator` between.
pub(crate) fn write_base64(bytes: &[u8], word: usize, separator: &str, out: &mut Vec<u8>) {
    write_words(bytes, word / 4 * 3, separator, out, |chunk, text| {
        BASE64.encode_append(chunk, text)
    });
}

/// `bytes` as base32 with the extended hex alphabet and no padding (RFC 5155 section 1.3).
pub(crate) fn base32(bytes: &[u8]) -> String {
    BASE32HEX_NOPAD.encode(bytes)
}

fn write_words(
    bytes: &[u8],
    chunk: usize,
    separator: &str,
    out: &mut Vec<u8>,
    encode: impl Fn(&[u8], &mut String),
) {
    let chunk = if chunk == 0 { bytes.len().max(1) } else { chunk };
    let mut text = String::new();
    for (index, bytes) in bytes.chunks(chunk).enumerate() {
        if index > 0 {
            out.extend_from_slice(separator.as_bytes());
        }
        text.clear();
        encode(bytes, &mut text);
        out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8], word: usize) -> String {
        let mut out = Vec::new();
        write_hex(bytes, word, " ", &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn words_have_the_length_asked_for() {
        assert_eq!(hex(&[1, 2, 3, 4, 5], 4), "0102 0304 05");
        assert_eq!(hex(&[1, 2, 3, 4, 5], 0), "0102030405");
        assert_eq!(hex(&[], 4), "");
        let mut out = Vec::new();
        write_base64(b"hello world", 8, "|", &mut out);
        assert_eq!(out, b"aGVsbG8g|d29ybGQ=");
    }
}
