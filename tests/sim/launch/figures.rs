//! What happened in a world, in numbers.

use std::fmt;
use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    pub(super) worlds: u64,
    pub(super) requests: u64,
    pub(super) launched: u64,
    pub(super) not_launched: u64,
    pub(super) unknown: u64,
    pub(super) refused: u64,
    pub(super) kills: u64,
    pub(super) power_losses: u64,
    pub(super) disk_errors: u64,
    pub(super) client_deaths: u64,
    pub(super) snapshots: u64,
    pub(super) wipes: u64,
    pub(super) orphans: u64,
    pub(super) resumed: u64,
    pub(super) resolved: u64,
    pub(super) drains: u64,
    pub(super) datagrams: u64,
    /// Each call's end, in order, mixed into one number.
    pub(super) digest: u64,
}

impl Figures {
    /// Mixes something that happened into the digest.
    pub(super) fn mix(&mut self, happened: u64) {
        self.digest = (self.digest.rotate_left(5) ^ happened).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    /// A simulation in which nothing happens proves nothing.
    pub(super) fn check_coverage(&self) {
        let at_least = [
            ("launched", self.launched, self.requests / 4),
            ("not launched", self.not_launched, self.requests / 100),
            ("unknown", self.unknown, self.requests / 1000),
            ("kills", self.kills, self.requests / 1000),
            ("losses of power", self.power_losses, self.requests / 1000),
            ("disk errors", self.disk_errors, self.requests / 1000),
            ("deaths of clients", self.client_deaths, self.requests / 1000),
            ("snapshots", self.snapshots, self.requests / 1000),
            ("orphans", self.orphans, self.requests / 10_000),
            ("orders", self.resolved, self.requests / 10_000),
            ("drains", self.drains, self.requests / 10_000),
            ("resumed calls", self.resumed, self.requests / 1000),
        ];
        for (what, count, least) in at_least {
            assert!(count >= least.max(1), "only {count} {what}: {self}");
        }
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.worlds += other.worlds;
        self.requests += other.requests;
        self.launched += other.launched;
        self.not_launched += other.not_launched;
        self.unknown += other.unknown;
        self.refused += other.refused;
        self.kills += other.kills;
        self.power_losses += other.power_losses;
        self.disk_errors += other.disk_errors;
        self.client_deaths += other.client_deaths;
        self.snapshots += other.snapshots;
        self.wipes += other.wipes;
        self.orphans += other.orphans;
        self.resumed += other.resumed;
        self.resolved += other.resolved;
        self.drains += other.drains;
        self.datagrams += other.datagrams;
        self.digest ^= other.digest;
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} seeds, {} requests: {} launched, {} not launched, {} unknown, {} refused; the server was killed {} \
             times, lost power {} times and its disk failed {} times, clients died {} times; {} snapshots, {} lost \
             stores, {} orphaned actions, {} resumed calls, {} orders, {} drains, {} datagrams; digest {:016x}",
            self.worlds,
            self.requests,
            self.launched,
            self.not_launched,
            self.unknown,
            self.refused,
            self.kills,
            self.power_losses,
            self.disk_errors,
            self.client_deaths,
            self.snapshots,
            self.wipes,
            self.orphans,
            self.resumed,
            self.resolved,
            self.drains,
            self.datagrams,
            self.digest
        )
    }
}
