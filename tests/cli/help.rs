//! Help as a new user sees it; a change of it is read before it is accepted.

use super::support::bnq;

fn help(line: &str) -> String {
    bnq(line).run().exits(0).stdout
}

#[test]
fn help_of_the_program() {
    insta::assert_snapshot!("bnq", help("--help"));
}

#[test]
fn help_of_endpoints_of_different_kinds() {
    for command in ["open-orders", "new-order", "order", "ticker-price", "ping", "klines"] {
        insta::assert_snapshot!(format!("bnq-{command}"), help(&format!("{command} --help")));
    }
}

#[test]
fn help_of_what_is_no_endpoint() {
    for command in ["sign", "serve", "config", "config init", "endpoints", "completions", "man"] {
        let name = format!("bnq-{}", command.replace(' ', "-"));
        insta::assert_snapshot!(name, help(&format!("{command} --help")));
    }
}

#[test]
fn help_is_a_command_too() {
    assert_eq!(help("help open-orders"), help("open-orders --help"));
    assert_eq!(help("--env local help open-orders"), help("open-orders --help"));
    assert_eq!(help("help"), help("--help"));
}

#[test]
fn every_endpoint_has_help_and_the_version_is_told() {
    for endpoint in bnq::catalogue::endpoints() {
        let text = help(&format!("{} --help", endpoint.words().join(" ")));
        assert!(text.contains(endpoint.help()) && text.contains(endpoint.path()), "{text}");
    }
    assert_eq!(help("--version"), concat!("bnq ", env!("CARGO_PKG_VERSION"), "\n"));
}
