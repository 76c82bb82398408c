//! Where a request may go: every kind of base URL, by whom it is named, with a key and without. What was connected to is what
//! a proxy, to which all hosts but this machine lead, was asked for.

use super::support::{Scripted, answer, bnq, scripted};

/// Made up, since the practice pair may go to loopback.
const KEY: &str = "madeUpApiKey000000000000000000000000000000000000000000000Address";
const SECRET: &str = "madeUpSecret00000000000000000000000000000000000000000000Address0";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Flag,
    Variable,
    Profile,
}

/// What the proxy or the server on loopback is asked for; `None` if nothing may be sent.
type Asked = Option<&'static str>;

struct Case {
    kind: &'static str,
    url: &'static str,
    public: Asked,
    /// With a key, where flag or variable names the URL.
    signed: Asked,
    /// With a key, where the profile that the key belongs to names it.
    named: Asked,
}

const fn case(kind: &'static str, url: &'static str, public: Asked, signed: Asked, named: Asked) -> Case {
    Case { kind, url, public, signed, named }
}

fn cases() -> [Case; 27] {
    let live = Some("CONNECT api.binance.com:443 ");
    [
        case("exchange", "https://api.binance.com", live, live, live),
        case("exchange in capitals", "HTTPS://API.Binance.COM:443/", live, live, live),
        case("exchange, no TLS", "http://api.binance.com", None, None, None),
        case("exchange, other environment", "https://testnet.binance.vision", TESTNET, None, None),
        case("exchange, data alone", "https://data-api.binance.vision", DATA, None, None),
        case("other port", "https://api.binance.com:8443", PORT, None, PORT),
        case("loopback", "HERE", HERE, None, None),
        case("loopback by name", "NAMED", HERE, None, None),
        case("foreign", "https://proxy.example", FOREIGN, None, FOREIGN),
        case("foreign, no TLS", "http://proxy.example", None, None, None),
        case("user", "https://user@api.binance.com", None, None, None),
        case("user and password", "https://api.binance.com:443@evil.example", None, None, None),
        case("user on loopback", "http://api.binance.com@127.0.0.1:9", None, None, None),
        case("look-alike, longer", "https://api.binance.com.evil.example", LONGER, None, LONGER),
        case("look-alike, hyphen", "https://api-binance.com", HYPHEN, None, HYPHEN),
        case("look-alike, punycode", "https://api.xn--bnance-q9a.com", PUNYCODE, None, PUNYCODE),
        case("look-alike, letter", "https://api.b\u{456}nance.com", None, None, None),
        case("look-alike, dot", "https://api.binance.com.", None, None, None),
        case("look-alike, backslash", "https://api.binance.com\\@evil.example", None, None, None),
        case("look-alike of loopback", "https://localhost.evil.example", LOCALHOST, None, LOCALHOST),
        case("more than a host", "https://api.binance.com/api", None, None, None),
        case("IPv4", "https://198.51.100.7", V4, None, V4),
        case("IPv4, no TLS", "http://198.51.100.7", None, None, None),
        case("IPv4 of everywhere, no TLS", "http://0.0.0.0", None, None, None),
        case("IPv4 as a number", "http://2130706433", None, None, None),
        case("IPv6", "https://[2001:db8::7]", V6, None, V6),
        case("loopback as IPv4 in IPv6, no TLS", "http://[::ffff:127.0.0.1]", None, None, None),
    ]
}

const TESTNET: Asked = Some("CONNECT testnet.binance.vision:443 ");
const DATA: Asked = Some("CONNECT data-api.binance.vision:443 ");
const PORT: Asked = Some("CONNECT api.binance.com:8443 ");
const HERE: Asked = Some("GET /api/v3/ping ");
const FOREIGN: Asked = Some("CONNECT proxy.example:443 ");
const LONGER: Asked = Some("CONNECT api.binance.com.evil.example:443 ");
const HYPHEN: Asked = Some("CONNECT api-binance.com:443 ");
const PUNYCODE: Asked = Some("CONNECT api.xn--bnance-q9a.com:443 ");
const LOCALHOST: Asked = Some("CONNECT localhost.evil.example:443 ");
const V4: Asked = Some("CONNECT 198.51.100.7:443 ");
const V6: Asked = Some("CONNECT [2001:db8::7]:443 ");

/// Runs one cell and looks at what arrived.
fn cell(here: &Scripted, case: &Case, by: By, signed: bool) {
    let expected = match (signed, by) {
        (false, _) => case.public,
        (true, By::Profile) => case.named,
        (true, _) => case.signed,
    };
    let name = format!("{} ({}), {by:?}, signed {signed}", case.kind, case.url);
    let port = here.url.rsplit(':').next().unwrap();
    let url = case.url.replace("HERE", &here.url).replace("NAMED", &format!("http://localhost:{port}"));
    let profile = |line: &str| {
        format!(
            "default_profile = \"main\"\n[profiles.main]\nenv = \"live\"\napi_key = \"{KEY}\"\nsecret_key = \"{SECRET}\"\n{line}"
        )
    };
    // A TOML text without escapes, since a URL may hold a backslash.
    let named = format!("base_url = '{url}'\n");
    let command = bnq(&format!("--retry-for 0 --yes {}", if signed { "account" } else { "ping" }));
    let command = match by {
        By::Flag => command.config(&profile("")).arg("--base-url").arg(&url),
        By::Variable => command.config(&profile("")).var("BNQ_BASE_URL", &url),
        By::Profile => command.config(&profile(&named)),
    };
    let command = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].iter().fold(command, |c, v| c.var(v, &here.url));
    let before = here.requests().len();
    let ran = command.run();
    let arrived = here.requests().split_off(before);
    match expected {
        None => {
            assert_eq!((ran.code, arrived.len()), (Some(3), 0), "{name}: {ran:?}, {arrived:?}");
            assert!(ran.stdout.is_empty(), "{name}: {ran:?}");
        }
        Some(first) => {
            // Away from this machine, a signed request is preceded by the question for the clock, which goes the same way.
            let requests = if signed && first.starts_with("CONNECT") { 2 } else { 1 };
            assert_eq!((ran.code, arrived.len()), (Some(8), requests), "{name}: {ran:?}, {arrived:?}");
            assert!(arrived.iter().all(|a| a.starts_with(first)), "{name}: {arrived:?}");
            assert!(!arrived.concat().contains(KEY), "{name}: {arrived:?}");
        }
    }
    assert!(!format!("{ran:?}").contains(KEY) && !format!("{ran:?}").contains(SECRET), "{name}: {ran:?}");
}

#[test]
fn a_request_goes_where_its_key_may_go() {
    let here = scripted(|_, _| answer("502 Bad Gateway", ""));
    for case in cases() {
        for by in [By::Flag, By::Variable, By::Profile] {
            for signed in [false, true] {
                cell(&here, &case, by, signed);
            }
        }
    }
}
