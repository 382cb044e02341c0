//! What a server is to the transports that want to know more than its address.

use super::super::plan::Lookup;
use super::super::servers::Server;
use super::Context;
use super::exchange::Problem;
use crate::net::dns::Site;
use crate::proto::dns::Transport;

impl Context {
    /// What `server` is to the transport of a lookup; `None` if that is UDP or TCP.
    pub(super) fn site(
        &self,
        server: &Server,
        lookup: &Lookup,
        transport: Transport,
    ) -> Result<Option<Site>, Problem> {
        if [Transport::Udp, Transport::Tcp].contains(&transport) {
            return Ok(None);
        }
        Ok(Some(Site {
            host: server.name.clone(),
            path: lookup.carrier.path().to_owned(),
            #[cfg(feature = "tls")]
            tls: match transport {
                Transport::Http(_) => None,
                _ => Some(self.tls_client(server, &lookup.carrier)?),
            },
        }))
    }
}
