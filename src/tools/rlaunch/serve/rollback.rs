//! What a person is told of a store that was rolled back, and what the person decides.

use anyhow::{Result, ensure};

use crate::proto::launch::Server;

/// The operator knows that records were lost: the store goes on as another one.
///
/// # Errors
/// When none were: to start like that every time would accept what has not happened yet.
pub(super) fn accept(server: &mut Server) -> Result<()> {
    ensure!(
        server.rolled_back().is_some(),
        "--accept-rollback: this store was not rolled back"
    );
    server.accept_rollback(rand::random_range(1..=u64::MAX));
    Ok(())
}

/// A server that serves nothing.
pub(super) fn refusing(seen: u64) -> String {
    format!(
        "this store was rolled back: record {seen} is missing, and with it ids that could be launched twice. \
         Everything is refused; see --accept-rollback"
    )
}
