//! Standard input and output. They were made by somebody else, and others may share them.

use std::io;
use std::rc::Rc;

use super::Endpoint;

/// Standard input and output.
#[derive(Clone, Debug)]
pub struct Stdio {
    pub(super) stdin: Rc<Endpoint>,
    pub(super) stdout: Rc<Endpoint>,
}

impl Stdio {
    /// Takes both. Needs a runtime.
    ///
    /// # Errors
    /// When they cannot be watched.
    pub fn open() -> io::Result<Self> {
        Ok(Self {
            stdin: Rc::new(Endpoint::shared(rustix::stdio::stdin())?),
            stdout: Rc::new(Endpoint::shared(rustix::stdio::stdout())?),
        })
    }

    /// The same socket of our own as both.
    pub fn both(socket: Endpoint) -> Self {
        let stdin = Rc::new(socket);
        let stdout = Rc::clone(&stdin);
        Self { stdin, stdout }
    }

    /// Writes all of `bytes` to standard output.
    ///
    /// # Errors
    /// When it takes no more.
    pub async fn print(&self, bytes: &[u8]) -> io::Result<()> {
        self.stdout.write_all(bytes).await
    }
}
