//! Once-only calls: the caller, the server, the id set.
