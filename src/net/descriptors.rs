//! How many descriptors this process may have.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Raises the soft limit, as far as the hard one allows, to what `sockets` and everything else take. Returns how many
/// sockets there is room for.
pub fn make_room_for(sockets: usize) -> usize {
    let mut limits = getrlimit(Resource::Nofile);
    let wanted = (sockets as u64).saturating_add(OTHERS);
    if limits.current.is_some_and(|current| current < wanted) {
        limits.current = Some(limits.maximum.map_or(wanted, |most| most.min(wanted)));
        // Without it there is what there was.
        let _ = setrlimit(Resource::Nofile, limits);
    }
    let room = getrlimit(Resource::Nofile).current.unwrap_or(wanted);
    usize::try_from(room.saturating_sub(OTHERS)).map_or(sockets, |room| room.clamp(1, sockets.max(1)))
}

/// The standard streams, what was inherited, an epoll, some files.
const OTHERS: u64 = 32;
