//! curl's options. Source: `curl --help all` of 7.88.1, and the manual page of 8.17 for those added since.

use std::collections::HashSet;
use std::sync::LazyLock;

/// How a value becomes part of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// `-d`: `@` names a file.
    Plain,
    /// `--data-raw`: `@` is text.
    Raw,
    /// `--data-urlencode`.
    Encoded,
    /// `--json`: as it stands, and nothing between two of them.
    Json,
}

/// What an option says about the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Request,
    Header,
    Data(Data),
    Get,
    Head,
    Url,
    UrlQuery,
    User,
    Bearer,
    Agent,
    Referer,
    Cookie,
    Form,
    Upload,
    Config,
    Target,
    OtherScheme,
    Globoff,
    Next,
    /// Nothing, but the next word belongs to it.
    Swallow,
    /// Nothing.
    Flag,
}

impl Meaning {
    pub fn takes_value(self) -> bool {
        !matches!(self, Self::Get | Self::Head | Self::Globoff | Self::Next | Self::Flag)
    }
}

use Meaning as M;

/// Long name, short name (a space for none), meaning.
const READ: [(&str, u8, Meaning); 27] = [
    ("request", b'X', M::Request),
    ("header", b'H', M::Header),
    ("data", b'd', M::Data(Data::Plain)),
    ("data-ascii", b' ', M::Data(Data::Plain)),
    ("data-binary", b' ', M::Data(Data::Plain)),
    ("data-raw", b' ', M::Data(Data::Raw)),
    ("data-urlencode", b' ', M::Data(Data::Encoded)),
    ("json", b' ', M::Data(Data::Json)),
    ("get", b'G', M::Get),
    ("head", b'I', M::Head),
    ("url", b' ', M::Url),
    ("url-query", b' ', M::UrlQuery),
    ("user", b'u', M::User),
    ("oauth2-bearer", b' ', M::Bearer),
    ("user-agent", b'A', M::Agent),
    ("referer", b'e', M::Referer),
    ("cookie", b'b', M::Cookie),
    ("form", b'F', M::Form),
    ("form-string", b' ', M::Form),
    ("upload-file", b'T', M::Upload),
    ("config", b'K', M::Config),
    ("variable", b' ', M::Config),
    ("request-target", b' ', M::Target),
    ("proto-default", b' ', M::OtherScheme),
    ("globoff", b'g', M::Globoff),
    ("next", b':', M::Next),
    ("aws-sigv4", b' ', M::Swallow),
];

/// The short options that take a value and say nothing about the request.
const SWALLOWED_SHORT: &[u8] = b"cCDEmoPQrtUwxyYz";

/// The long ones.
const SWALLOWED: &str = "\
    abstract-unix-socket alt-svc cacert capath cert cert-type ciphers connect-timeout connect-to continue-at
    cookie-jar create-file-mode crlfile curves delegation dns-interface dns-ipv4-addr dns-ipv6-addr
    dns-servers doh-url dump-header ech egd-file engine etag-compare etag-save expect100-timeout ftp-account
    ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip
    hostpubmd5 hostpubsha256 hsts interface ip-tos ipfs-gateway keepalive-cnt keepalive-time key key-type
    knownhosts krb libcurl limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize
    max-redirs max-time netrc-file noproxy output output-dir parallel-max parallel-max-host pass
    pinnedpubkey preproxy proto proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type
    proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey
    proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user
    proxy1.0 pubkey quote random-file range rate resolve retry retry-delay retry-max-time sasl-authzid
    service-name sigalgs socks4 socks4a socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time
    ssl-sessions stderr telnet-option tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype tlspassword
    tlsuser trace trace-ascii trace-config unix-socket upload-flags vlan-priority write-out";

static SWALLOWED_SET: LazyLock<HashSet<&str>> =
    LazyLock::new(|| SWALLOWED.split_ascii_whitespace().collect());

/// The option `--name`; one that is not known takes no value.
pub(super) fn long(name: &str) -> Meaning {
    let read = READ.iter().find(|(long, _, _)| *long == name).map(|(_, _, meaning)| *meaning);
    read.unwrap_or(if SWALLOWED_SET.contains(name) { M::Swallow } else { M::Flag })
}

/// The option `-x`.
pub(super) fn short(name: u8) -> Meaning {
    let named = |short: u8| short != b' ' && short == name;
    let read = READ.iter().find(|(_, short, _)| named(*short)).map(|(_, _, meaning)| *meaning);
    read.unwrap_or(if SWALLOWED_SHORT.contains(&name) { M::Swallow } else { M::Flag })
}
