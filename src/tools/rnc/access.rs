//! `--allow` and `--deny`: lists and names → networks.

use std::fs;

use anyhow::Context;
use ipnet::IpNet;

use super::names;
use super::plan::{Guest, Guests, Plan, guests};
use crate::net::dns::Family;
use crate::proto::relay::Access;

/// Who may connect. Files are read and names looked up here, once.
pub(super) fn access(plan: &Plan) -> anyhow::Result<Access> {
    let allow = plan.serve.allow.as_ref();
    let allow = allow.map(|guests| networks(plan, guests)).transpose()?;
    Ok(Access::new(allow, networks(plan, &plan.serve.deny)?))
}

fn networks(plan: &Plan, meant: &Guests) -> anyhow::Result<Vec<IpNet>> {
    let mut all = meant.listed.clone();
    for path in &meant.files {
        let file = || path.display().to_string();
        let text = fs::read_to_string(path).with_context(file)?;
        all.extend(guests(&text).with_context(file)?);
    }
    let mut networks = Vec::new();
    for guest in all {
        match guest {
            Guest::Net(network) => networks.push(network),
            Guest::Name(name) => {
                // Whatever family is listened to: a name must not be denied by half.
                let found = names::addresses_of(plan, &name, 0, Family::Any)?;
                networks.extend(found.into_iter().map(|found| IpNet::from(found.ip())));
            }
        }
    }
    Ok(networks)
}
