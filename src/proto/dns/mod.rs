//! The DNS without sockets: lookup (servers, tries, truncation → TCP, search list) and the cache.
