use super::*;

fn variables(pairs: &[(&str, &str)]) -> ProxyVariables {
    ProxyVariables::read(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn no_proxy_lists() {
    let cases = [
        ("*", true),
        ("api.binance.com", true),
        ("API.Binance.COM", true),
        ("binance.com", true),
        (".binance.com", true),
        ("*.binance.com", true),
        ("binance.com.", true),
        ("example.com, binance.com", true),
        ("example.com binance.com", true),
        ("api.binance.com:443", true),
        ("api.binance.com:8443", false),
        ("api.binance.com:nonsense", false),
        ("ance.com", false),
        ("api.binance.co", false),
        ("x.api.binance.com", false),
        ("10.0.0.0/8,[::1]:443,::1,", false),
        (",,", false),
        (".", false),
    ];
    let origin = Origin::parse("https://api.binance.com").unwrap();
    for (list, excluded) in cases {
        let proxies = variables(&[("https_proxy", "http://p:1"), ("no_proxy", list)]);
        assert_eq!(proxies.proxy_for(&origin).unwrap().is_none(), excluded, "{list}");
    }
}

#[test]
fn which_variable_counts() {
    type Case<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>);
    let cases: [Case; 6] = [
        (&[], None),
        (&[("HTTPS_PROXY", "http://a:1"), ("ALL_PROXY", "http://b:2")], Some("a:1")),
        (&[("ALL_PROXY", "http://b:2")], Some("b:2")),
        (&[("https_proxy", "http://c:3"), ("HTTPS_PROXY", "http://a:1")], Some("c:3")),
        (&[("https_proxy", " "), ("HTTPS_PROXY", "http://a:1")], Some("a:1")),
        (&[("http_proxy", "http://d:4"), ("HTTP_PROXY", "http://d:4")], None),
    ];
    let origin = Origin::parse("https://api.binance.com").unwrap();
    for (pairs, expected) in cases {
        let proxy = variables(pairs).proxy_for(&origin).unwrap().map(|proxy| proxy.to_string());
        assert_eq!(proxy.as_deref(), expected, "{pairs:?}");
    }
}

#[test]
fn proxy_urls() {
    let cases = [
        ("proxy.lan", ProxyKind::Http, "proxy.lan:80", None),
        ("proxy.lan:3128", ProxyKind::Http, "proxy.lan:3128", None),
        ("HTTP://Proxy.lan/", ProxyKind::Http, "proxy.lan:80", None),
        ("https://proxy.lan", ProxyKind::Https, "proxy.lan:443", None),
        ("socks5://127.0.0.1", ProxyKind::Socks5, "127.0.0.1:1080", None),
        ("socks5h://[::1]:9050", ProxyKind::Socks5h, "[::1]:9050", None),
        ("http://u:p@h:1", ProxyKind::Http, "h:1", Some(("u", "p"))),
        ("http://u:p%40+%3A@h:1", ProxyKind::Http, "h:1", Some(("u", "p@+:"))),
        ("http://u:p@q@h:1", ProxyKind::Http, "h:1", Some(("u", "p@q"))),
        ("http://u@h:1", ProxyKind::Http, "h:1", Some(("u", ""))),
    ];
    for (text, kind, shown, credentials) in cases {
        let proxy = Proxy::parse(text).expect(text);
        let expected = credentials.map(|(u, p): (&str, &str)| (u.as_bytes().to_vec(), p.as_bytes().to_vec()));
        assert_eq!((proxy.kind, proxy.to_string().as_str()), (kind, shown), "{text}");
        assert_eq!(proxy.credentials, expected, "{text}");
    }
}

#[test]
fn values_are_not_shown() {
    let shown = format!("{:?}", variables(&[("HTTPS_PROXY", "http://u:hunter2@h:1")]));
    assert_eq!(shown, r#"["HTTPS_PROXY"]"#);
    assert!(!format!("{:?}", Proxy::parse("http://u:hunter2@h:1")).contains("hunter2"));
}
