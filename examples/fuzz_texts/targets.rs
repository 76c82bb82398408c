//! What is fuzzed, and what has to hold whatever the input is.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::sync::OnceLock;

use bnq::catalogue::Method;
use bnq::config::{BaseUrl, ConfigFile, parse_timeout, show};
use bnq::render::{self, Format, Output, Style};
use bnq::signing::{Draft, Parameters, RecvWindow, SecretKey, SigningKey, percent_decode, percent_encode};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::de::IgnoredAny;
use sha2::Sha256;

/// The secret of the exchange's documentation.
const SECRET: &str = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";

/// One piece of the program under test.
pub struct Target {
    /// The word after `--target`.
    pub name: &'static str,
    /// Says what does not hold.
    pub check: fn(&[u8]) -> Result<(), String>,
    /// What is mutated.
    pub corpus: &'static [&'static str],
    /// What is strewn into it.
    pub tokens: &'static [&'static str],
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target {
        name: "json",
        check: json,
        corpus: &[
            r#"[{"symbol":"ARKBTC","price":"0.00000100","n":1e-6,"b":[null,true,false]},{"a":{}}]"#,
            r#"{"code":-1121,"msg":"Invalid \u0041 \ud83d\ude00 é 漢 symbol.","x":-0.0E+10,"":[[],{}]}"#,
            r#"[[1499040000000,"0.01634790",17],[1499040000001,"0.8",18446744073709551616]]"#,
            " \t\r\n 12345678901234567890.10 ",
        ],
        tokens: &[
            "[",
            "]",
            "{",
            "}",
            "\"",
            ":",
            ",",
            "\\",
            "\\u",
            "\\ud800",
            "\\u0000",
            "\\\"",
            "-",
            "0",
            "1",
            ".",
            "e",
            "E+",
            "null",
            "true",
            "false",
            " ",
            "\n",
            "\t",
            "\u{feff}",
            "\u{202e}",
            "\u{9b}",
            "\u{1b}[2J",
            "é",
            "漢",
            "{\"a\":",
            "[[[[",
            "\"updateTime\":1772323200250",
            "\0",
        ],
    },
    Target {
        name: "config",
        check: config,
        corpus: &[
            include_str!("../../config.example.toml"),
            "default_profile = \"main\"\n[profiles.main]\nenv = \"live\"\napi_key = \"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A\"\nsecret_key = \"NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j\"\nrecv_window = 5000\ntimeout = 2.5\nbase_url = \"https://api.binance.com\"\n",
            "profiles = { a = { env = \"demo\", secret_key_command = [\"pass\", \"show\", \"b\"] }, b.env = 'local' }\n",
        ],
        tokens: &[
            "[",
            "]",
            "[profiles.",
            "\"",
            "\"\"\"",
            "'",
            "=",
            ".",
            ",",
            "#",
            "\n",
            "\r\n",
            "{",
            "}",
            "env = ",
            "live",
            "testnet",
            "api_key = ",
            "secret_key = ",
            "secret_key_file = ",
            "private_key_file = ",
            "secret_key_command = [",
            "recv_window = ",
            "timeout = ",
            "base_url = ",
            "output = ",
            "ca_file = ",
            "~/",
            "https://",
            "http://127.0.0.1:",
            "@",
            "\\u0000",
            "\\",
            "inf",
            "nan",
            "0x",
            "1e400",
            "1979-05-27T07:32:00Z",
            "\u{feff}",
            "\u{202e}",
            "default_profile = ",
            "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",
        ],
    },
    Target {
        name: "encoder",
        check: encoder,
        corpus: &["ARKBTC", "a=b&c=d", "%41+%zz%", "é漢😀\u{202e}\0 ~-._", "[\"BTCUSDT\",\"BNBBTC\"]"],
        tokens: &[
            "%", "%4", "%41", "%ff", "+", " ", "&", "=", "é", "漢", "😀", "\0", "\n", "~", "/", "?", "#",
        ],
    },
    Target {
        name: "payload",
        check: payload,
        corpus: &[
            "symbol=LTCBTC\nside=BUY\ntype=LIMIT\ntimeInForce=GTC\n|quantity=1\nprice=0.1",
            "|symbols=[\"BTCUSDT\"]\nnote=a&b=c\n=\n",
            "asset=漢 é\n|signature=x\ntimestamp=1",
        ],
        tokens: &[
            "\n",
            "=",
            "|",
            "&",
            "%",
            "+",
            "signature=",
            "timestamp=",
            "recvWindow=",
            "é",
            "漢",
            "\0",
            "symbol=",
            "\n|",
        ],
    },
];

/// The body in pieces of a few bytes, as a network gives it.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = self.1.min(buffer.len());
        self.0.read(buffer.get_mut(..most).unwrap_or_default())
    }
}

fn rendered(source: &mut dyn Read, format: Format, style: Style) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    let output = Output { format, fields: None, style };
    let whole = render::answer(source, &output, &mut out).is_ok();
    (out, whole)
}

/// Formatting changes white space alone, does not depend on how the body arrives, takes what is JSON and nothing else, and lets no
/// character through to a terminal that it acts on.
fn json(input: &[u8]) -> Result<(), String> {
    let plain = Style::default();
    for format in Format::ALL {
        let (out, whole) = rendered(&mut &*input, format, plain);
        if rendered(&mut Pieces(input, 1 + input.len() % 7), format, plain) != (out.clone(), whole) {
            return Err(format!("{format} depends on the pieces"));
        }
        if whole && matches!(format, Format::Json | Format::Compact) {
            if squeezed(&out) != squeezed(input) {
                return Err(format!("{format} changed more than white space"));
            }
            if rendered(&mut out.as_slice(), format, plain).0 != out {
                return Err(format!("{format} of its own output is another"));
            }
        }
        let terminal = Style { terminal: true, width: Some(40), ..plain };
        let shown = String::from_utf8_lossy(&rendered(&mut &*input, format, terminal).0).into_owned();
        if let Some(acts) = shown.chars().find(|c| acts(*c)) {
            return Err(format!("{format} lets {acts:?} through to a terminal"));
        }
    }
    // The other parser bounds nesting at 128, and does not look at what it ignores closely enough to see what is no UTF-8.
    let accepted = rendered(&mut &*input, Format::Compact, plain).1;
    let sound = std::str::from_utf8(input).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    if accepted != sound && depth(input) < 120 {
        return Err(format!("is JSON: {sound}, taken for JSON: {accepted}"));
    }
    Ok(())
}

/// Whether a terminal acts on a character, or shows what surrounds it in another order.
fn acts(character: char) -> bool {
    let turns =
        matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (character.is_control() && !matches!(character, '\n' | '\t' | '\r'))
}

/// The text without white space outside of strings.
fn squeezed(text: &[u8]) -> Vec<u8> {
    let (mut inside, mut escaped) = (false, false);
    let kept = text.iter().filter(|byte| {
        let space = !inside && byte.is_ascii_whitespace();
        inside ^= **byte == b'"' && !escaped;
        escaped = inside && **byte == b'\\' && !escaped;
        !space
    });
    kept.copied().collect()
}

/// At most how deep something is nested.
fn depth(text: &[u8]) -> usize {
    text.iter().filter(|byte| matches!(byte, b'[' | b'{')).count()
}

/// A file of this process's own, in the place of the config file.
fn config_path() -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| std::env::temp_dir().join(format!("bnq-fuzz-{}.toml", std::process::id())))
}

/// No message shows a secret, and what was read can be shown.
fn config(input: &[u8]) -> Result<(), String> {
    let path = config_path();
    fs::write(path, input).map_err(|e| e.to_string())?;
    match ConfigFile::load(path, Some("/home/me".as_ref())) {
        Ok(file) => drop(show(&file)),
        Err(error) if error.to_string().contains(SECRET) => return Err(format!("shows the secret: {error}")),
        Err(_) => {}
    }
    let text = String::from_utf8_lossy(input);
    for word in text.split(['"', '\'', '\n', ' ']) {
        if let Ok(url) = BaseUrl::parse(word)
            && BaseUrl::parse(url.as_str()).as_ref() != Ok(&url)
        {
            return Err(format!("{word} is another base URL than {url}"));
        }
        let _ = (parse_timeout(word), word.parse::<RecvWindow>());
    }
    Ok(())
}

/// What is encoded has unreserved characters alone, and decodes to what it was.
fn encoder(input: &[u8]) -> Result<(), String> {
    let _ = percent_decode(input);
    let text = String::from_utf8_lossy(input);
    let encoded = percent_encode(&text);
    let decoded =
        plainly_decoded(&encoded).ok_or_else(|| format!("{encoded} has a reserved character in it"))?;
    let right = decoded == text.as_bytes() && percent_decode(encoded.as_bytes()) == decoded;
    if right { Ok(()) } else { Err(format!("{encoded} is {:?}", String::from_utf8_lossy(&decoded))) }
}

/// By RFC 3986, written anew; `None` for anything but unreserved characters and `%XX` in upper case.
fn plainly_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                if digits.iter().any(u8::is_ascii_lowercase) {
                    return None;
                }
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            b'-' | b'.' | b'_' | b'~' => byte,
            _ if byte.is_ascii_alphanumeric() => byte,
            _ => return None,
        });
    }
    Some(decoded)
}

/// The payload is the query string and the body as they are sent, the signature is its HMAC, and both hold every parameter in its
/// order. Parameters are lines; those that begin with `|` go into the body.
fn payload(input: &[u8]) -> Result<(), String> {
    // More than fits on a request line is refused before it is sent.
    let text = String::from_utf8_lossy(input.get(..64 << 10).unwrap_or(input));
    let pairs = |body: bool| -> Parameters {
        let lines = text.split('\n').filter(|line| line.starts_with('|') == body);
        let lines = lines.map(|line| line.strip_prefix('|').unwrap_or(line));
        lines.map(|line| line.split_once('=').unwrap_or((line, ""))).collect()
    };
    let draft = Draft {
        method: Method::Post,
        base_url: "https://api.binance.com".to_owned(),
        path: "/api/v3/order".to_owned(),
        query: pairs(false),
        body: pairs(true),
        api_key: None,
    };
    let window: Option<RecvWindow> = text.split('=').find_map(|word| word.trim().parse().ok());
    let key = SigningKey::Hmac(SecretKey::new(SECRET));
    let request = draft.sign(&key, 1_499_827_319_559, window.as_ref()).map_err(|e| e.to_string())?;
    let (payload, signature) = request.signed.as_ref().ok_or("it is not signed")?;
    let (query, sent) = request.query.rsplit_once("&signature=").ok_or("no signature at the end")?;
    if format!("{query}{}", request.body) != *payload || sent != signature.as_str() {
        return Err(format!("{payload} is signed, {query} and {} are sent", request.body));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).map_err(|e| e.to_string())?;
    mac.update(payload.as_bytes());
    if hex::encode(mac.finalize().into_bytes()) != sent {
        return Err(format!("{sent} is not the signature of {payload}"));
    }
    let mut expected: Vec<(String, String)> = owned(&draft.query);
    expected.extend(window.map(|w| ("recvWindow".to_owned(), w.as_str().to_owned())));
    expected.push(("timestamp".to_owned(), "1499827319559".to_owned()));
    if parsed(query)? != expected
        || (!request.body.is_empty() && parsed(&request.body)? != owned(&draft.body))
    {
        return Err(format!("{payload} holds other parameters"));
    }
    Ok(())
}

fn owned(parameters: &Parameters) -> Vec<(String, String)> {
    parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn parsed(encoded: &str) -> Result<Vec<(String, String)>, String> {
    let text = |part: &str| plainly_decoded(part).and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        text(name).zip(text(value))
    };
    encoded.split('&').map(pair).collect::<Option<_>>().ok_or_else(|| format!("{encoded} is no form"))
}
