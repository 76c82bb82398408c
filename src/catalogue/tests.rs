use super::*;

#[test]
fn every_spot_endpoint_is_there() {
    let spot: Vec<_> = endpoints().iter().filter(|e| e.group() == "spot").collect();
    assert_eq!(spot.len(), 48);
    assert_eq!(spot.iter().map(|e| e.parameters().count()).sum::<usize>(), 420);
    for e in &spot {
        assert!(e.path().starts_with("/api/v3/"), "{e:?}");
        assert!(std::ptr::eq(find("spot", e.command()).unwrap(), *e), "{e:?}");
    }
}

#[test]
fn texts_are_short() {
    for e in endpoints() {
        assert!(e.help().len() < 160, "{e:?}: {}", e.help());
        for p in e.parameters() {
            assert!(p.help().len() < 200, "{e:?} {p:?}: {}", p.help());
        }
    }
}

#[test]
fn signed_endpoints_need_a_key_and_take_a_window() {
    for e in endpoints().iter().filter(|e| e.signed()) {
        assert!(e.security().needs_key(), "{e:?}");
        assert!(e.parameter("recvWindow").is_some(), "{e:?}");
    }
}

#[test]
fn reads_are_gets_or_tests_and_changes_can_be_settled() {
    for e in endpoints() {
        if e.method() == Method::Get {
            assert!(!e.changes(), "{e:?}");
        } else {
            assert!(e.changes() || e.path().ends_with("/test"), "{e:?}");
        }
        if e.changes() {
            let settle = e.settle().unwrap_or_else(|| panic!("{e:?} cannot be settled"));
            assert!(!find(e.group(), settle.ask()).unwrap().changes(), "{e:?}");
        }
    }
}

#[test]
fn bounds_and_defaults_fit_their_types() {
    for e in endpoints() {
        for p in e.parameters() {
            let number = |text: Option<&'static str>| text.map(|t| t.parse::<f64>().unwrap());
            let (min, max) = (number(p.min()), number(p.max()));
            assert!(min.zip(max).is_none_or(|(min, max)| min <= max), "{e:?} {p:?}");
            let Some(default) = p.default() else { continue };
            match p.kind() {
                ParameterType::Enum => assert!(p.values().any(|v| v == default), "{e:?} {p:?}"),
                ParameterType::Integer | ParameterType::Decimal => {
                    let value: f64 = default.parse().unwrap();
                    assert!(max.is_none_or(|max| value <= max), "{e:?} {p:?}");
                }
                ParameterType::Boolean => assert!(["true", "false"].contains(&default), "{e:?} {p:?}"),
                ParameterType::String | ParameterType::Json => {}
            }
        }
    }
}

#[test]
fn flags_are_wire_names_in_kebab_case() {
    let order = find("spot", "order").unwrap();
    let flags: Vec<_> = order.parameters().map(|p| (p.name(), p.flag())).collect();
    assert!(flags.contains(&("origClientOrderId", "orig-client-order-id")), "{flags:?}");
}

#[test]
fn an_order_needs_what_its_type_needs() {
    let order = find("spot", "new-order").unwrap();
    let needs = |kind: &'static str| -> Vec<Vec<&str>> {
        let given = move |name: &str| (name == "type").then_some(kind);
        order.mandatory_given(given).map(|g| g.iter().collect()).collect()
    };
    assert_eq!(needs("MARKET"), [vec!["quantity", "quoteOrderQty"]]);
    assert_eq!(needs("LIMIT"), [vec!["timeInForce"], vec!["quantity"], vec!["price", "pegPriceType"]]);
}

#[test]
fn hosts_are_chosen_by_environment_path_and_group() {
    let cases = [
        (Environment::Live, "spot", "/api/v3/order", Some("https://api.binance.com")),
        (Environment::Live, "wallet", "/sapi/v1/asset", Some("https://api.binance.com")),
        (Environment::Live, "futures", "/futures/data/basis", Some("https://fapi.binance.com")),
        (Environment::Live, "coin-futures", "/futures/data/basis", Some("https://dapi.binance.com")),
        (Environment::Testnet, "spot", "/api/v3/order", Some("https://testnet.binance.vision")),
        (Environment::Testnet, "wallet", "/sapi/v1/asset", None),
        (Environment::Demo, "spot", "/api/v3/order", Some("https://demo-api.binance.com")),
        (Environment::Local, "spot", "/api/v3/order", None),
        (Environment::Live, "spot", "/apix/v3/order", None),
    ];
    for (environment, group, path, url) in cases {
        assert_eq!(base_url(environment, Some(group), path), url, "{environment} {group} {path}");
    }
    let order = find("spot", "order").unwrap();
    assert_eq!(environments_of(order), Environment::ALL);
}
