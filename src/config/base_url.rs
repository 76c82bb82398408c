use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// `scheme://host[:port]` and nothing else: scheme and host in lower case, the scheme's own port left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    secure: bool,
    host: Host,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Name(String),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

impl BaseUrl {
    /// Reads a base URL. One `/` after the host is dropped, as browsers add it when an address is copied.
    ///
    /// # Errors
    /// [`BaseUrlError`] for anything that two programs could read as two different hosts.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(BaseUrlError::Scheme)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(BaseUrlError::Scheme),
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, after) = rest.split_at(end);
        if authority.contains('@') {
            return Err(BaseUrlError::UserInfo);
        }
        let (host, port) = split_port(authority)?;
        let host = Host::parse(host)?;
        let port = port.filter(|p| *p != if secure { 443 } else { 80 });
        let suffix = port.map(|p| format!(":{p}")).unwrap_or_default();
        let text = format!("{}://{host}{suffix}", if secure { "https" } else { "http" });
        if !matches!(after, "" | "/") {
            return Err(BaseUrlError::MoreThanHost(text));
        }
        Ok(Self { text, secure, host, port })
    }

    /// The URL without a `/` at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is https.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The host as it stands in the URL: a name, an IPv4 address, or an IPv6 address in brackets.
    pub fn host(&self) -> String {
        self.host.to_string()
    }

    /// The port, unless it is the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether the host is this machine: 127.0.0.0/8, `[::1]`, or `localhost`, which is never looked up.
    ///
    /// An IPv4 address in IPv6 form is not: programs differ in what they take `[::ffff:127.0.0.1]` for.
    pub fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Name(name) => name == "localhost",
            Host::V4(address) => address.is_loopback(),
            Host::V6(address) => address.is_loopback(),
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::V4(address) => address.fmt(f),
            Self::V6(address) => write!(f, "[{address}]"),
        }
    }
}

impl Host {
    fn parse(text: &str) -> Result<Self, BaseUrlError> {
        if let Some(inner) = text.strip_prefix('[') {
            let address = inner.strip_suffix(']').and_then(|a| a.parse().ok());
            return address.map(Self::V6).ok_or(BaseUrlError::Host);
        }
        let name = text.to_ascii_lowercase();
        if name.len() > 253 || !name.split('.').all(is_label) {
            return Err(BaseUrlError::Host);
        }
        let last = name.rsplit('.').next().unwrap_or_default();
        if !is_number(last) {
            return Ok(Self::Name(name));
        }
        // The parser of the standard library takes four decimal numbers without leading zeros and nothing else.
        name.parse().map(Self::V4).map_err(|_| BaseUrlError::NumericHost)
    }
}

fn is_label(label: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Whether a name that ends in this label is read as an address by programs that follow the URL standard.
/// Source: WHATWG URL standard, "ends in a number".
fn is_number(label: &str) -> bool {
    let hex = label.strip_prefix("0x").is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
    hex || label.bytes().all(|b| b.is_ascii_digit())
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), BaseUrlError> {
    let closed = authority.rfind(']').map(|bracket| bracket + 1);
    let after_host = closed.unwrap_or(if authority.starts_with('[') { authority.len() } else { 0 });
    let colon = authority.get(after_host..).and_then(|rest| rest.find(':'));
    let Some(colon) = colon else { return Ok((authority, None)) };
    let (host, port) = authority.split_at(after_host + colon);
    let digits = port.strip_prefix(':').unwrap_or_default();
    if !digits.bytes().all(|b| b.is_ascii_digit()) || digits.starts_with('0') {
        return Err(BaseUrlError::Port);
    }
    digits.parse().map(|port| (host, Some(port))).map_err(|_| BaseUrlError::Port)
}

/// Why a text is no base URL. Holds none of it that could be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Neither http nor https.
    #[error("does not begin with https:// (or http:// for this machine)")]
    Scheme,
    /// A user before the host, perhaps with a password.
    #[error("names a user before an `@`; write https:// and the host alone")]
    UserInfo,
    /// A path, a query or a fragment.
    #[error("goes on after the host; write `{0}` and nothing after it")]
    MoreThanHost(String),
    /// Characters that a host name does not have.
    #[error("has no valid host name: letters a-z, digits, `-` and single dots within it, or an IP address")]
    Host,
    /// An address in a form that programs read differently.
    #[error("has an IP address in an unusual form; write it as four decimal numbers, such as 127.0.0.1")]
    NumericHost,
    /// Not 1 to 65535.
    #[error("has a port that is not a number from 1 to 65535")]
    Port,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_base_url_is_normalised() {
        let cases = [
            ("https://api.binance.com", "https://api.binance.com", false),
            ("https://api.binance.com/", "https://api.binance.com", false),
            ("HTTPS://API.Binance.COM:443", "https://api.binance.com", false),
            ("http://localhost:80/", "http://localhost", true),
            ("http://LOCALHOST:8090", "http://localhost:8090", true),
            ("http://127.0.0.1:8090", "http://127.0.0.1:8090", true),
            ("http://127.255.1.2", "http://127.255.1.2", true),
            ("http://[::1]:8090", "http://[::1]:8090", true),
            ("http://[0:0::1]", "http://[::1]", true),
            ("https://[::ffff:127.0.0.1]", "https://[::ffff:127.0.0.1]", false),
            ("https://0.0.0.0", "https://0.0.0.0", false),
            ("https://localhost.evil.com", "https://localhost.evil.com", false),
            ("https://127.0.0.1.evil.com", "https://127.0.0.1.evil.com", false),
            ("https://xn--bnance-q9a.com", "https://xn--bnance-q9a.com", false),
            ("https://0xcafe.example", "https://0xcafe.example", false),
        ];
        for (text, expected, loopback) in cases {
            let url = BaseUrl::parse(text).unwrap();
            assert_eq!((url.as_str(), url.is_loopback()), (expected, loopback), "{text}");
            assert_eq!(BaseUrl::parse(expected).unwrap(), url, "{text}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_a_base_url_is_refused() {
        use BaseUrlError::{Host, MoreThanHost, NumericHost, Port, Scheme, UserInfo};
        let more = || MoreThanHost("https://api.binance.com".to_owned());
        let cases = [
            ("", Scheme),
            ("api.binance.com", Scheme),
            ("ftp://api.binance.com", Scheme),
            (" https://api.binance.com", Scheme),
            ("https:api.binance.com", Scheme),
            ("https://", Host),
            ("https:///api", Host),
            ("https://user:pass@api.binance.com", UserInfo),
            ("https://api.binance.com@evil.com", UserInfo),
            ("https://api.binance.com:443@evil.com/", UserInfo),
            ("https://api.binance.com/api", more()),
            ("https://api.binance.com//", more()),
            ("https://api.binance.com?signature=1", more()),
            ("https://api.binance.com#a", more()),
            ("https://api.binance.com\\@evil.com", more()),
            ("https://api.binance.com.", Host),
            ("https://api..binance.com", Host),
            ("https://-api.binance.com", Host),
            ("https://api.binance.com%2eevil.com", Host),
            ("https://api.binance.com evil.com", Host),
            ("https://api.binance.com\n", Host),
            ("https://api.bin\u{430}nce.com", Host),
            ("https://api\u{3002}binance.com", Host),
            ("https://[::1", Host),
            ("https://[::1]x", Host),
            ("https://[::1%25eth0]", Host),
            ("http://2130706433", NumericHost),
            ("http://0x7f000001", NumericHost),
            ("http://0x7f.1", NumericHost),
            ("http://127.1", NumericHost),
            ("http://0177.0.0.1", NumericHost),
            ("http://127.0.0.01", NumericHost),
            ("http://127.0.0.256", NumericHost),
            ("https://api.binance.com:", Port),
            ("https://api.binance.com:0", Port),
            ("https://api.binance.com:0443", Port),
            ("https://api.binance.com:+443", Port),
            ("https://api.binance.com:65536", Port),
            ("https://api.binance.com:443:443", Port),
        ];
        for (text, expected) in cases {
            assert_eq!(BaseUrl::parse(text).unwrap_err(), expected, "{text}");
        }
    }
}
