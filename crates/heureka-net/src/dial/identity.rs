//! Who we are to servers that want to know it by a certificate.

use std::{fmt, sync::Arc};

use memchr::memmem;
use rustls::{
    InconsistentKeys,
    client::ResolvesClientCert,
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
    sign::{CertifiedKey, SingleCertAndKey},
};
use thiserror::Error;

/// What stands in the text of a key that a password protects: as PKCS#8, and as OpenSSL once wrote it.
const MARKS_OF_ENCRYPTION: [&str; 2] = ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"];

/// A certificate for TLS, and the key that proves that it is ours.
///
/// Clones share the key, and `Debug` shows neither.
#[derive(Clone)]
pub struct ClientIdentity(Arc<CertifiedKey>);

/// Why a certificate and a key are no identity, and what to write instead.
///
/// Nothing of the texts is repeated, because any part of them can be of the key.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidIdentity {
    /// There is no certificate.
    #[error(
        "there is no client certificate; write it from BEGIN CERTIFICATE to END CERTIFICATE, and \
         behind it those between it and a root"
    )]
    NoCertificate,
    /// The certificates are no PEM.
    #[error(
        "write the client certificate and those behind it as PEM, each from BEGIN CERTIFICATE to \
         END CERTIFICATE on lines of their own"
    )]
    CertificateNotPem,
    /// A certificate cannot be understood.
    #[error("the client certificate cannot be used: {0}")]
    UnusableCertificate(String),
    /// There is no key.
    #[error(
        "there is no key; write it from BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY or BEGIN EC \
         PRIVATE KEY to the END of the same name"
    )]
    NoKey,
    /// The key is protected by a password.
    #[error(
        "the key is encrypted; write it in the clear, such as `openssl pkey` makes it, where only \
         this process can read it"
    )]
    EncryptedKey,
    /// The key is no PEM.
    #[error("write the key as PEM, its BEGIN and its END on lines of their own")]
    KeyNotPem,
    /// The key cannot be understood.
    #[error("the key cannot be used; write one for RSA, for ECDSA with P-256 or P-384, or Ed25519")]
    UnusableKey,
    /// The key is not that of the first certificate.
    #[error(
        "the key does not belong to the first certificate; write the client's own certificate \
         before the others, and its key"
    )]
    KeyOfAnother,
    /// The file does not open.
    #[cfg(feature = "pkcs12")]
    #[error(
        "the PKCS#12 file does not open with this password, or is damaged; correct the password"
    )]
    WrongPassword,
    /// The bytes are no PKCS#12.
    #[cfg(feature = "pkcs12")]
    #[error("write a PKCS#12 file (.p12 or .pfx) and its password; this one cannot be read: {0}")]
    NotPkcs12(String),
    /// There is no key in the file, or none with its certificate.
    #[cfg(feature = "pkcs12")]
    #[error("there is no key in the PKCS#12 file; write one with a key and its certificate")]
    NoEntry,
    /// There are several keys, and nothing says which one is meant.
    #[cfg(feature = "pkcs12")]
    #[error("there are several keys in the PKCS#12 file; write one with the client's key only")]
    ManyEntries,
}

impl ClientIdentity {
    /// Takes the certificate and the key from texts, which may be one and the same.
    ///
    /// The client's own certificate comes first in `certificate_chain_pem`; those that lead from it
    /// to a root which servers trust follow. The key may be PKCS#8, PKCS#1 or SEC1.
    ///
    /// # Errors
    ///
    /// One of them is missing or cannot be used, or they do not belong together.
    pub fn from_pem(certificate_chain_pem: &[u8], key_pem: &[u8]) -> Result<Self, InvalidIdentity> {
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(certificate_chain_pem).collect();
        let chain = chain.map_err(|_| InvalidIdentity::CertificateNotPem)?;
        Self::of(chain, key_of(key_pem)?)
    }

    pub(super) fn of(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, InvalidIdentity> {
        if chain.is_empty() {
            return Err(InvalidIdentity::NoCertificate);
        }
        let key = ring::default_provider().key_provider.load_private_key(key);
        let identity = CertifiedKey::new(chain, key.map_err(|_| InvalidIdentity::UnusableKey)?);
        match identity.keys_match() {
            Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                Err(InvalidIdentity::KeyOfAnother)
            }
            Err(error) => Err(InvalidIdentity::UnusableCertificate(error.to_string())),
            Ok(()) => Ok(Self(Arc::new(identity))),
        }
    }

    /// Shows the certificate to every server that asks for one.
    pub(super) fn resolver(self) -> Arc<dyn ResolvesClientCert> {
        Arc::new(SingleCertAndKey::from(self.0))
    }
}

fn key_of(pem: &[u8]) -> Result<PrivateKeyDer<'static>, InvalidIdentity> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| {
        let encrypted = |mark: &&str| memmem::find(pem, mark.as_bytes()).is_some();
        if MARKS_OF_ENCRYPTION.iter().any(encrypted) {
            InvalidIdentity::EncryptedKey
        } else if matches!(error, pem::Error::NoItemsFound) {
            InvalidIdentity::NoKey
        } else {
            InvalidIdentity::KeyNotPem
        }
    })
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity").finish_non_exhaustive()
    }
}
