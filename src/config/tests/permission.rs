use super::*;
use crate::catalogue::{Environment, base_url, endpoints, hosts};

/// Who names the base URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Flag,
    Variable,
    Profile,
}

/// What becomes of a request: sent, refused, or refused as a usage error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Sent,
    Refused,
    Usage,
    /// No base URL at all.
    NotParsed,
}

/// What a request to `url` meets, public and signed, when `env` is the environment of the profile in use.
fn fates(env: &str, by: By, url: &'static str) -> [Fate; 2] {
    let named = if by == By::Profile { format!("base_url = {url:?}") } else { String::new() };
    let mut world = World::with_config(&main_profile(&format!("env = \"{env}\"\n{named}")));
    world.flags.profile = Some("main".to_owned());
    match by {
        By::Flag => world.flags.base_url = Some(url.to_owned()),
        By::Variable => world.variables.push(("BNQ_BASE_URL", url)),
        By::Profile => {}
    }
    fates_in(&world)
}

fn fates_in(world: &World) -> [Fate; 2] {
    let Ok(settings) = world.settings() else { return [Fate::NotParsed; 2] };
    let url = settings.base_url.clone().unwrap().value;
    let credentials = world.credentials().unwrap();
    [None, Some(&credentials)].map(|carried| match settings.permit(&url, carried) {
        Ok(()) => Fate::Sent,
        Err(error) if error.is_usage() => Fate::Usage,
        Err(_) => Fate::Refused,
    })
}

#[test]
fn a_key_goes_to_its_own_exchange_and_where_its_profile_says() {
    use Fate::{NotParsed, Refused, Sent};
    let sent = [Sent, Sent];
    let public = [Sent, Refused];
    let never = [Refused, Refused];
    let bad = [NotParsed, NotParsed];
    // Base URL; what happens if a flag or variable names it; if the profile does.
    let live = [
        ("https://api.binance.com", sent, sent),
        ("https://API.BINANCE.COM:443/", sent, sent),
        ("https://api-gcp.binance.com", sent, sent),
        ("https://fapi.binance.com", sent, sent),
        ("http://api.binance.com", never, never),
        ("https://api.binance.com:8443", public, sent),
        ("https://data-api.binance.vision", public, public),
        ("https://testnet.binance.vision", public, public),
        ("https://demo-api.binance.com", public, public),
        ("http://127.0.0.1:8090", public, public),
        ("https://localhost", public, public),
        ("http://[::1]:8090", public, public),
        ("https://proxy.example", public, sent),
        ("http://proxy.example", never, never),
        ("https://api.binance.com.evil.com", public, sent),
        ("https://api-binance.com", public, sent),
        ("https://localhost.evil.com", public, sent),
        ("https://93.184.216.34", public, sent),
        ("http://10.0.0.1", never, never),
        ("http://0.0.0.0:8090", never, never),
        ("http://[::ffff:127.0.0.1]", never, never),
        ("https://[::ffff:127.0.0.1]", public, sent),
        ("https://api.binance.com@evil.com", bad, bad),
        ("https://user:pass@api.binance.com", bad, bad),
        ("http://2130706433", bad, bad),
        ("http://0x7f.1", bad, bad),
        ("https://api.binance.com.", bad, bad),
        ("https://api.b\u{456}nance.com", bad, bad),
        ("https://api.binance.com/api", bad, bad),
    ];
    for (url, given, named) in live {
        for (by, expected) in [(By::Flag, given), (By::Variable, given), (By::Profile, named)] {
            assert_eq!(fates("live", by, url), expected, "{by:?} {url}");
        }
    }
}

#[test]
fn the_other_environments_keep_to_their_hosts() {
    use Fate::{Refused, Sent};
    for (env, url, expected) in [
        ("testnet", "https://testnet.binance.vision", [Sent, Sent]),
        ("testnet", "https://api.binance.com", [Sent, Refused]),
        ("demo", "https://demo-api.binance.com", [Sent, Sent]),
        ("demo", "http://localhost:8090", [Sent, Refused]),
        ("local", "http://localhost:8090", [Sent, Sent]),
        ("local", "https://127.1.2.3", [Sent, Sent]),
        ("local", "https://api.binance.com", [Refused, Refused]),
        ("local", "https://proxy.example", [Refused, Refused]),
    ] {
        for by in [By::Flag, By::Variable, By::Profile] {
            assert_eq!(fates(env, by, url), expected, "{env} {by:?} {url}");
        }
    }
}

#[test]
fn practice_is_on_loopback_alone() {
    for (url, expected) in [
        ("http://127.0.0.1:8090", Fate::Sent),
        ("https://api.binance.com", Fate::Usage),
        ("http://10.0.0.1", Fate::Usage),
        ("http://[::ffff:127.0.0.1]", Fate::Usage),
    ] {
        let mut world = World::new();
        world.flags.base_url = Some(url.to_owned());
        world.flags.env = Some(Environment::Local);
        assert_eq!(fates_in(&world), [expected; 2], "--env local {url}");
        world.flags.env = None;
        world.variables.push(("BNQ_ENV", "local"));
        assert_eq!(fates_in(&world), [expected; 2], "BNQ_ENV=local {url}");
    }
}

#[test]
fn the_practice_pair_goes_to_loopback_wherever_it_was_found() {
    let mut world = World::new();
    world.flags.base_url = Some("http://127.0.0.1:8090".to_owned());
    world.variables =
        vec![("BINANCE_API_KEY", PRACTICE_API_KEY), ("BINANCE_SECRET_KEY", PRACTICE_SECRET_KEY)];
    assert_eq!(fates_in(&world), [Fate::Sent, Fate::Sent]);
    world.variables[1].1 = SECRET;
    assert_eq!(fates_in(&world), [Fate::Sent, Fate::Refused], "half of the pair is not the pair");
}

#[test]
fn another_profiles_base_url_gives_no_permission() {
    let other = format!("[profiles.other]\napi_key = \"{KEY}\"\nbase_url = \"https://proxy.example\"\n");
    let mut world = World::with_config(&(main_profile("") + &other));
    world.flags.profile = Some("main".to_owned());
    world.flags.base_url = Some("https://proxy.example".to_owned());
    assert_eq!(fates_in(&world), [Fate::Sent, Fate::Refused]);
    let named = World::with_config(&main_profile("base_url = \"https://proxy.example\""));
    world.write("config/bnq/config.toml", fs::read(named.config()).unwrap());
    assert_eq!(fates_in(&world), [Fate::Sent, Fate::Sent], "a flag may repeat what the profile names");
}

#[test]
fn every_host_of_the_catalogue_is_a_base_url_and_takes_its_own_keys() {
    for host in hosts() {
        assert_eq!(BaseUrl::parse(host.url()).unwrap().as_str(), host.url());
    }
    for environment in [Environment::Live, Environment::Testnet, Environment::Demo] {
        let text = main_profile(&format!("env = \"{environment}\""));
        let mut world = World::with_config(&text);
        world.flags.profile = Some("main".to_owned());
        let (settings, credentials) = (world.settings().unwrap(), world.credentials().unwrap());
        for endpoint in endpoints() {
            let Some(url) = base_url(environment, Some(endpoint.group()), endpoint.path()) else { continue };
            settings.permit(&BaseUrl::parse(url).unwrap(), Some(&credentials)).unwrap();
        }
    }
}

#[test]
fn a_refusal_says_what_to_do() {
    let cases = [
        ("https://proxy.example", "https://proxy.example is refused: it is no host of the exchange"),
        ("http://127.0.0.1:8090", "a key for live does not go to this machine; use --env local"),
        ("https://testnet.binance.vision", "the host belongs to testnet, and the key to live"),
        ("https://data-api.binance.vision", "serves market data alone and takes no keys"),
        ("http://api.binance.com", "plain http is for this machine alone; write https"),
    ];
    for (url, expected) in cases {
        let mut world = World::with_config(&main_profile(""));
        world.flags.profile = Some("main".to_owned());
        let (settings, credentials) = (world.settings().unwrap(), world.credentials().unwrap());
        let error =
            settings.permit(&BaseUrl::parse(url).unwrap(), Some(&credentials)).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
