//! `--store etcd://HOST:PORT[,HOST:PORT…]/PREFIX`.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// A store that several servers share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tools::rlaunch) struct Cluster {
    /// Its members, each a host and a port.
    pub(in crate::tools::rlaunch) endpoints: Vec<String>,
    /// What all keys begin with: a slash, and no slash at the end.
    pub(in crate::tools::rlaunch) prefix: String,
}

impl Cluster {
    /// The store that `place` names; `None` if it names a folder.
    ///
    /// # Errors
    /// When it is meant for one, and is none.
    pub(super) fn parse(place: &Path) -> Result<Option<Self>> {
        let typed = place.to_string_lossy();
        let Some(rest) = typed.strip_prefix(SCHEME) else {
            return Ok(None);
        };
        let wrong = || format!("--store {typed}: not etcd://HOST:PORT[,HOST:PORT...]/PREFIX");
        let (members, prefix) = rest.split_once('/').with_context(wrong)?;
        let prefix = prefix.trim_end_matches('/');
        let endpoints: Vec<_> = members.split(',').map(str::to_owned).collect();
        ensure!(endpoints.iter().all(|member| is_endpoint(member)), wrong());
        ensure!(
            !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_graphic()),
            wrong()
        );
        let prefix = format!("/{prefix}");
        Ok(Some(Self { endpoints, prefix }))
    }
}

impl fmt::Display for Cluster {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{SCHEME}{}{}", self.endpoints.join(","), self.prefix)
    }
}

/// A name, an address or a bracketed IPv6 address, and a port.
fn is_endpoint(typed: &str) -> bool {
    let Some((host, port)) = typed.rsplit_once(':') else {
        return false;
    };
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    };
    is_host && port.parse::<u16>().is_ok_and(|port| port > 0)
}

const SCHEME: &str = "etcd://";

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(typed: &str) -> Result<Option<Cluster>> {
        Cluster::parse(Path::new(typed))
    }

    #[test]
    fn members_and_a_prefix() {
        for typed in ["etcd://a:2379/orders", "etcd://a:1,10.0.0.1:2,[::1]:3/x/y"] {
            assert_eq!(parsed(typed).unwrap().unwrap().to_string(), typed);
        }
        let cluster = parsed("etcd://a:1,b:2/x/").unwrap().unwrap();
        assert_eq!(
            (cluster.endpoints, cluster.prefix),
            (vec!["a:1".to_owned(), "b:2".to_owned()], "/x".to_owned())
        );
        assert_eq!(parsed("/var/lib/orders").unwrap(), None);
        assert_eq!(parsed("etcd:/x").unwrap(), None);
    }

    #[test]
    fn what_is_meant_for_a_cluster_and_is_none_is_refused_in_words() {
        for typed in [
            "etcd://",
            "etcd://a:1",
            "etcd://a:1/",
            "etcd://a/x",
            "etcd://a:0/x",
            "etcd://:1/x",
            "etcd://a:1,/x",
            "etcd://u@a:1/x",
            "etcd://::1:1/x",
            "etcd://a:1/\u{e9}",
            "etcd://a:1/a b",
        ] {
            let error = parsed(typed).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("--store {typed}: not etcd://")),
                "{error}"
            );
        }
    }
}
