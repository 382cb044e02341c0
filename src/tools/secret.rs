//! A secret in a file, as `rnc --reliable` and `rlaunch` share one between both ends.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// What a file says that is only for those who know it.
pub(super) struct Secret {
    /// Its contents, but for a line end behind them.
    pub(super) bytes: Vec<u8>,
    file: Metadata,
}

impl Secret {
    /// Reads the file.
    ///
    /// # Errors
    /// What the system says, or that the file is too long to be meant; with the name of the file.
    pub(super) fn read(path: &Path) -> Result<Self> {
        Self::open(path).with_context(|| path.display().to_string())
    }

    fn open(path: &Path) -> Result<Self> {
        let opened = File::open(path)?;
        let file = opened.metadata()?;
        let mut bytes = Vec::new();
        opened.take(LONGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LONGEST {
            bail!("longer than {LONGEST} bytes");
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        Ok(Self { bytes, file })
    }

    /// Whether others than its owner can read or write it.
    pub(super) fn is_open_to_others(&self) -> bool {
        self.file.mode() & OF_OTHERS != 0
    }

    /// Whether it belongs to whoever runs this.
    pub(super) fn is_ours(&self) -> bool {
        self.file.uid() == rustix::process::getuid().as_raw()
    }
}

/// The permission bits of everybody but the owner.
const OF_OTHERS: u32 = 0o077;
/// Whoever gives a longer one has the wrong file.
const LONGEST: u64 = 1 << 20;
