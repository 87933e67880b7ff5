//! Identities from PKCS#12, which is how Java keeps them.

use p12_keystore::{
    Certificate, KeyStore, KeyStoreEntry, Pkcs12ImportPolicy, PrivateKeyChain, error::Error,
};
use pkcs8::{PrivateKeyInfoRef, spki::SubjectPublicKeyInfoRef};
use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer},
    server::ParsedCertificate,
};
use sec1::{
    EcPrivateKey,
    der::{Decode, Encode},
};

use super::identity::{ClientIdentity, InvalidIdentity};

impl ClientIdentity {
    /// Takes the certificate and the key from the bytes of a PKCS#12 file, such as a keystore of
    /// Java's or a `.pfx`. Certificates that belong to no key do not count.
    ///
    /// Needs the feature `pkcs12`.
    ///
    /// # Errors
    ///
    /// The bytes are no such file or do not open with `password`, there is not exactly one key with
    /// its certificate, or they cannot be used.
    pub fn from_pkcs12(der: &[u8], password: &str) -> Result<Self, InvalidIdentity> {
        let store = KeyStore::from_pkcs12(der, password, Pkcs12ImportPolicy::Strict);
        let store = store.map_err(told)?;
        let mut chains = store.entries().filter_map(|(_, entry)| chain_of(entry));
        let only = chains.next().ok_or(InvalidIdentity::NoEntry)?;
        if chains.next().is_some() {
            return Err(InvalidIdentity::ManyEntries);
        }
        let certificates: Vec<_> = only.certs().iter().map(certificate_of).collect();
        let key = key_of(only, certificates.first());
        Self::of(certificates, key)
    }
}

fn certificate_of(certificate: &Certificate) -> CertificateDer<'static> {
    CertificateDer::from(certificate.as_der().to_vec())
}

/// The key of a chain. Java leaves the public half of a key for ECDSA out, which ring wants to see,
/// so it is taken from the certificate; that the halves belong together is checked by ring.
fn key_of(
    chain: &PrivateKeyChain,
    certificate: Option<&CertificateDer<'_>>,
) -> PrivateKeyDer<'static> {
    let key = chain.key().as_der();
    match certificate.and_then(|certificate| completed(key, certificate)) {
        Some(whole) => PrivateSec1KeyDer::from(whole).into(),
        None => PrivatePkcs8KeyDer::from(key.to_vec()).into(),
    }
}

/// A key for ECDSA as SEC1 with its public half, if that is missing.
fn completed(key: &[u8], certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let key = PrivateKeyInfoRef::from_der(key).ok()?;
    let half = EcPrivateKey::from_der(key.private_key.as_bytes()).ok()?;
    if half.public_key.is_some() {
        return None;
    }
    let certificate = ParsedCertificate::try_from(certificate).ok()?;
    let public = certificate.subject_public_key_info();
    let public = SubjectPublicKeyInfoRef::from_der(&public).ok()?;
    let whole = EcPrivateKey {
        public_key: public.subject_public_key.as_bytes(),
        ..half
    };
    whole.to_der().ok()
}

fn chain_of(entry: &KeyStoreEntry) -> Option<&PrivateKeyChain> {
    match entry {
        KeyStoreEntry::PrivateKeyChain(chain) => Some(chain),
        KeyStoreEntry::Certificate(_) | KeyStoreEntry::Secret(_) => None,
    }
}

/// What is decrypted with another password is nonsense, which is noticed in several places; the sum
/// over the whole is the one that is nearly always there.
fn told(error: Error) -> InvalidIdentity {
    if matches!(error, Error::MacError(_)) {
        return InvalidIdentity::WrongPassword;
    }
    InvalidIdentity::NotPkcs12(error.to_string())
}
