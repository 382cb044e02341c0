//! `/etc/hosts` as a pure function of its text (hosts(5)).

use std::collections::HashMap;
use std::net::IpAddr;

/// The names of a hosts file, by name and by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    addresses: HashMap<String, Vec<IpAddr>>,
    names: HashMap<IpAddr, Vec<String>>,
}

impl Hosts {
    /// Reads the text of a hosts file: an address, its name and its aliases on each line, `#` begins a comment.
    /// Never fails: a line that begins with no address is passed over.
    pub fn parse(text: &str) -> Self {
        let mut hosts = Self::default();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_ascii_whitespace();
            // A link-local address may carry `%eth0`; the address alone cannot be reached, so it is passed over.
            let Some(Ok(address)) = words.next().map(str::parse::<IpAddr>) else {
                continue;
            };
            for name in words {
                let key = key(name);
                let addresses = hosts.addresses.entry(key).or_default();
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
                hosts.names.entry(address).or_default().push(name.to_owned());
            }
        }
        hosts
    }

    /// The addresses of `name`, in the order of the file; upper and lower case and a final dot make no
    /// difference.
    pub fn addresses(&self, name: &str) -> &[IpAddr] {
        self.addresses.get(&key(name)).map_or(&[], Vec::as_slice)
    }

    /// The names of `address`, in the order of the file: the first is the canonical one.
    pub fn names(&self, address: IpAddr) -> &[String] {
        self.names.get(&address).map_or(&[], Vec::as_slice)
    }
}

fn key(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "127.0.0.1\tlocalhost\n::1 localhost ip6-localhost\n192.0.2.7  Printer.test printer # upstairs\n192.0.2.8 printer\nnonsense here\n192.0.2.9\n";

    #[test]
    fn a_name_has_every_address_of_the_file() {
        let hosts = Hosts::parse(TEXT);
        assert_eq!(hosts.addresses("localhost").len(), 2);
        let printer: Vec<IpAddr> = vec!["192.0.2.7".parse().unwrap(), "192.0.2.8".parse().unwrap()];
        assert_eq!(hosts.addresses("PRINTER"), printer);
        assert_eq!(hosts.addresses("printer.test."), &printer[..1]);
        assert!(hosts.addresses("upstairs").is_empty());
        assert!(hosts.addresses("here").is_empty());
    }

    #[test]
    fn the_first_name_of_an_address_is_its_canonical_one() {
        let hosts = Hosts::parse(TEXT);
        assert_eq!(
            hosts.names("192.0.2.7".parse().unwrap()),
            ["Printer.test", "printer"]
        );
        assert!(hosts.names("192.0.2.9".parse().unwrap()).is_empty());
    }
}
