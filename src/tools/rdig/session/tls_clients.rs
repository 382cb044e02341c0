//! Clients of TLS for the servers of a run.

use super::super::plan::Carrier;
use super::super::servers::Server;
use super::Context;
use super::exchange::{Problem, Then};
use crate::net::{IdentityFiles, TlsClient, Trust};
use crate::tools::dns_json::Trouble;

impl Context {
    /// Files are read once for all lookups that name them.
    pub(super) fn tls_client(&self, server: &Server, carrier: &Carrier) -> Result<TlsClient, Problem> {
        let known = self
            .tls_clients
            .borrow()
            .iter()
            .find_map(|(name, settings, client)| {
                let same = *name == server.name && settings == carrier;
                same.then(|| client.clone())
            });
        if let Some(client) = known {
            return Ok(client);
        }
        let client = new_tls_client(server, carrier)?;
        let entry = (server.name.clone(), carrier.clone(), client.clone());
        self.tls_clients.borrow_mut().push(entry);
        Ok(client)
    }
}

fn new_tls_client(server: &Server, carrier: &Carrier) -> Result<TlsClient, Problem> {
    let identity = match (&carrier.certificate, &carrier.key) {
        (None, None) => None,
        (Some(certificates), Some(key)) => Some(IdentityFiles {
            certificates: certificates.into(),
            key: key.into(),
        }),
        _ => return Err(Problem::local(HALF_AN_IDENTITY, None)),
    };
    let trust = match (carrier.verified, &carrier.authorities) {
        (false, _) => Trust::Anyone,
        (true, None) => Trust::System,
        (true, Some(file)) => Trust::File(file.into()),
    };
    let name = carrier.hostname.as_ref().unwrap_or(&server.name);
    TlsClient::new(name, &trust, identity.as_ref())
        .map_err(|error| Problem::local("TLS context cannot be created", Some(error.to_string())))
}

impl Problem {
    /// Something is wrong here: there is nothing to be tried again, with this server.
    fn local(text: &str, aside: Option<String>) -> Self {
        Self {
            text: text.to_owned(),
            aside,
            trouble: Trouble::Local,
            sendings: Vec::new(),
            then: Then::NextServer,
        }
    }
}

/// The mistake is dig's.
const HALF_AN_IDENTITY: &str = "both TLS client certificate and key file must be specified a the same time";
