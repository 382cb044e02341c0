//! Where the store is for the time of a measurement.

use std::env;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A folder that is removed in the end, with all that is in it.
pub(super) struct Place {
    parent: PathBuf,
    path: PathBuf,
    kind: String,
}

impl Place {
    /// One below `parent`, or where temporary files go.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn new(parent: Option<&Path>) -> Result<Self> {
        let parent = parent.map_or_else(env::temp_dir, Path::to_owned);
        let path = parent.join(format!("rlaunch-bench-{:016x}", rand::random::<u64>()));
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.with_context(|| format!("make a folder in {}", parent.display()))?;
        let kind = kind(&path);
        Ok(Self { parent, path, kind })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn parent(&self) -> &Path {
        &self.parent
    }

    /// The file system that it is on.
    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    pub(super) fn is_in_memory(&self) -> bool {
        matches!(self.kind.as_str(), "tmpfs" | "ramfs")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The file system of a folder, from the table of mounts: the one with the longest path above it.
fn kind(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let above = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (place, kind) = (fields.next()?, fields.next()?);
        folder.starts_with(place).then_some((place.len(), kind))
    });
    let (_, kind) = above.max_by_key(|(length, _)| *length).unwrap_or((0, "unknown"));
    kind.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_behind() {
        let parent = tempfile::tempdir().unwrap();
        let place = Place::new(Some(parent.path())).unwrap();
        fs::write(place.path().join("file"), "x").unwrap();
        drop(place);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
