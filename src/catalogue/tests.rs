use super::*;

#[test]
fn every_endpoint_of_every_group_is_there() {
    let count = |group: &str| in_group(group).count();
    assert_eq!((endpoints().len(), groups().len(), count(TOP_GROUP)), (761, 26, 48));
    assert_eq!(endpoints().iter().map(|e| e.parameters().count()).sum::<usize>(), 3142);
    for e in endpoints() {
        assert!(std::ptr::eq(find(e.group(), e.command()).unwrap(), e), "{e:?}");
        assert!(at_path(e.path()).any(|other| std::ptr::eq(other, e)), "{e:?}");
    }
}

#[test]
fn a_group_has_no_name_of_a_top_level_command() {
    for group in groups().into_iter().filter(|g| *g != TOP_GROUP) {
        assert!(find(TOP_GROUP, group).is_none(), "{group}");
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
fn signed_endpoints_need_a_key() {
    for e in endpoints().iter().filter(|e| e.signed()) {
        assert!(e.security().needs_key(), "{e:?}");
    }
    for e in in_group(TOP_GROUP).filter(|e| e.signed()) {
        assert!(e.parameter("recvWindow").is_some(), "{e:?}");
    }
}

/// Changes whose outcome no read of their product shows, as far as its documentation tells.
const UNSETTLED: [&str; 20] = [
    "coin-futures new-batch-orders",
    "coin-futures set-countdown-cancel-all",
    "futures set-countdown-cancel-all",
    "futures stock-contract",
    "gift-card buy-code",
    "gift-card create-code",
    "gift-card redeem-code",
    "margin set-max-leverage",
    "options new-batch-orders",
    "options stock-contract",
    "portfolio-margin um-stock-contract",
    "stocks account-disclaimer",
    "sub-account eoptions-enable",
    "sub-account submit-futures-move-position",
    "w3w-prediction deposit-apply",
    "w3w-prediction withdraw-apply",
    "wallet account-disable-fast-withdraw-switch",
    "wallet account-enable-fast-withdraw-switch",
    "wallet localentity-broker-deposit-provide-info",
    "wallet set-bnb-burn",
];

#[test]
fn changes_are_asked_about_and_can_be_settled() {
    for e in endpoints().iter().filter(|e| e.changes()) {
        let settled = e.settle().and_then(|s| find(e.group(), s.ask())).map(Endpoint::changes);
        let unsettled = UNSETTLED.contains(&e.words().join(" ").as_str());
        let moves_nothing = !e.asks();
        assert!(settled == Some(false) || unsettled || moves_nothing, "{e:?}");
        assert!(e.asks() || e.path().contains("isten") || e.path().contains("eart"), "{e:?}");
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

#[test]
fn what_tells_an_outcome_is_in_the_answer() {
    let mut seen = 0;
    for (e, outcome) in endpoints().iter().filter_map(|e| Some((e, e.outcome()?))) {
        let shape: serde_json::Value = serde_json::from_str(e.response().unwrap()).unwrap();
        let order = match outcome.items() {
            None => &shape,
            Some("*") => &shape[0],
            Some(member) => &shape[member][0],
        };
        let in_list = outcome.items().map(|_| outcome.id());
        for member in [Some(outcome.at()), outcome.executed(), in_list].into_iter().flatten() {
            assert!(order.get(member).is_some(), "{e:?}: {member}");
        }
        seen += 1;
    }
    assert_eq!(seen, 15);
}

#[test]
fn every_id_of_an_order_that_a_change_makes_is_known() {
    // Ids of what is there already, and of what is not asked about by an id.
    let others = ["origClientOrderId", "cancelOrigClientOrderId", "listClientOrderId"];
    for e in endpoints().iter().filter(|e| e.changes()) {
        let names: Vec<_> =
            in_group(e.group()).filter_map(Endpoint::outcome).flat_map(Outcome::names).collect();
        for p in e.parameters().filter(|p| p.name().len() > 13 && p.name().ends_with("ClientOrderId")) {
            let own = e.settle().and_then(Settle::id) == Some(p.name());
            let known = own || names.contains(&p.name()) || others.contains(&p.name());
            assert!(known, "{} {}: {}", e.group(), e.command(), p.name());
        }
    }
    for e in endpoints() {
        for name in e.outcome().into_iter().flat_map(Outcome::names) {
            let parameter = name.split('.').next().unwrap();
            let taken = in_group(e.group()).any(|c| c.changes() && c.parameter(parameter).is_some());
            assert!(taken, "{}: no change takes {name}", e.group());
        }
    }
}

#[test]
fn every_order_with_an_id_can_be_settled_in_a_word() {
    // The history that is asked cannot be asked by the id.
    let unsettled = ["portfolio-margin new-cm-conditional-order"];
    for e in endpoints() {
        let Some(settle) = e.settle().filter(|s| s.id().is_some()) else { continue };
        let name = format!("{} {}", e.group(), e.command());
        let ask = find(e.group(), settle.ask()).unwrap();
        let host = |e: &Endpoint| e.path().split('/').nth(1).map(str::to_owned);
        assert_eq!(host(e), host(ask), "{name}: asked on another host");
        let by = ask
            .outcome()
            .filter(|o| settle.copy().any(|(from, to)| Some(from) == settle.id() && to == o.id()));
        assert_eq!(by.is_none(), unsettled.contains(&name.as_str()), "{name}");
    }
}
