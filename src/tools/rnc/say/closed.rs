//! What is said of a connection when it is over.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;

use super::{event, is_verbose, reason};
use crate::net::{Meter, PumpError};
use crate::proto::relay::End;
use crate::tools::rnc::chaos;

/// `Connection with address port closed: so many bytes each way, in such a time`, for `-v`.
pub(in crate::tools::rnc) fn closed(
    peer: Option<SocketAddr>,
    end: Result<&End, &PumpError>,
    meter: &Meter,
    time: Duration,
) {
    if !is_verbose() {
        return;
    }
    let peer = peer.map(chaos::real);
    let (sent, received) = (meter.sent(), meter.received());
    let members = json!({
        "address": peer.map(|peer| peer.ip().to_canonical().to_string()),
        "port": peer.map(|peer| peer.port()),
        "end": end.map_or("lost", |end| word(*end)),
        "reason": end.err().map(reason),
        "sent": sent,
        "received": received,
        "seconds": time.as_secs_f64(),
    });
    event("closed", members, || {
        let peer = peer.map(|peer| format!(" with {} {}", peer.ip().to_canonical(), peer.port()));
        let peer = peer.unwrap_or_default();
        let rate = rate(sent.saturating_add(received), time);
        let seconds = time.as_secs_f64();
        format!(
            "Connection{peer} closed: {sent} bytes sent, {received} bytes received, {seconds:.3} s, {rate}"
        )
    });
}

pub(super) fn word(end: End) -> &'static str {
    match end {
        End::Complete => "complete",
        End::Idle => "idle",
        End::Abandoned => "abandoned",
        End::Lingered => "lingered",
        End::Limit => "limit",
        End::Lost => "lost",
    }
}

/// Bytes a second, with three digits that count.
pub(super) fn rate(bytes: u64, time: Duration) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown with a few digits")]
    let mut rate = bytes as f64 / time.as_secs_f64().max(1e-6);
    let mut unit = "B/s";
    for larger in ["kB/s", "MB/s", "GB/s"] {
        if rate >= 999.5 {
            rate /= 1000.0;
            unit = larger;
        }
    }
    let digits = if rate < 9.995 {
        2
    } else {
        usize::from(rate < 99.95)
    };
    format!("{rate:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_has_three_digits() {
        let second = Duration::from_secs(1);
        assert_eq!(rate(0, second), "0.00 B/s");
        assert_eq!(rate(999, second), "999 B/s");
        assert_eq!(rate(999_999, second), "1.00 MB/s");
        assert_eq!(rate(1_234_567, second), "1.23 MB/s");
        assert_eq!(rate(4 << 30, second / 2), "8.59 GB/s");
        assert_eq!(rate(u64::MAX, second), "18446744074 GB/s");
        assert_eq!(rate(1, Duration::ZERO), "1.00 MB/s");
    }
}
