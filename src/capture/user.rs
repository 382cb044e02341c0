//! Becoming another user, for good.

use std::ffi::CString;
use std::io;

use nix::unistd::{self, User, geteuid};
use rustix::thread::set_keep_capabilities;
use thiserror::Error;

/// A user that this process can become.
#[derive(Clone, Debug)]
pub struct Account(User);

/// Why it cannot.
#[derive(Debug, Error)]
pub enum AccountError {
    /// There is no such user.
    #[error("couldn't find user '{0}'")]
    Unknown(String),
    /// Only root can become another user.
    #[error("only root can become '{0}'")]
    NotRoot(String),
    /// The system refused.
    #[error("become '{name}'")]
    System {
        /// The user.
        name: String,
        /// What it said.
        source: io::Error,
    },
}

impl Account {
    /// The user of this name, or nothing if that is who we are, or are to stay: root.
    ///
    /// # Errors
    /// When there is no such user, or it cannot be become.
    pub fn other(name: &str) -> Result<Option<Self>, AccountError> {
        let found = User::from_name(name).map_err(|error| AccountError::System {
            name: name.to_owned(),
            source: error.into(),
        })?;
        let user = found.ok_or_else(|| AccountError::Unknown(name.to_owned()))?;
        let us = geteuid();
        if user.uid == us || user.uid.is_root() {
            return Ok(None);
        }
        if !us.is_root() {
            return Err(AccountError::NotRoot(name.to_owned()));
        }
        Ok(Some(Self(user)))
    }

    /// Its numbers: user and group.
    pub fn ids(&self) -> (u32, u32) {
        (self.0.uid.as_raw(), self.0.gid.as_raw())
    }

    /// Becomes it, with its groups. Capabilities stay permitted, until they are given up as a whole.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn assume(&self) -> Result<(), AccountError> {
        let Self(user) = self;
        let assumed = || -> io::Result<()> {
            set_keep_capabilities(true)?;
            unistd::initgroups(&CString::new(user.name.as_str())?, user.gid)?;
            unistd::setgid(user.gid)?;
            Ok(unistd::setuid(user.uid)?)
        };
        assumed().map_err(|source| AccountError::System {
            name: user.name.clone(),
            source,
        })
    }
}
