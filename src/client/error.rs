use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::{CaFileError, CertificateProblem, ProxyProblem, Stage};

/// Why there is no answer. Every variant is either before or after the moment at which the first byte of the request may
/// have left; see [`SendError::request_may_have_left`].
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The base URL cannot be used.
    #[error("the base URL {url} {reason}; write scheme://host[:port], as in https://api.binance.com")]
    BaseUrl {
        /// The URL, without credentials.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Plain HTTP to another machine.
    #[error("{host} is not this machine, so plain http is refused; write https in the base URL")]
    PlainHttp {
        /// The host.
        host: String,
    },
    /// The path or query string cannot stand on a request line.
    #[error("the request to {host} cannot be written: its path and query string {reason}; nothing was sent")]
    Target {
        /// The host.
        host: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The HTTP layer refused the request.
    #[error(
        "the request to {host} cannot be written ({detail}); check the names and values of its headers. Nothing was sent"
    )]
    Request {
        /// The host.
        host: String,
        /// What it said.
        detail: String,
    },
    /// A proxy variable cannot be used. Its value may hold a password and is not shown.
    #[error("the proxy in {variable}, meant for {host}, {reason}; mend the variable or unset it")]
    ProxyVariable {
        /// The host.
        host: String,
        /// The name of the variable.
        variable: String,
        /// What is wrong with its value.
        reason: &'static str,
    },
    /// The extra certificates cannot be used.
    #[error("ca_file {} for {host} {source}", path.display())]
    CaFile {
        /// The host.
        host: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CaFileError,
    },
    /// The system's random numbers or ciphers failed while TLS was prepared.
    #[error("TLS for {host} cannot be prepared on this machine: {detail}; nothing was sent")]
    TlsSetUp {
        /// The host.
        host: String,
        /// What rustls said.
        detail: String,
    },
    /// The name has no address.
    #[error("cannot look up {host}: {source}; check the name and this machine's network. Nothing was sent")]
    NameNotFound {
        /// The host.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// Refused, unreachable, or broken off while connecting.
    #[error(
        "cannot connect to {host}: {source}; check the address, the network and the firewall. Nothing was sent"
    )]
    Connect {
        /// The host.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// Not connected in time.
    #[error(
        "{host} cannot be reached: {stage} took longer than {}; check the network, or raise --timeout. Nothing was sent",
        seconds(*after)
    )]
    ConnectTimeout {
        /// The host.
        host: String,
        /// What was under way.
        stage: Stage,
        /// The time allowed.
        after: Duration,
    },
    /// The proxy did not let us through.
    #[error(
        "the proxy {proxy} does not lead to {host}: {problem}; check HTTPS_PROXY and ALL_PROXY, or add the host to NO_PROXY. \
         Nothing was sent"
    )]
    Proxy {
        /// The host behind it.
        host: String,
        /// The proxy's host and port, without credentials.
        proxy: String,
        /// What happened.
        problem: ProxyProblem,
    },
    /// The certificate is not one for this host.
    #[error("the certificate of {host} {problem}. Nothing was sent")]
    Certificate {
        /// The host.
        host: String,
        /// What is wrong with it.
        problem: CertificateProblem,
    },
    /// The TLS handshake failed.
    #[error(
        "TLS with {host} failed: {source}; check host and port, and what stands between. Nothing was sent"
    )]
    Tls {
        /// The host.
        host: String,
        /// What rustls or the system said.
        source: io::Error,
    },
    /// The request went out, and time ran out.
    #[error(
        "{host} was sent the request and gave no answer within {}; whether it was carried out is not known. Look before \
         sending a change again; --timeout waits longer",
        seconds(*after)
    )]
    NoAnswer {
        /// The host.
        host: String,
        /// The time allowed for sending, status line and headers.
        after: Duration,
    },
    /// The connection was closed before the headers were complete.
    #[error(
        "{host} closed the connection {}; whether the request was carried out is not known. Look before sending a change again",
        if *began { "in the middle of its answer" } else { "without an answer" }
    )]
    Closed {
        /// The host.
        host: String,
        /// Whether some of an answer had arrived.
        began: bool,
    },
    /// The connection broke while sending or waiting: a reset, a network failure, a broken TLS record.
    #[error(
        "the connection to {host} broke after the request began to be sent: {source}; whether it was carried out is not \
         known. Look before sending a change again"
    )]
    Broken {
        /// The host.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// What came back is not HTTP.
    #[error(
        "{host} did not answer in HTTP ({detail}); whether the request was carried out is not known. Check scheme and port of \
         the base URL, and what stands between"
    )]
    Malformed {
        /// The host.
        host: String,
        /// What is wrong with it.
        detail: String,
    },
    /// More headers than any honest server sends.
    #[error(
        "{host} answered with more than 64 KiB or 128 lines of headers; whether the request was carried out is not known. \
         Check the base URL, and what stands between"
    )]
    HeadersTooLarge {
        /// The host.
        host: String,
    },
}

impl SendError {
    /// Whether the first byte of the request may have left. If not, nothing was executed, for certain.
    pub fn request_may_have_left(&self) -> bool {
        match self {
            Self::NoAnswer { .. }
            | Self::Closed { .. }
            | Self::Broken { .. }
            | Self::Malformed { .. }
            | Self::HeadersTooLarge { .. } => true,
            Self::BaseUrl { .. }
            | Self::PlainHttp { .. }
            | Self::Target { .. }
            | Self::Request { .. }
            | Self::ProxyVariable { .. }
            | Self::CaFile { .. }
            | Self::TlsSetUp { .. }
            | Self::NameNotFound { .. }
            | Self::Connect { .. }
            | Self::ConnectTimeout { .. }
            | Self::Proxy { .. }
            | Self::Certificate { .. }
            | Self::Tls { .. } => false,
        }
    }

    /// Whether a setting is at fault, and not the network: the error was found before any connection.
    pub fn is_configuration(&self) -> bool {
        matches!(
            self,
            Self::BaseUrl { .. } | Self::PlainHttp { .. } | Self::ProxyVariable { .. } | Self::CaFile { .. }
        )
    }
}

/// Why the rest of a body did not arrive. Found inside the `io::Error` of a read; see [`BodyError::of`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Closed or reset before the end that was announced.
    #[error("{host} closed the connection in the middle of its answer; what arrived is incomplete")]
    ClosedEarly {
        /// The host.
        host: String,
    },
    /// Slower than the [`Pace`](super::Pace) allows.
    #[error("{host} sent less than {bytes} bytes of its answer in {}; what arrived is incomplete", seconds(*window))]
    Stalled {
        /// The host.
        host: String,
        /// The least number of bytes in a window.
        bytes: u64,
        /// The window.
        window: Duration,
    },
    /// Longer than the bound, after decoding.
    #[error("the answer of {host} is longer than {limit} bytes; ask for less at a time")]
    TooLarge {
        /// The host.
        host: String,
        /// The bound in bytes.
        limit: u64,
    },
    /// Chunks, gzip data or TLS records that cannot be read.
    #[error("the answer of {host} is damaged ({detail}); what arrived is incomplete")]
    Damaged {
        /// The host.
        host: String,
        /// What is wrong with it.
        detail: String,
    },
}

impl BodyError {
    /// The body error inside an error of a read, if it is one.
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref())
    }

    pub(super) fn into_io(self) -> io::Error {
        let kind = match self {
            Self::ClosedEarly { .. } => io::ErrorKind::UnexpectedEof,
            Self::Stalled { .. } => io::ErrorKind::TimedOut,
            Self::TooLarge { .. } => io::ErrorKind::FileTooLarge,
            Self::Damaged { .. } => io::ErrorKind::InvalidData,
        };
        io::Error::new(kind, self)
    }
}

/// `10 s`, `0.3 s`.
pub(super) fn seconds(duration: Duration) -> String {
    let text = format!("{:.3}", duration.as_secs_f64());
    format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
}
