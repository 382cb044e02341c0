//! The id set on disk: an append-only journal, a table in memory, a snapshot.
