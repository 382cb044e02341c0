//! Standard input, line by line.

use std::io::{self, BufRead, Read};
use std::thread;

use anyhow::{Context, Result, ensure};
use tokio::sync::mpsc;

use crate::wire::rlaunch::MAX_PAYLOAD;

/// The lines of standard input, without their ends.
pub(super) type Input = mpsc::Receiver<Result<Vec<u8>>>;

/// Reads them on a thread of its own: input may be slow, and calls are under way meanwhile.
pub(super) fn read() -> Result<Input> {
    let (sender, lines) = mpsc::channel(AHEAD);
    let read = move || {
        let mut input = io::stdin().lock();
        while let Some(line) = line(&mut input).transpose() {
            let failed = line.is_err();
            if sender.blocking_send(line).is_err() || failed {
                return;
            }
        }
    };
    thread::Builder::new()
        .name("stdin".to_owned())
        .spawn(read)
        .context("start a thread")?;
    Ok(lines)
}

/// The next line without its end.
fn line(input: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = MAX_PAYLOAD as u64 + 2;
    let read = input.take(limit).read_until(b'\n', &mut line);
    if read.context("standard input")? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    ensure!(
        line.len() <= MAX_PAYLOAD,
        "a line is longer than the {MAX_PAYLOAD} bytes of one request"
    );
    Ok(Some(line))
}

/// How many lines are read before somebody wants them.
const AHEAD: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mut input: &[u8]) -> Result<Vec<Vec<u8>>> {
        std::iter::from_fn(|| line(&mut input).transpose()).collect()
    }

    #[test]
    fn an_end_of_line_is_no_part_of_it_and_the_last_one_may_be_missing() {
        assert_eq!(lines(b"one\n\nthree").unwrap(), [&b"one"[..], b"", b"three"]);
        assert_eq!(lines(b"").unwrap(), [b""; 0]);
    }

    #[test]
    fn a_line_that_fits_into_no_request_is_refused() {
        let longest = [vec![b'x'; MAX_PAYLOAD], b"\ny".to_vec()].concat();
        assert_eq!(lines(&longest).unwrap().len(), 2);
        let longer = [b"x", longest.as_slice()].concat();
        let error = lines(&longer).unwrap_err().to_string();
        assert!(error.contains("longer than the 1112 bytes"), "{error}");
    }
}
