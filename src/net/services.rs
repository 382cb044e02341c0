//! `/etc/services`: the names of ports.

use std::fs;
use std::path::Path;

/// The names of ports, as the system's administrator has them.
#[derive(Clone, Debug, Default)]
pub struct Services {
    text: String,
}

/// One line of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service<'a> {
    /// The official name.
    pub name: &'a str,
    /// The port.
    pub port: u16,
    /// `tcp`, `udp`, …
    pub transport: &'a str,
    aliases: &'a str,
}

impl Services {
    /// The services of this system. Without the file there are no names.
    pub fn system() -> Self {
        Self::read(Path::new("/etc/services"))
    }

    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_default();
        Self::parse(&String::from_utf8_lossy(&bytes))
    }

    /// The services of a text in the format of services(5).
    pub fn parse(text: &str) -> Self {
        Self {
            text: text.to_owned(),
        }
    }

    /// Every service, in the order of the file. Lines that are none are passed over.
    pub fn iter(&self) -> impl Iterator<Item = Service<'_>> {
        self.text.lines().filter_map(parse_line)
    }

    /// The official name of `port`; the first of several.
    pub fn name(&self, port: u16, transport: &str) -> Option<&str> {
        self.iter()
            .find(|service| service.port == port && service.transport == transport)
            .map(|service| service.name)
    }

    /// The port of the service called `name`, officially or by an alias.
    pub fn port(&self, name: &str, transport: &str) -> Option<u16> {
        self.iter()
            .find(|service| service.transport == transport && service.is_called(name))
            .map(|service| service.port)
    }
}

impl Service<'_> {
    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.split_whitespace().any(|alias| alias == name)
    }
}

/// `name port/transport [alias …] [# comment]`
fn parse_line(line: &str) -> Option<Service<'_>> {
    let line = line.split('#').next()?.trim();
    let (name, rest) = line.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let (number, aliases) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (port, transport) = number.split_once('/')?;
    Some(Service {
        name,
        port: port.parse().ok()?,
        transport,
        aliases,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# comment\nhttp\t\t80/tcp  www # WorldWideWeb\nhttp-alt 8080/tcp webcache http_alt\n\
                        domain 53/udp\nbroken\nodd x/tcp\n";

    #[test]
    fn a_port_has_its_official_name_for_its_transport_only() {
        let services = Services::parse(TEXT);
        assert_eq!(services.name(8080, "tcp"), Some("http-alt"));
        assert_eq!(services.name(53, "udp"), Some("domain"));
        assert_eq!(services.name(53, "tcp"), None);
    }

    #[test]
    fn a_service_is_found_by_name_and_alias() {
        let services = Services::parse(TEXT);
        assert_eq!(services.port("www", "tcp"), Some(80));
        assert_eq!(services.port("http", "tcp"), Some(80));
        assert_eq!(services.port("WorldWideWeb", "tcp"), None);
        assert_eq!(services.port("http", "udp"), None);
    }
}
