//! `--tls`: a new connection as the plan wants it.

#[cfg(feature = "tls")]
mod tls;

use std::rc::Rc;

use anyhow::anyhow;

use super::plan::Plan;
use super::say;
use crate::cli::Failure;
use crate::net::Endpoint;

/// What a connection passes before it is used.
#[derive(Clone, Debug, Default)]
pub(super) enum Guard {
    /// Nothing.
    #[default]
    None,
    /// A handshake.
    #[cfg(feature = "tls")]
    Tls(tls::Tls),
}

impl Guard {
    /// Reads the files that the plan names, before anybody is connected to or listened for.
    pub(super) fn prepare(plan: &Plan) -> Result<Self, Failure> {
        match &plan.secure {
            None => Ok(Self::None),
            #[cfg(feature = "tls")]
            Some(secure) => Ok(Self::Tls(tls::Tls::prepare(secure, plan.timeout)?)),
            #[cfg(not(feature = "tls"))]
            Some(_) => Ok(Self::None),
        }
    }

    /// Lets `socket` pass, of which `early` has been read already. What comes back has the bytes that are meant.
    ///
    /// # Errors
    /// Why it does not, in one line. This takes the time that the peer takes, up to a bound if it is a client of
    /// ours: whoever serves several does it beside the others.
    #[cfg_attr(
        not(feature = "tls"),
        expect(clippy::unused_async, reason = "there is no handshake")
    )]
    pub(super) async fn admit(&self, socket: Rc<Endpoint>, early: &[u8]) -> Result<Rc<Endpoint>, String> {
        match self {
            Self::None => {
                let _ = early;
                Ok(socket)
            }
            #[cfg(feature = "tls")]
            Self::Tls(tls) => {
                let alone = Rc::into_inner(socket).ok_or("TLS handshake: the socket is in use")?;
                tls.shake_hands(alone, early).await.map(Rc::new)
            }
        }
    }

    /// Whether connections pass as they are.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// Lets the only connection pass.
pub(super) async fn admit(plan: &Plan, socket: Rc<Endpoint>, early: &[u8]) -> Result<Rc<Endpoint>, Failure> {
    let admitted = plan.guard.admit(socket, early).await;
    admitted.map_err(|why| Failure::from(anyhow!(why)))
}

/// Warns of a peer that ended as nobody could tell from a cut. Many do, so it is no failure.
pub(super) fn note_end(socket: &Endpoint) {
    if socket.was_cut() {
        say::warn("the peer ended without close_notify: what it sent may be cut short");
    }
}
