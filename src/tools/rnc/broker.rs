//! `--broker`: what one client sends, the others receive.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use rustix::net::sockopt::set_tcp_nodelay;

use super::say;
use crate::cli::{Exit, words};
use crate::net::{Endpoint, Hub, Parting};

/// Lets a client take part until it leaves.
pub(super) async fn take_part(hub: &Hub, socket: Rc<Endpoint>, idle: Option<Duration>) -> Exit {
    let peer = socket.peer();
    // What is small need not wait for more; a UNIX-domain socket does not do that anyway.
    let _ = set_tcp_nodelay(&*socket, true);
    let parting = hub.join(&socket, idle).await;
    say::parted(peer, &parting);
    match parting {
        Ok(Parting::Left) => Exit::SUCCESS,
        Ok(Parting::Late | Parting::Idle) | Err(_) => Exit::FAILURE,
    }
}

/// Why a member is not one any more.
pub(super) fn reason(parting: &io::Result<Parting>) -> String {
    match parting {
        Ok(Parting::Left) => "left".to_owned(),
        Ok(Parting::Late) => "reads too slowly".to_owned(),
        Ok(Parting::Idle) => "idle timeout".to_owned(),
        Err(error) => words(error),
    }
}
