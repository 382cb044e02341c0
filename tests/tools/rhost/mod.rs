//! `rhost` as a person runs it.
