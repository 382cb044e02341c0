//! The interfaces of this machine.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use pnet_datalink::NetworkInterface;

/// An interface that packets can be captured on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// Its number in the system; 0 is all of them.
    pub index: u32,
    /// The network of its first IPv4 address: its number and its mask.
    pub network: Option<(u32, u32)>,
    flags: u32,
}

impl Device {
    /// All interfaces at once.
    pub fn any() -> Self {
        Self {
            name: "any".to_owned(),
            index: 0,
            network: None,
            flags: UP | RUNNING,
        }
    }

    /// Every interface: those that are up and running first, the loopback last.
    pub fn list() -> Vec<Self> {
        let mut devices: Vec<Self> = pnet_datalink::interfaces().into_iter().map(Self::from).collect();
        devices.push(Self::any());
        devices.sort_by_key(|device| {
            let flags = device.flags;
            let worth = (
                flags & UP == 0,
                flags & RUNNING == 0,
                flags & LOOPBACK != 0,
                device.index == 0,
            );
            (worth, device.index)
        });
        devices
    }

    /// The interface of this name, or at this place (from 1) in [the list](Self::list).
    pub fn find(name: &str) -> Option<Self> {
        let mut devices = Self::list();
        if let Some(place) = devices.iter().position(|device| device.name == name) {
            return Some(devices.swap_remove(place));
        }
        let place = name.parse::<usize>().ok()?.checked_sub(1)?;
        (place < devices.len()).then(|| devices.swap_remove(place))
    }

    /// The interface that is captured on when none is named.
    pub fn first() -> Option<Self> {
        Self::list().into_iter().next()
    }

    /// Whether it is a radio, which may be able to show more than it does.
    pub fn is_wireless(&self) -> bool {
        Path::new("/sys/class/net")
            .join(&self.name)
            .join("phy80211")
            .exists()
    }

    /// Whether this machine talks to itself here.
    pub fn is_loopback(&self) -> bool {
        self.flags & LOOPBACK != 0
    }
}

impl From<NetworkInterface> for Device {
    fn from(interface: NetworkInterface) -> Self {
        let network = interface
            .ips
            .iter()
            .find_map(|network| match (network.ip(), network.mask()) {
                (IpAddr::V4(address), IpAddr::V4(mask)) => {
                    Some((address.to_bits() & mask.to_bits(), mask.to_bits()))
                }
                _ => None,
            });
        Self {
            name: interface.name,
            index: interface.index,
            network,
            flags: interface.flags,
        }
    }
}

/// As a line of `-D`: `eth0 [Up, Running, Connected]`.
impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if self.index == 0 {
            write!(f, " (Pseudo-device that captures on all interfaces)")?;
        }
        let states = [(UP, "Up"), (RUNNING, "Running"), (LOOPBACK, "Loopback")];
        let mut words: Vec<_> = states
            .iter()
            .filter(|(flag, _)| self.flags & flag != 0)
            .map(|(_, word)| *word)
            .collect();
        if self.index != 0 && !self.is_loopback() {
            let connected = self.flags & UP != 0 && self.flags & RUNNING != 0;
            words.push(if connected { "Connected" } else { "Disconnected" });
        }
        if words.is_empty() {
            Ok(())
        } else {
            write!(f, " [{}]", words.join(", "))
        }
    }
}

/// `IFF_…` of `net/if.h`.
const UP: u32 = 0x1;
const LOOPBACK: u32 = 0x8;
const RUNNING: u32 = 0x40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_shown_with_its_state() {
        let lo = Device {
            name: "lo".into(),
            index: 1,
            network: None,
            flags: UP | RUNNING | LOOPBACK,
        };
        assert_eq!(lo.to_string(), "lo [Up, Running, Loopback]");
        let eth = Device {
            name: "eth0".into(),
            index: 2,
            network: None,
            flags: 0,
        };
        assert_eq!(eth.to_string(), "eth0 [Disconnected]");
        assert_eq!(
            Device::any().to_string(),
            "any (Pseudo-device that captures on all interfaces) [Up, Running]"
        );
    }

    #[test]
    fn all_interfaces_are_one_too() {
        assert_eq!(Device::find("any"), Some(Device::any()));
        assert_eq!(Device::find("no such interface"), None);
        assert_eq!(Device::find("0"), None);
    }
}
