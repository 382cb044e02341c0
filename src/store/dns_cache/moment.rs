//! The time by which replies age: since the system was started, its sleep counted (`CLOCK_BOOTTIME`), together with
//! which start it was. A step of the wall clock changes nothing; what was kept before a restart cannot be dated.

use std::fmt::Debug;
use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// A moment of this system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Which start of the system: a number drawn by the kernel.
    pub boot: Boot,
    /// How long ago that was.
    pub since: Duration,
}

/// The number of a start of the system.
pub type Boot = [u8; 16];

/// Who says what time it is.
pub trait Time: Debug + Send + Sync {
    /// Now, if it can be told.
    fn now(&self) -> Option<Moment>;
}

/// The clock of this system.
#[derive(Clone, Copy, Debug)]
pub struct BootTime {
    boot: Option<Boot>,
}

impl BootTime {
    /// Asks the kernel which start this is.
    pub fn read() -> Self {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
        Self {
            boot: u128::from_str_radix(&digits, 16).ok().map(u128::to_be_bytes),
        }
    }
}

impl Time for BootTime {
    fn now(&self) -> Option<Moment> {
        let time = clock_gettime(ClockId::Boottime);
        Some(Moment {
            boot: self.boot?,
            since: Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_says_which_start_and_when() {
        let clock = BootTime::read();
        let (first, second) = (clock.now().unwrap(), clock.now().unwrap());
        assert_eq!(first.boot, second.boot);
        assert!(first.since <= second.since && !first.since.is_zero());
    }
}
