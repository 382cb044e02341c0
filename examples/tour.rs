//! The tour: `cargo run --release --example tour`.
//!
//! Every tool at work on loopback, offline and without root, with a link in the middle that loses, repeats and
//! reorders what passes. Prints what is typed, what it says, and what has just survived; ends non-zero if anything
//! went wrong.

#[path = "tour/launch.rs"]
mod launch;
#[path = "tour/lookup.rs"]
mod lookup;
#[path = "tour/session.rs"]
mod session;
#[path = "tour/stage.rs"]
mod stage;
#[path = "tour/tap.rs"]
mod tap;
#[path = "tour/zone.rs"]
mod zone;

use std::net::SocketAddr;
use std::process::ExitCode;

use fairloss::net::{Clock, UdpRelay};
use stage::{Failed, Stage, say};

fn main() -> ExitCode {
    match tour() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("\nthe tour broke off: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn tour() -> Result<(), Failed> {
    let scratch = tempfile::tempdir()?;
    let stage = Stage::build(scratch.path())?;
    let clock = Clock::start();
    say(
        "fairloss: five network tools, and the worst network that loopback can be.\n\
         Between each client and its server stands a link that loses 30 %, repeats 10 % and reorders 20 %\n\
         of all datagrams, each way. Nothing leaves this machine.",
    );
    let tap = lookup::tour(&stage, scratch.path())?;
    session::tour(&stage, scratch.path(), &tap)?;
    launch::tour(&stage, scratch.path())?;
    say(&format!(
        "\nThe end, after {:.1?}: all five tools at work, and nothing lost.",
        clock.now().since_origin()
    ));
    Ok(())
}

/// A bad link to `server`, the same at every run.
fn bad_link(server: SocketAddr, seed: u64) -> Result<UdpRelay, Failed> {
    let spec = format!("loss=30%,dup=10%,reorder=20%,delay=1ms..5ms,seed={seed}");
    Ok(UdpRelay::start(
        SocketAddr::from(([127, 0, 0, 1], 0)),
        server,
        spec.parse()?,
    )?)
}
