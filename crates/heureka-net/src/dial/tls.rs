//! Whom TLS trusts, and who we are to others.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use thiserror::Error;
use tokio_rustls::TlsConnector;

use super::identity::ClientIdentity;

/// How other servers prove who they are, and we to them where they ask.
#[derive(Clone)]
pub struct Tls(Arc<ClientConfig>);

/// What [`Tls`] is made from.
#[derive(Clone)]
pub struct TlsBuilder {
    roots: RootCertStore,
    identity: Option<ClientIdentity>,
}

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
    NotPem(String),
    /// There is no certificate in it.
    #[error(
        "there is no certificate; write at least one from BEGIN CERTIFICATE to END CERTIFICATE"
    )]
    Empty,
    /// A certificate cannot be understood, or TLS cannot be set up with it.
    #[error("a certificate cannot be used: {0}")]
    Unusable(String),
}

impl Tls {
    /// Says whom to trust, and who to be, piece by piece. At first nobody is trusted.
    #[must_use]
    pub fn builder() -> TlsBuilder {
        TlsBuilder {
            roots: RootCertStore::empty(),
            identity: None,
        }
    }

    /// Trusts whom the machine trusts, and the certificates in the file `extra` besides.
    ///
    /// Reads files, so it belongs to the start of a process. A machine that trusts nobody is no
    /// error: only `https` URLs need it, and they say so when they are used.
    ///
    /// # Errors
    ///
    /// `extra` cannot be read or used.
    pub fn of_machine(extra: Option<&Path>) -> Result<Self, InvalidRoots> {
        let machine = Self::builder().machine_roots();
        match extra {
            Some(path) => machine.root_file(path)?.build(),
            None => machine.build(),
        }
    }

    /// Trusts the certificates in a PEM text and nobody else.
    ///
    /// # Errors
    ///
    /// The text has no certificate, or one that cannot be used.
    pub fn trusting(pem: &[u8]) -> Result<Self, InvalidRoots> {
        Self::builder().root_pem(pem)?.build()
    }

    pub(crate) fn connector(&self) -> TlsConnector {
        TlsConnector::from(Arc::clone(&self.0))
    }
}

impl TlsBuilder {
    /// Trusts whom the machine trusts. Reads files, so it belongs to the start of a process.
    #[must_use]
    pub fn machine_roots(mut self) -> Self {
        // Some machines have certificates that nobody can read; the others count.
        self.roots
            .add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        self
    }

    /// Trusts the certificates in a PEM text.
    ///
    /// # Errors
    ///
    /// The text has no certificate, or one that cannot be used.
    pub fn root_pem(mut self, pem: &[u8]) -> Result<Self, InvalidRoots> {
        add(&mut self.roots, pem)?;
        Ok(self)
    }

    /// Trusts the certificates in a PEM file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, has no certificate, or one that cannot be used.
    pub fn root_file(self, path: &Path) -> Result<Self, InvalidRoots> {
        let pem = std::fs::read(path).map_err(|source| InvalidRoots::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        self.root_pem(&pem)
    }

    /// Shows the certificate of `identity` to servers that ask for one; without, they get none.
    #[must_use]
    pub fn identity(mut self, identity: ClientIdentity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Puts it together.
    ///
    /// # Errors
    ///
    /// TLS cannot be set up.
    pub fn build(self) -> Result<Tls, InvalidRoots> {
        // The provider is named, because the one of the process would be a global.
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_root_certificates(self.roots);
        let mut config = match self.identity {
            Some(identity) => config.with_client_cert_resolver(identity.resolver()),
            None => config.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls(Arc::new(config)))
    }
}

/// What the library says, so that its type is not ours to keep.
fn unusable(error: rustls::Error) -> InvalidRoots {
    InvalidRoots::Unusable(error.to_string())
}

fn add(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), InvalidRoots> {
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| InvalidRoots::NotPem(error.to_string()))?;
        roots.add(certificate).map_err(unusable)?;
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

impl fmt::Debug for TlsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsBuilder").finish_non_exhaustive()
    }
}
