//! Rights that are not needed any more are given up before the first packet is looked at: whoever takes over the
//! printer by a crafted packet gets a process that can do little more than print.
//!
//! Each lock is one that the system may not have; then it is the others that hold. All of them are for this thread
//! and those that it starts, so it has to be done before there are any.

use std::io;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd,
    RestrictSelfAttr, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, Scope, path_beneath_rules,
};
use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, set_capabilities, set_no_new_privs};

use super::sys;

/// What there is still to be done with rights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Files will be made below this folder.
    pub folder: Option<PathBuf>,
    /// These files will be read.
    pub files: Vec<PathBuf>,
    /// Names of hosts will be looked up.
    pub network: bool,
}

/// Gives up everything else: capabilities, the rights of programs with more rights, the files and the ports of the
/// system (landlock), and all system calls that a printer has no use for (seccomp).
///
/// # Errors
/// When the system has such a lock but refuses to close it.
pub fn seal(needs: &Needs) -> io::Result<()> {
    keep_capabilities(needs)?;
    set_no_new_privs(true)?;
    restrict_files(needs).map_err(io::Error::other)?;
    sys::calls::restrict(needs.network, needs.folder.is_some());
    Ok(())
}

/// Who was root keeps the right to make files where others may not, and to read what others may not.
fn keep_capabilities(needs: &Needs) -> io::Result<()> {
    let mut kept = CapabilitySet::empty();
    if needs.folder.is_some() {
        kept |= CapabilitySet::DAC_OVERRIDE;
    }
    if !needs.files.is_empty() {
        kept |= CapabilitySet::DAC_READ_SEARCH;
    }
    kept &= capabilities(None)?.permitted;
    let sets = CapabilitySets {
        effective: kept,
        permitted: kept,
        inheritable: CapabilitySet::empty(),
    };
    Ok(set_capabilities(None, sets)?)
}

fn restrict_files(needs: &Needs) -> Result<(), RulesetError> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(LEVEL))?
        .scope(Scope::from_all(LEVEL))?;
    if !needs.network {
        ruleset = ruleset.handle_access(AccessNet::from_all(LEVEL))?;
    }
    let mut created = ruleset.create()?.add_rules(path_beneath_rules(
        &needs.files,
        AccessFs::ReadFile | AccessFs::ReadDir,
    ))?;
    if let Some(folder) = needs.folder.as_deref().and_then(open) {
        // A file may pass by another name before it has its own.
        let make: BitFlags<AccessFs> =
            AccessFs::MakeReg | AccessFs::RemoveFile | AccessFs::WriteFile | AccessFs::Truncate;
        created = created.add_rule(PathBeneath::new(folder, make))?;
    }
    created.all_threads(true)?.restrict_self()?;
    Ok(())
}

/// A folder that is not there cannot be written to anyway.
fn open(folder: &Path) -> Option<PathFd> {
    PathFd::new(folder).ok()
}

/// The latest kind of lock that is asked for.
const LEVEL: ABI = ABI::V6;
