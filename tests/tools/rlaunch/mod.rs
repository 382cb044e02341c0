//! `rlaunch` as a person runs it.
