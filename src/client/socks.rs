use std::io::{Read, Write};
use std::net::IpAddr;

use super::ProxyProblem;
use super::proxy::Proxy;
use super::wire::Stream;

const VERSION: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;

/// Whom the proxy is asked to connect to.
pub(super) enum Target {
    Address(IpAddr),
    Name(String),
}

impl Target {
    /// The host as it stands: a name is looked up by the proxy.
    pub(super) fn of(host: &str) -> Self {
        host.parse().map_or_else(|_| Self::Name(host.to_owned()), Self::Address)
    }

    fn encode(&self, port: u16) -> Result<Vec<u8>, ProxyProblem> {
        let mut bytes = match self {
            Self::Address(IpAddr::V4(ip)) => [&[1], ip.octets().as_slice()].concat(),
            Self::Address(IpAddr::V6(ip)) => [&[4], ip.octets().as_slice()].concat(),
            Self::Name(name) => [&[3], prefixed(name.as_bytes())?.as_slice()].concat(),
        };
        bytes.extend(port.to_be_bytes());
        Ok(bytes)
    }
}

/// Asks a SOCKS 5 proxy to connect. Afterwards the stream leads there. Source: RFC 1928; RFC 1929 for the password.
pub(super) fn connect(
    stream: &mut Box<dyn Stream>,
    proxy: &Proxy,
    target: &Target,
    port: u16,
) -> Result<(), ProxyProblem> {
    let greeting: &[u8] = match proxy.credentials {
        Some(_) => &[VERSION, 2, NO_AUTHENTICATION, USER_AND_PASSWORD],
        None => &[VERSION, 1, NO_AUTHENTICATION],
    };
    match (exchange(stream, greeting)?, &proxy.credentials) {
        ([VERSION, NO_AUTHENTICATION], _) => {}
        ([VERSION, USER_AND_PASSWORD], Some((user, password))) => {
            let request = [&[1], prefixed(user)?.as_slice(), prefixed(password)?.as_slice()].concat();
            let [_, outcome] = exchange(stream, &request)?;
            if outcome != 0 {
                return Err(ProxyProblem::Credentials);
            }
        }
        ([VERSION, _], _) => return Err(ProxyProblem::Credentials),
        _ => return Err(ProxyProblem::NotAProxy),
    }
    let request = [&[VERSION, 1, 0], target.encode(port)?.as_slice()].concat();
    let [version, outcome, _, kind] = exchange(stream, &request)?;
    match (version, outcome) {
        (VERSION, 0) => skip_bound_address(stream, kind),
        (VERSION, error) => Err(ProxyProblem::Socks(error)),
        _ => Err(ProxyProblem::NotAProxy),
    }
}

/// The answer to CONNECT ends with the address the proxy uses, which is of no interest here.
fn skip_bound_address(stream: &mut Box<dyn Stream>, kind: u8) -> Result<(), ProxyProblem> {
    let length = match kind {
        1 => 4,
        4 => 16,
        3 => {
            let [length] = read(stream)?;
            usize::from(length)
        }
        _ => return Err(ProxyProblem::NotAProxy),
    };
    for _ in 0..length + 2 {
        let [_] = read(stream)?;
    }
    Ok(())
}

fn exchange<const N: usize>(stream: &mut Box<dyn Stream>, request: &[u8]) -> Result<[u8; N], ProxyProblem> {
    stream.write_all(request).and_then(|()| stream.flush()).map_err(ProxyProblem::Unreachable)?;
    read(stream)
}

fn read<const N: usize>(stream: &mut Box<dyn Stream>) -> Result<[u8; N], ProxyProblem> {
    let mut answer = [0; N];
    stream.read_exact(&mut answer).map_err(ProxyProblem::Unreachable)?;
    Ok(answer)
}

/// The bytes with their number before them, which has to fit in a byte.
fn prefixed(bytes: &[u8]) -> Result<Vec<u8>, ProxyProblem> {
    let length = u8::try_from(bytes.len()).map_err(|_| ProxyProblem::Credentials)?;
    Ok([&[length], bytes].concat())
}
