//! An authority of the test's own, and those for whom it vouches.

use std::fs;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// An authority, and a folder with its certificate and those that it has signed.
pub(super) struct Authority {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

/// The files of somebody for whom an authority vouches.
pub(super) struct Member {
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Authority {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut params = params(&format!("authority {}", folder.path().display()), &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let root = params.self_signed(&key).expect("an authority");
        fs::write(folder.path().join("ca.pem"), root.pem()).expect("the folder can be written to");
        Self {
            folder,
            issuer: Issuer::new(params, key),
        }
    }

    /// Its certificate.
    pub(super) fn file(&self) -> String {
        self.path("ca.pem")
    }

    /// Somebody called `name`, of the names `names`.
    pub(super) fn member(&self, name: &str, names: &[&str]) -> Member {
        self.member_like(name, names, |_| {})
    }

    /// The same, but for what `change` does to it.
    pub(super) fn member_like(
        &self,
        name: &str,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Member {
        let mut params = params(name, names);
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let member = Member {
            certificate: self.path(&format!("{name}.pem")),
            key: self.path(&format!("{name}.key")),
        };
        fs::write(&member.certificate, certificate.pem()).expect("the folder can be written to");
        fs::write(&member.key, key.serialize_pem()).expect("the folder can be written to");
        member
    }

    pub(super) fn path(&self, name: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        path.into_os_string().into_string().expect("a path in text")
    }
}

fn params(name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
