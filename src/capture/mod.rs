//! Packets and their times, from the kernel or from a file.
