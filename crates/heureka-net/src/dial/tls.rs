//! Whom TLS trusts.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{
        CertificateDer,
        pem::{self, PemObject},
    },
};
use thiserror::Error;
use tokio_rustls::TlsConnector;

/// How other servers prove who they are.
#[derive(Clone)]
pub struct Tls(Arc<ClientConfig>);

/// Why certificates cannot be trusted.
#[derive(Debug, Error)]
pub enum InvalidRoots {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The text is no list of certificates.
    #[error("write certificates as PEM, each from BEGIN CERTIFICATE to END CERTIFICATE: {0}")]
    NotPem(pem::Error),
    /// There is no certificate in it.
    #[error(
        "there is no certificate; write at least one from BEGIN CERTIFICATE to END CERTIFICATE"
    )]
    Empty,
    /// A certificate cannot be understood, or TLS cannot be set up with it.
    #[error("a certificate cannot be used: {0}")]
    Unusable(rustls::Error),
}

impl Tls {
    /// Trusts whom the machine trusts, and the certificates in the file `extra` besides.
    ///
    /// Reads files, so it belongs to the start of a process. A machine that trusts nobody is no
    /// error: only `https` URLs need it, and they say so when they are used.
    ///
    /// # Errors
    ///
    /// `extra` cannot be read or used.
    pub fn of_machine(extra: Option<&Path>) -> Result<Self, InvalidRoots> {
        let mut roots = RootCertStore::empty();
        // Some machines have certificates that nobody can read; the others count.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = extra {
            let pem = std::fs::read(path).map_err(|source| InvalidRoots::Unreadable {
                path: path.to_owned(),
                source,
            })?;
            add(&mut roots, &pem)?;
        }
        Self::with(roots)
    }

    /// Trusts the certificates in a PEM text and nobody else.
    ///
    /// # Errors
    ///
    /// The text has no certificate, or one that cannot be used.
    pub fn trusting(pem: &[u8]) -> Result<Self, InvalidRoots> {
        let mut roots = RootCertStore::empty();
        add(&mut roots, pem)?;
        Self::with(roots)
    }

    fn with(roots: RootCertStore) -> Result<Self, InvalidRoots> {
        // The provider is named, because the one of the process would be a global.
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(InvalidRoots::Unusable)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }

    pub(crate) fn connector(&self) -> TlsConnector {
        TlsConnector::from(Arc::clone(&self.0))
    }
}

fn add(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), InvalidRoots> {
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(InvalidRoots::NotPem)?;
        roots.add(certificate).map_err(InvalidRoots::Unusable)?;
    }
    if roots.len() == before {
        return Err(InvalidRoots::Empty);
    }
    Ok(())
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}
