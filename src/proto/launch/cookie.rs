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
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        match client.ip().to_canonical() {
            IpAddr::V4(address) => hasher.update(&address.octets()),
            IpAddr::V6(address) => hasher.update(&address.octets()),
        };
        hasher.update(&client.port().to_le_bytes());
        hasher.update(&session.to_le_bytes());
        let mut cookie = Cookie::default();
        hasher.finalize_xof().fill(&mut cookie);
        cookie
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
