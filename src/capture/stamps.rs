//! Who stamps packets with their time: this machine, or the adapter (`-j`; Linux,
//! Documentation/networking/timestamping.rst).

use std::fmt;
use std::os::fd::BorrowedFd;

use super::sys;

/// Who stamps packets with their time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stamps {
    /// The system, when a packet gets there.
    #[default]
    Host,
    /// The adapter, by a clock that follows the system's.
    Adapter,
    /// The adapter, by its own clock.
    AdapterUnsynced,
}

impl Stamps {
    const ALL: [Self; 3] = [Self::Host, Self::Adapter, Self::AdapterUnsynced];

    /// By the name that libpcap gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stamps| stamps.name() == name)
    }

    /// The name that libpcap gives it.
    pub fn name(self) -> &'static str {
        self.words().0
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Host => ("host", "Host"),
            Self::Adapter => ("adapter", "Adapter"),
            Self::AdapterUnsynced => ("adapter_unsynced", "Adapter, not synced with system time"),
        }
    }

    /// What the adapter has to be able to do, and is then asked for (`SOF_TIMESTAMPING_…`).
    fn bits(self) -> u32 {
        match self {
            Self::Host => 0,
            Self::Adapter => 1 << 5,
            Self::AdapterUnsynced => 1 << 6,
        }
    }
}

/// As a line of `-J`: `host (Host)`.
impl fmt::Display for Stamps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, description) = self.words();
        write!(f, "{name} ({description})")
    }
}

/// Those that the interface of this name has.
pub(super) fn known(socket: BorrowedFd<'_>, name: &str) -> Vec<Stamps> {
    // A driver that does not say has none of its own.
    let bits = sys::adapter::abilities(socket, name).unwrap_or_default();
    let has = |stamps: &Stamps| bits & stamps.bits() == stamps.bits();
    Stamps::ALL.into_iter().filter(has).collect()
}

/// Has the packets of the ring stamped so; says whether the interface can.
pub(super) fn set(socket: BorrowedFd<'_>, name: &str, stamps: Stamps) -> bool {
    stamps == Stamps::Host
        || known(socket, name).contains(&stamps)
            && sys::adapter::stamp(socket, name).is_ok()
            && sys::adapter::pass_on(socket, stamps.bits()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_libpcap() {
        assert_eq!(
            Stamps::from_name("adapter_unsynced"),
            Some(Stamps::AdapterUnsynced)
        );
        assert_eq!(Stamps::from_name("sundial"), None);
        assert_eq!(Stamps::Host.to_string(), "host (Host)");
    }
}
