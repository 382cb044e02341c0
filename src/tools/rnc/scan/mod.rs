//! `-z`: which ports are open.

mod results;

use super::plan::{Plan, Scan, Target};
use super::{connect, dial, names, say};
use crate::cli::{Exit, Failure};
use crate::net::dns::Family;
use crate::net::{self, Transport, make_room_for};
use crate::proto::scan::Pace;
use results::Results;

/// Asks all ports of the target. A success if any may be open.
pub(super) fn scan(plan: &Plan, target: &Target, scan: &Scan) -> Result<Exit, Failure> {
    let ports = connect::ports(plan, target)?;
    let first = ports.first().copied().unwrap_or_default();
    let mut addresses = names::addresses_of(plan, &target.host, first, dial::family(plan, target))?;
    if plan.transport == Transport::Udp {
        // Silence does not tell one address from another.
        addresses.truncate(1);
    }
    let addresses = addresses
        .into_iter()
        .map(|to| {
            let family = if to.is_ipv4() { Family::V4 } else { Family::V6 };
            let mut from = dial::origin(plan, target, family)?;
            from.reused = true;
            Ok((to, from))
        })
        .collect::<anyhow::Result<_>>()?;
    let inflight = make_room_for(scan.pace.inflight.min(ports.len()));
    let work = net::Scan {
        transport: plan.transport,
        addresses,
        ports,
        pace: Pace {
            inflight,
            ..scan.pace
        },
    };
    let mut results = Results::new(plan, &target.host, scan.json)?;
    let done = work.run(&plan.options, &mut |found| results.tell(found));
    let any = results.end()?;
    done.map_err(|error| say::cannot_dial(&error))?;
    Ok(if any { Exit::SUCCESS } else { Exit::FAILURE })
}
