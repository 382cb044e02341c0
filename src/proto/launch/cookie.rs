//! Cookies: proof that a client receives where it sends from, without a table of clients.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use crate::wire::rlaunch::Cookie;

/// Makes and checks cookies with a secret of the store, so that they outlive a restart.
#[derive(Clone)]
pub(super) struct Baker {
    key: [u8; 32],
}

impl Baker {
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        Self {
            key: blake3::derive_key("fairloss rlaunch 1 cookie", secret),
        }
    }

    /// The cookie of `session` at `client`.
    pub(super) fn bake(&self, client: SocketAddr, session: u64) -> Cookie {
        // One block for the hash, without a hasher that could take more.
        let mut place = [0; 16 + 2 + 8];
        let mut out = place.as_mut_slice();
        match client.ip().to_canonical() {
            IpAddr::V4(address) => put(&mut out, &address.octets()),
            IpAddr::V6(address) => put(&mut out, &address.octets()),
        }
        put(&mut out, &client.port().to_le_bytes());
        put(&mut out, &session.to_le_bytes());
        let left = out.len();
        let used = place.len() - left;
        let hash = blake3::keyed_hash(&self.key, place.get(..used).unwrap_or_default());
        let mut cookie = Cookie::default();
        let (half, _) = hash.as_bytes().split_at(cookie.len());
        cookie.copy_from_slice(half);
        cookie
    }
}

/// Writes `bytes` to the front of `out`, which is then what is left of it.
fn put(out: &mut &mut [u8], bytes: &[u8]) {
    if let Some((place, rest)) = std::mem::take(out).split_at_mut_checked(bytes.len()) {
        place.copy_from_slice(bytes);
        *out = rest;
    }
}

impl fmt::Debug for Baker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Baker")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_good_for_one_address_port_session_and_store() {
        let here = "192.0.2.1:1000".parse().unwrap();
        let cookie = Baker::new(&[1; 32]).bake(here, 5);
        assert_eq!(Baker::new(&[1; 32]).bake(here, 5), cookie);
        assert_ne!(
            Baker::new(&[1; 32]).bake("192.0.2.2:1000".parse().unwrap(), 5),
            cookie
        );
        assert_ne!(
            Baker::new(&[1; 32]).bake("192.0.2.1:1001".parse().unwrap(), 5),
            cookie
        );
        assert_ne!(Baker::new(&[1; 32]).bake(here, 6), cookie);
        assert_ne!(Baker::new(&[2; 32]).bake(here, 5), cookie);
    }
}
