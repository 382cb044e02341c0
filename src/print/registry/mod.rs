//! Registries that several protocols share: each number has one name, whoever prints it.

pub(crate) mod family;
pub(crate) mod gmpls;
pub(crate) mod l2vpn;
pub(crate) mod nlpid;
pub(crate) mod nsap;
pub(crate) mod oui;
pub(crate) mod protocol;
