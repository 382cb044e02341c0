//! A server's address and port as bytes.

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use crate::wire::{Reader, Truncated, Writer};

pub(super) fn write(server: SocketAddr, out: &mut Vec<u8>) {
    let mut writer = Writer::new(out);
    match server {
        SocketAddr::V4(v4) => writer.u8(4).bytes(&v4.ip().octets()),
        SocketAddr::V6(v6) => writer.u8(6).bytes(&v6.ip().octets()).u32(v6.scope_id()),
    };
    writer.u16(server.port());
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<SocketAddr, Truncated> {
    match reader.u8()? {
        4 => {
            let ip = IpAddr::from(reader.array::<4>()?);
            Ok(SocketAddr::new(ip, reader.u16()?))
        }
        _ => {
            let ip = reader.array::<16>()?.into();
            let scope = reader.u32()?;
            Ok(SocketAddrV6::new(ip, reader.u16()?, 0, scope).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_read_as_it_was_written() {
        for text in ["192.0.2.1:53", "[2001:db8::1]:853", "[fe80::1%7]:53"] {
            let server: SocketAddr = text.parse().unwrap();
            let mut bytes = Vec::new();
            write(server, &mut bytes);
            assert_eq!(read(&mut Reader::new(&bytes)), Ok(server));
            assert_eq!(read(&mut Reader::new(&bytes[..bytes.len() - 1])), Err(Truncated));
        }
    }
}
