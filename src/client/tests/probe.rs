use super::super::tests::{Server, hasty};
use super::super::{ClientOptions, ProxyVariables};
use super::*;

fn client(pairs: &[(&str, &str)]) -> Client {
    let look_up = |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
    Client::new(ClientOptions { proxies: ProxyVariables::read(look_up), ..hasty() })
}

#[test]
fn the_way_to_a_host_is_told_by_the_variable_that_decides() {
    const SET: (&str, &str) = ("HTTPS_PROXY", "http://proxy.test:3128");
    type Case = (&'static str, &'static [(&'static str, &'static str)], Route);

    let proxy = |variable, with_credentials| Route::Proxy {
        variable,
        host: "proxy.test".to_owned(),
        address: "proxy.test:3128".to_owned(),
        with_credentials,
    };
    let (far, here) = ("https://api.binance.com", "http://127.0.0.1:8090");
    let cases: [Case; 6] = [
        (far, &[], Route::Direct),
        (far, &[SET], proxy("HTTPS_PROXY", false)),
        (far, &[("all_proxy", "socks5h://me:hunter2@proxy.test:3128")], proxy("all_proxy", true)),
        (here, &[SET], Route::ThisMachine { ignored: "HTTPS_PROXY" }),
        (
            far,
            &[SET, ("NO_PROXY", "binance.com")],
            Route::Excluded { by: "NO_PROXY", ignored: "HTTPS_PROXY" },
        ),
        (far, &[("HTTP_PROXY", "http://proxy.test:3128")], Route::Direct),
    ];
    for (url, variables, expected) in cases {
        assert_eq!(client(variables).route(url).unwrap(), expected, "{url} {variables:?}");
    }
    let error = client(&[("HTTPS_PROXY", "ftp://me:hunter2@x")]).route(far).unwrap_err();
    assert!(error.is_configuration() && !error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn a_connection_is_made_without_a_request() {
    let server = Server::raw(|_, _| {});
    let url = server.base_url();
    let found = client(&[]).look_up(&url).unwrap();
    assert_eq!((found.host.as_str(), found.addresses.len()), ("127.0.0.1", 1));
    assert_eq!(client(&[]).connect(&url).unwrap().tls, None);
    assert!(server.requests().is_empty());
}

#[test]
fn the_first_name_on_the_way_is_the_one_looked_up() {
    let proxied = client(&[("HTTPS_PROXY", "http://127.0.0.1:1")]);
    assert_eq!(proxied.look_up("https://host.invalid").unwrap().host, "127.0.0.1");
    let error = client(&[]).look_up("https://host.invalid").unwrap_err();
    assert!(error.to_string().contains("host.invalid"), "{error}");
    assert!(matches!(error, SendError::NameNotFound { .. } | SendError::ConnectTimeout { .. }), "{error:?}");
}
