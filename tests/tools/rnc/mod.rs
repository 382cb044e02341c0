//! `rnc` as a person runs it.
