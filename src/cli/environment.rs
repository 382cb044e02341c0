//! The environment variables that a library may be told of.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the environment is read for the floors below"
)]

use std::env;

use crate::net::dns::Environment;

/// What the environment says to the resolver: `LOCALDOMAIN` and `RES_OPTIONS` (resolv.conf(5)).
pub fn resolver_environment() -> Environment {
    Environment {
        localdomain: env::var("LOCALDOMAIN").ok(),
        res_options: env::var("RES_OPTIONS").ok(),
    }
}
