//! A packet → text, by the four layers of the network model.
