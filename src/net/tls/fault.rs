//! What goes wrong in TLS, in words.

use std::io;

use rustls::{AlertDescription, Error, InvalidMessage, PeerIncompatible};
use thiserror::Error;

use super::refusal::Refusal;

/// Why there is no TLS connection, or none any more.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The peer is not who it should be, or nobody trusted vouches for it.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The peer ended it, and said why.
    #[error("the peer ended it with the alert \"{}\" ({})", alert_words(*.0), u8::from(*.0))]
    Alert(AlertDescription),
    /// The first bytes of the peer are no TLS.
    #[error("the peer does not speak TLS")]
    NotTls,
    /// The peer hung up in the middle of the handshake.
    #[error("the peer closed the connection during the handshake")]
    HungUp,
    /// None of the protocols of ALPN is known to both.
    #[error("the peer speaks none of the protocols asked for: {0}")]
    NoCommonProtocol(String),
    /// A client has to show a certificate, and has none.
    #[error("the client shows no certificate")]
    NoCertificate,
    /// The peer wants what is not here.
    #[error("nothing in common with the peer: {0}")]
    Incompatible(String),
    /// The peer breaks the rules, or somebody damages what it says.
    #[error("the peer breaks the rules of TLS: {0}")]
    Broken(String),
    /// The connection below broke.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<Error> for TlsError {
    fn from(error: Error) -> Self {
        match error {
            Error::AlertReceived(alert) => Self::Alert(alert),
            Error::InvalidMessage(InvalidMessage::InvalidContentType) => Self::NotTls,
            Error::NoCertificatesPresented => Self::NoCertificate,
            Error::PeerIncompatible(why) => Self::Incompatible(incompatible_words(&why)),
            error => Self::Broken(error.to_string()),
        }
    }
}

/// RFC 8446 section 6.2.
fn alert_words(alert: AlertDescription) -> String {
    let words = match alert {
        AlertDescription::UnexpectedMessage => "unexpected message",
        AlertDescription::BadRecordMac => "bad record MAC",
        AlertDescription::RecordOverflow => "record overflow",
        AlertDescription::HandshakeFailure => "handshake failure",
        AlertDescription::BadCertificate => "bad certificate",
        AlertDescription::UnsupportedCertificate => "unsupported certificate",
        AlertDescription::CertificateRevoked => "certificate revoked",
        AlertDescription::CertificateExpired => "certificate expired",
        AlertDescription::CertificateUnknown => "certificate unknown",
        AlertDescription::IllegalParameter => "illegal parameter",
        AlertDescription::UnknownCA => "unknown CA",
        AlertDescription::AccessDenied => "access denied",
        AlertDescription::DecodeError => "decode error",
        AlertDescription::DecryptError => "decrypt error",
        AlertDescription::ProtocolVersion => "protocol version",
        AlertDescription::InsufficientSecurity => "insufficient security",
        AlertDescription::InternalError => "internal error",
        AlertDescription::InappropriateFallback => "inappropriate fallback",
        AlertDescription::UserCanceled => "user canceled",
        AlertDescription::NoRenegotiation => "no renegotiation",
        AlertDescription::MissingExtension => "missing extension",
        AlertDescription::UnsupportedExtension => "unsupported extension",
        AlertDescription::UnrecognisedName => "unrecognized name",
        AlertDescription::UnknownPSKIdentity => "unknown PSK identity",
        AlertDescription::CertificateRequired => "certificate required",
        AlertDescription::NoApplicationProtocol => "no application protocol",
        other => return format!("{other:?}"),
    };
    words.to_owned()
}

fn incompatible_words(why: &PeerIncompatible) -> String {
    let words = match why {
        PeerIncompatible::NoCipherSuitesInCommon => "no cipher suite",
        PeerIncompatible::NoKxGroupsInCommon | PeerIncompatible::NamedGroupsExtensionRequired => {
            "no group for the key exchange"
        }
        PeerIncompatible::NoSignatureSchemesInCommon
        | PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon => "no signature scheme",
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::SupportedVersionsExtensionRequired
        | PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls13RequiredForQuic
        | PeerIncompatible::Tls12NotOfferedOrEnabled => "no version of TLS (here 1.2 and 1.3)",
        PeerIncompatible::ExtendedMasterSecretExtensionRequired => "it has no extended master secret",
        other => return format!("{other:?}"),
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_told_by_its_name_and_number() {
        let error = TlsError::from(Error::AlertReceived(AlertDescription::CertificateRequired));
        assert_eq!(
            error.to_string(),
            "the peer ended it with the alert \"certificate required\" (116)"
        );
    }

    #[test]
    fn what_is_no_record_is_no_tls() {
        let error = Error::InvalidMessage(InvalidMessage::InvalidContentType);
        assert_eq!(TlsError::from(error).to_string(), "the peer does not speak TLS");
    }
}
