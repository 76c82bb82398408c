//! Leaves out of a report what identifies somebody: names of users in paths, IP addresses, the proxy.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// The folders whose first part is the name of a user.
const HOMES: [&str; 4] = ["/home/", "/Users/", "/run/media/", "/media/"];

/// The text without them. `home` is this user's home folder.
pub fn mask(text: &str, home: Option<&Path>, proxy_host: Option<&str>) -> String {
    let mut text = text.to_owned();
    let home = home.map(|h| h.display().to_string()).filter(|h| h.len() > 1);
    if let Some(home) = &home {
        text = text.replace(home.as_str(), "~");
        let user = home.rsplit('/').next().unwrap_or_default();
        text = text.replace(&format!("/{user}/"), "/~/");
    }
    for folder in HOMES {
        text = without_user(&text, folder);
    }
    if let Some(host) = proxy_host {
        text = text.replace(host, "(proxy)");
    }
    without_addresses(&text)
}

/// `/home/ann/x` as `~/x`.
fn without_user(text: &str, folder: &str) -> String {
    let mut parts = text.split(folder);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let user = part.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(part.len());
        masked.push('~');
        masked.push_str(part.get(user..).unwrap_or_default());
    }
    masked
}

fn without_addresses(text: &str) -> String {
    let inside = |c: char| c.is_alphanumeric() || c == '.' || c == ':';
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(inside) {
        let (before, word_on) = rest.split_at(start);
        let end = word_on.find(|c| !inside(c)).unwrap_or(word_on.len());
        let (word, after) = word_on.split_at(end);
        let bare = word.trim_end_matches(['.', ':']);
        masked.push_str(before);
        masked.push_str(if is_foreign(bare) { "(IP address)" } else { bare });
        masked.push_str(word.get(bare.len()..).unwrap_or_default());
        rest = after;
    }
    masked + rest
}

/// Whether it is an IP address, perhaps with a port, of another machine than this one.
fn is_foreign(word: &str) -> bool {
    let address = word.parse::<IpAddr>().ok().or_else(|| word.parse::<SocketAddr>().ok().map(|a| a.ip()));
    address.is_some_and(|address| !address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_somebody_is_left_out() {
        let cases = [
            ("own home", "/home/ann/.config/bnq/config.toml (0600)", "~/.config/bnq/config.toml (0600)"),
            ("own name elsewhere", "/srv/ann/key.pem", "/srv/~/key.pem"),
            ("other user", "/home/bob/x and /Users/eve/y", "~/x and ~/y"),
            ("stick", "/run/media/bob/stick/key", "~/stick/key"),
            ("IPv4", "request ip: 203.0.113.7.", "request ip: (IP address)."),
            ("IPv4 with port", "203.0.113.7:443, x", "(IP address), x"),
            ("IPv6", "2001:db8::1, 198.51.100.1", "(IP address), (IP address)"),
            ("loopback", "http://127.0.0.1:8090 and ::1", "http://127.0.0.1:8090 and ::1"),
            ("version and words", "bnq 0.1.0 std::io +12 ms", "bnq 0.1.0 std::io +12 ms"),
            ("proxy", "proxy.corp.test:3128 (HTTPS_PROXY)", "(proxy):3128 (HTTPS_PROXY)"),
            ("nothing", "", ""),
        ];
        for (name, text, expected) in cases {
            assert_eq!(mask(text, Some(Path::new("/home/ann")), Some("proxy.corp.test")), expected, "{name}");
        }
    }
}
