//! The identifiers of systems.

use crate::print::text::{Hex2, HexRun, Put};

/// The identifier of a system, such as `1921.6800.1001`; of a node, with `.00` behind it; or of a link state packet
/// of that node, with `-00` behind that.
pub(super) struct Id<'a>(pub(super) &'a [u8]);

impl Put for Id<'_> {
    fn put(self, out: &mut Vec<u8>) {
        let (system, rest) = self.0.split_at(self.0.len().min(6));
        for (index, pair) in system.chunks(2).enumerate() {
            if index > 0 {
                ".".put(out);
            }
            HexRun(pair).put(out);
        }
        if let Some(&node) = rest.first() {
            (".", Hex2(node)).put(out);
        }
        if let [_, number] = *rest {
            ("-", Hex2(number)).put(out);
        }
    }
}
