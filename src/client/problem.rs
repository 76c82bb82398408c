use std::{fmt, io};

/// What was under way when connecting took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Asking for the addresses of the name.
    LookUp,
    /// Opening the TCP connection.
    Connect,
    /// Being let through by the proxy.
    Proxy,
    /// The TLS handshake.
    Tls,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LookUp => "looking up the name",
            Self::Connect => "connecting",
            Self::Proxy => "the proxy",
            Self::Tls => "the TLS handshake",
        })
    }
}

/// What is wrong with `ca_file`.
#[derive(Debug, thiserror::Error)]
pub enum CaFileError {
    /// It cannot be read.
    #[error("cannot be read: {0}; check the path and its permissions")]
    Unreadable(io::Error),
    /// It holds no certificate.
    #[error("holds no certificate; it has to be PEM text with at least one BEGIN CERTIFICATE")]
    Empty,
    /// A certificate in it is damaged.
    #[error("holds a damaged certificate ({0}); export it again as PEM")]
    Damaged(String),
}

/// What is wrong with a server's certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateProblem {
    /// It is for other names.
    #[error(
        "is for another name ({0}); check the base URL, and whether something answers in the exchange's place"
    )]
    WrongName(String),
    /// It is signed by an authority that is not trusted.
    #[error(
        "is signed by an authority that is not trusted; if that is your own server or proxy, name its certificate in ca_file"
    )]
    UnknownIssuer,
    /// It is over.
    #[error("has expired; check this computer's clock")]
    Expired,
    /// It has not begun.
    #[error("is not valid yet; check this computer's clock")]
    NotYetValid,
    /// Anything else, in the words of rustls.
    #[error("is not acceptable ({0}); check the base URL, and what stands between")]
    Other(String),
}

/// What happened at the proxy.
#[derive(Debug, thiserror::Error)]
pub enum ProxyProblem {
    /// It has no address, is unreachable, or broke the connection.
    #[error("it cannot be reached ({0})")]
    Unreachable(io::Error),
    /// It wants other credentials.
    #[error("it asks for other credentials")]
    Credentials,
    /// It answered CONNECT with another status than 2xx.
    #[error("it answered CONNECT with status {0}")]
    Status(u16),
    /// It answered with this SOCKS reply code.
    #[error("it answered with SOCKS error {0}")]
    Socks(u8),
    /// It speaks something else.
    #[error("it does not speak the protocol its URL names")]
    NotAProxy,
    /// Its own certificate or TLS is at fault.
    #[error("TLS with it failed ({0})")]
    Tls(String),
}
