//! The interfaces that packets of all interfaces pass, by their numbers.

use std::os::fd::BorrowedFd;

use rustix::net::netdevice::index_to_name;

use crate::wire::pcapng::Interface;

/// The interfaces that packets have come from so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: Vec<(u32, Interface)>,
    /// The place of the last one: most packets come from where the one before came from.
    last: usize,
}

/// More than a machine has; what is beyond has no name, so that interfaces which come and go do not fill the memory.
const MOST: usize = 4096;

impl Names {
    /// The interface of this number, as `like` in all but its name; none without a name.
    pub(super) fn of(&mut self, index: u32, socket: BorrowedFd<'_>, like: &Interface) -> Option<&Interface> {
        let is_it = |known: &(u32, Interface)| known.0 == index;
        if !self.known.get(self.last).is_some_and(is_it) {
            self.last = match self.known.iter().position(is_it) {
                Some(place) => place,
                None if self.known.len() < MOST => self.add(index, socket, like),
                None => return None,
            };
        }
        let (_, interface) = self.known.get(self.last)?;
        (!interface.name.is_empty()).then_some(interface)
    }

    fn add(&mut self, index: u32, socket: BorrowedFd<'_>, like: &Interface) -> usize {
        // It may have gone since the packet came.
        let name = index_to_name(socket, index).unwrap_or_default();
        let interface = Interface {
            name: name.into(),
            ..like.clone()
        };
        self.known.push((index, interface));
        self.known.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn an_interface_is_known_by_its_number() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let like = Interface {
            snaplen: 77,
            ..Interface::default()
        };
        let mut names = Names::default();
        let mut name = |index| {
            let found = names.of(index, socket.as_fd(), &like);
            found.map(|interface| (interface.name.to_string(), interface.snaplen))
        };
        assert_eq!(name(1), Some(("lo".to_owned(), 77)));
        assert_eq!(name(u32::MAX), None);
        assert_eq!(name(1), Some(("lo".to_owned(), 77)));
    }
}
