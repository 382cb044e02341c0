//! `rdig` as a person runs it.
