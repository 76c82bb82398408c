use super::{Scheme, shown};

/// A URL taken apart; nothing in it is decoded.
#[derive(Clone, Default)]
pub(super) struct Target {
    pub scheme: Option<Scheme>,
    pub host: Option<String>,
    /// What stands before the `@`.
    pub user: Option<Vec<u8>>,
    pub path: String,
    pub query: Vec<u8>,
}

/// Whether one line of text is a URL or a path with nothing around it.
pub(super) fn looks_like_one(text: &str) -> bool {
    let head = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let host = text.split(['/', '?']).next().unwrap_or_default();
    head.starts_with("http://")
        || head.starts_with("https://")
        || text.starts_with('/')
        || (text.contains('/') && host.contains(['.', ':']) && !text.contains(char::is_whitespace))
}

/// Takes a URL apart, or a path that begins with `/`. Without a scheme it is http, as curl takes it. A fragment is not
/// sent and left out.
pub(super) fn split(url: &[u8]) -> Result<Target, String> {
    let sent = url.split(|b| *b == b'#').next().unwrap_or_default();
    if sent.starts_with(b"/") {
        return Ok(origin(sent));
    }
    let (scheme, rest) = scheme_of(sent)?;
    let end = rest.iter().position(|b| b"/?".contains(b)).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    let (user, host) = match authority.iter().rposition(|b| *b == b'@') {
        Some(at) => (authority.get(..at), authority.get(at + 1..).unwrap_or_default()),
        None => (None, authority),
    };
    if host.is_empty() {
        return Err(format!("{} has no host", shown(url)));
    }
    // `$BASE/api` and `{{url}}/api`: the text does not tell where that is.
    let told = scheme.is_some() || !host.starts_with(b"$") && !host.starts_with(b"{{");
    let host = String::from_utf8_lossy(host).into_owned();
    let scheme = scheme.or(told.then_some(Scheme::Http));
    Ok(Target { scheme, host: told.then_some(host), user: user.map(<[u8]>::to_vec), ..origin(after) })
}

fn origin(text: &[u8]) -> Target {
    let mut parts = text.splitn(2, |b| *b == b'?');
    let path = parts.next().unwrap_or_default();
    let path = if path.is_empty() { "/".to_owned() } else { String::from_utf8_lossy(path).into_owned() };
    Target { path, query: parts.next().unwrap_or_default().to_vec(), ..Target::default() }
}

fn scheme_of(url: &[u8]) -> Result<(Option<Scheme>, &[u8]), String> {
    let word = url.iter().take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b)).count();
    let (name, rest) = url.split_at(word);
    let Some(rest) = rest.strip_prefix(b"://") else { return Ok((None, url)) };
    match name.to_ascii_lowercase().as_slice() {
        b"http" => Ok((Some(Scheme::Http), rest)),
        b"https" => Ok((Some(Scheme::Https), rest)),
        _ => Err(format!("the scheme of {} is neither http nor https", shown(url))),
    }
}
