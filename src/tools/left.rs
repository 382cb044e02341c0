//! How much of an input there is still to read: what a progress bar measures against.

use std::os::fd::AsFd;

use rustix::fs::{FileType, SeekFrom, fstat, seek};

/// What is left of a regular file.
pub(super) fn left(file: impl AsFd) -> Option<u64> {
    let status = fstat(&file).ok()?;
    if FileType::from_raw_mode(status.st_mode) != FileType::RegularFile {
        return None;
    }
    let offset = seek(&file, SeekFrom::Current(0)).ok()?;
    let size = u64::try_from(status.st_size).ok()?;
    // Files of /proc have no size.
    Some(size.saturating_sub(offset)).filter(|left| *left > 0)
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    #[test]
    fn what_is_left_counts_from_the_offset_of_a_regular_file() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        file.seek(std::io::SeekFrom::Start(3)).unwrap();
        assert_eq!(left(&file), Some(7));
        assert_eq!(left(std::fs::File::open("/dev/zero").unwrap()), None);
        assert_eq!(left(std::fs::File::open("/proc/self/stat").unwrap()), None);
    }
}
