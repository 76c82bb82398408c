use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustix::fs::OFlags;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::wire::Stream;
use super::{CaFileError, CertificateProblem, SendError};

/// More than the certificates of every authority there is.
const LARGEST_CA_FILE: u64 = 16 << 20;

/// What TLS needs, prepared when the first https request is made and not before.
pub(super) struct Tls {
    ca_file: Option<PathBuf>,
    config: OnceLock<Arc<ClientConfig>>,
}

impl Tls {
    pub(super) fn new(ca_file: Option<PathBuf>) -> Self {
        Self { ca_file, config: OnceLock::new() }
    }

    /// The configuration: the built-in roots and those of `ca_file`, ring, HTTP/1.1.
    pub(super) fn config(&self, host: &str) -> Result<Arc<ClientConfig>, SendError> {
        if let Some(config) = self.config.get() {
            return Ok(Arc::clone(config));
        }
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = &self.ca_file {
            add_file(&mut roots, path).map_err(|source| SendError::CaFile {
                host: host.to_owned(),
                path: path.clone(),
                source,
            })?;
        }
        // Named here, because a default set elsewhere in the process must not decide about it.
        let mut config =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|e| SendError::TlsSetUp { host: host.to_owned(), detail: e.to_string() })?
                .with_root_certificates(roots)
                .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::clone(self.config.get_or_init(|| Arc::new(config))))
    }
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), CaFileError> {
    let pem = read_bounded(path).map_err(CaFileError::Unreadable)?;
    let mut found = false;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|e| CaFileError::Damaged(e.to_string()))?;
        roots.add(certificate).map_err(|e| CaFileError::Damaged(e.to_string()))?;
        found = true;
    }
    if found { Ok(()) } else { Err(CaFileError::Empty) }
}

/// Reads a regular file of a sensible size; a pipe that nobody writes to is not waited for.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(nonblocking).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > LARGEST_CA_FILE {
        return Err(io::Error::other("it is no regular file of at most 16 MiB"));
    }
    let mut pem = Vec::new();
    file.take(LARGEST_CA_FILE).read_to_end(&mut pem)?;
    Ok(pem)
}

impl Stream for StreamOwned<ClientConnection, Box<dyn Stream>> {
    fn is_quiet(&mut self) -> bool {
        let read = self.conn.process_new_packets();
        let waits = read.map_or(true, |state| state.plaintext_bytes_to_read() > 0 || state.peer_has_closed());
        !waits && self.sock.is_quiet()
    }
}

/// Why a handshake failed.
pub(super) enum HandshakeError {
    Certificate(CertificateProblem),
    Io(io::Error),
}

/// Does the whole handshake, so that a failure of TLS is always one before the request. Tells the version agreed upon, too.
pub(super) fn handshake(
    config: Arc<ClientConfig>,
    host: &str,
    mut stream: Box<dyn Stream>,
) -> Result<(Box<dyn Stream>, Option<String>), HandshakeError> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|e| HandshakeError::Io(io::Error::new(io::ErrorKind::InvalidInput, e)))?;
    let mut connection =
        ClientConnection::new(config, name).map_err(|e| HandshakeError::Io(io::Error::other(e)))?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).map_err(judge)?;
    }
    let version =
        connection.protocol_version().and_then(|v| v.as_str()).map(|v| v.replace("TLSv1_", "TLS 1."));
    Ok((Box::new(StreamOwned::new(connection, stream)), version))
}

fn judge(error: io::Error) -> HandshakeError {
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(rustls::Error::InvalidCertificate(problem)) => HandshakeError::Certificate(describe(problem)),
        _ => HandshakeError::Io(error),
    }
}

fn describe(problem: &CertificateError) -> CertificateProblem {
    match problem {
        CertificateError::NotValidForNameContext { presented, .. } => {
            CertificateProblem::WrongName(presented.join(", "))
        }
        CertificateError::NotValidForName => CertificateProblem::WrongName("not told".to_owned()),
        CertificateError::UnknownIssuer => CertificateProblem::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateProblem::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CertificateProblem::NotYetValid
        }
        other => CertificateProblem::Other(other.to_string()),
    }
}
