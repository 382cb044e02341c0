//! Why a capture cannot be made, or cannot go on.

use std::io;

use thiserror::Error;

use crate::capture::{Device, Stamps};
use crate::wire::LinkType;

/// A capture that cannot be made, or cannot go on.
#[derive(Debug, Error)]
pub enum LiveError {
    /// The system does not let this user capture.
    #[error("{0}: you don't have permission to capture on that device")]
    Permission(String),
    /// The interface does not have the link type that was asked for.
    #[error("{device}: {link} is not one of the link types supported by this device")]
    LinkType {
        /// The interface.
        device: String,
        /// The link type.
        link: LinkType,
    },
    /// Nothing passes the interface, because it is down.
    #[error("{0}: That device is not up")]
    Down(String),
    /// There is no such interface any more.
    #[error("{0}: The interface disappeared")]
    Gone(String),
    /// The interface is not in monitor mode.
    #[error("{device}: That device doesn't support monitor mode{hint}")]
    Monitor {
        /// The interface.
        device: String,
        /// What may help.
        hint: &'static str,
    },
    /// The interface cannot stamp packets so.
    #[error("{device}: it does not have time stamps of type {} (-J lists those that it has)", stamps.name())]
    Stamps {
        /// The interface.
        device: String,
        /// What was asked for.
        stamps: Stamps,
    },
    /// A filter that only the kernel can run asks for VLAN tags, which the kernel has cut out.
    #[error("{0}: inbound, outbound and ifindex cannot be filtered together with vlan")]
    Filter(String),
    /// The system refused something else.
    #[error("{device}: {doing}")]
    System {
        /// The interface.
        device: String,
        /// What was being done.
        doing: &'static str,
        /// What it said.
        source: io::Error,
    },
}

impl LiveError {
    pub(super) fn system(device: &Device, doing: &'static str, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::PermissionDenied {
            return Self::Permission(device.name.clone());
        }
        Self::System {
            device: device.name.clone(),
            doing,
            source,
        }
    }
}
