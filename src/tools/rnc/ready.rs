//! Telling that somebody can connect now.

use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;

use super::plan::Plan;
use super::say;
use crate::cli::Failure;
use crate::net::{Place, UnixName, adopt};

/// `--ready-fd`: who waits there is told where we listen.
#[derive(Debug)]
pub(super) struct Ready(Option<File>);

impl Ready {
    /// Takes the descriptor over. To be called before anything is opened that might have its number.
    pub(super) fn take(plan: &Plan) -> Result<Self, Failure> {
        let Some(number) = plan.serve.ready else {
            return Ok(Self(None));
        };
        match adopt(number) {
            Ok(descriptor) => Ok(Self(Some(descriptor.into()))),
            Err(error) => Err(say::failure(&format!("--ready-fd {number}"), &error)),
        }
    }

    /// A socket listens at `address`, or `is bound` there: said with `-v`, and when nobody else knows the port.
    pub(super) async fn at(
        self,
        plan: &Plan,
        what: &str,
        place: Place,
        address: Option<SocketAddr>,
    ) -> Result<(), Failure> {
        let Some(address) = address else {
            return Ok(());
        };
        if plan.verbose || place.port() == 0 {
            say::at(plan, what, place, address).await;
        }
        self.tell(format!("{} {}\n", address.ip(), address.port()).as_bytes())
    }

    /// The same at a UNIX-domain name.
    pub(super) fn at_name(self, plan: &Plan, whats: &[&str], name: &UnixName) -> Result<(), Failure> {
        if plan.verbose {
            for what in whats {
                say::at_name(what, name);
            }
        }
        self.tell(&[name.to_path().as_os_str().as_bytes(), b"\n"].concat())
    }

    fn tell(self, line: &[u8]) -> Result<(), Failure> {
        match self.0.map(|mut file| file.write_all(line)) {
            // Who does not wait any more need not know.
            Some(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(say::failure("--ready-fd", &error))
            }
            _ => Ok(()),
        }
    }
}
