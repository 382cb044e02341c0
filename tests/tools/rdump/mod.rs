//! `rdump` as a person runs it.
