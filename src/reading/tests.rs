//! The table is `tests/fixtures/requests/expected.json`: a row for each text beside it. What browsers, axios, requests
//! and ccxt print was printed by them; the curl lines were run, with a server that told what it received.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

const URL: &str = "https://api.binance.com/api/v3/order";

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[derive(Deserialize)]
struct Row {
    name: String,
    form: String,
    method: String,
    scheme: Option<String>,
    host: Option<String>,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
    cut: Option<String>,
    unread: Vec<String>,
}

fn row(name: &str, reading: &Reading) -> Row {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let request = &reading.request;
    Row {
        name: name.to_owned(),
        form: format!("{:?}", reading.form).to_lowercase(),
        method: request.method.clone(),
        scheme: reading.scheme.map(|scheme| format!("{scheme:?}").to_lowercase()),
        host: reading.host.clone(),
        path: request.path.clone(),
        query: text(&request.query),
        headers: request.headers.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        body: text(&request.body),
        cut: reading.cut.clone(),
        unread: reading.unread.clone(),
    }
}

#[test]
fn every_text_reads_as_expected() {
    let rows = fs::read_to_string(file("tests/fixtures/requests/expected.json")).unwrap();
    let rows: Vec<Row> = serde_json::from_str(&rows).unwrap();
    let texts = fs::read_dir(file("tests/fixtures/requests")).unwrap().count() - 1;
    assert_eq!(rows.len(), texts, "each text has one row");
    for want in rows {
        let name = &want.name;
        let text = fs::read_to_string(file("tests/fixtures/requests").join(format!("{name}.txt"))).unwrap();
        let got = row(name, &read(&text).unwrap_or_else(|error| panic!("{name}: {error}")));
        let place = |r: &Row| (r.form.clone(), r.scheme.clone(), r.host.clone(), r.path.clone());
        assert_eq!(place(&got), place(&want), "{name}");
        assert_eq!((got.method, got.query, got.headers), (want.method, want.query, want.headers), "{name}");
        assert_eq!((got.body, got.cut, got.unread), (want.body, want.cut, want.unread), "{name}");
    }
}

#[derive(Deserialize)]
struct Mistake {
    id: String,
    request: Fields,
    http: String,
    curl: String,
}

#[derive(Deserialize)]
struct Fields {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// Method, host, path, query, headers without those of the connection, body.
type Plain = (String, Option<String>, String, Vec<u8>, Vec<(String, Vec<u8>)>, Vec<u8>);

fn plain(reading: Reading) -> Plain {
    let Reading { request, host, .. } = reading;
    let connection = ["host", "content-length"];
    let headers =
        request.headers.into_iter().filter(|(n, _)| !connection.contains(&n.to_lowercase().as_str()));
    (request.method, host, request.path, request.query, headers.collect(), request.body)
}

#[test]
fn every_mistake_reads_the_same_in_its_three_forms() {
    let rows = fs::read_to_string(file("data/mistakes.json")).unwrap();
    let rows: Vec<Mistake> = serde_json::from_str(&rows).unwrap();
    assert!(rows.len() > 150);
    for Mistake { id, request: fields, http, curl } in rows {
        let headers: Vec<String> = fields.headers.iter().map(|(n, v)| format!("{n}: {v}")).collect();
        let target = url::split(fields.url.as_bytes()).unwrap();
        let headers_sent = fields.headers.iter().map(|(n, v)| (n.clone(), v.clone().into_bytes())).collect();
        let body = fields.body.clone().into_bytes();
        let want = (fields.method.clone(), target.host, target.path, target.query, headers_sent, body);
        assert_eq!(plain(read(&http).unwrap()), want, "{id}: http");
        let reading = read(&curl).unwrap();
        assert!(reading.unread.is_empty() && reading.cut.is_none(), "{id}: {:?}", reading.unread);
        assert_eq!(reading.scheme, target.scheme, "{id}");
        assert_eq!(plain(reading), want, "{id}: curl");
        let data: Vec<String> = Some(fields.body).filter(|body| !body.is_empty()).into_iter().collect();
        let read = read_url(&fields.url, Some(&fields.method), &headers, &data).unwrap();
        assert_eq!(plain(read), want, "{id}: URL");
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let rows: [(&str, &str); 21] = [
        ("", "line 1, column 1: there is no text"),
        (" \n\t ", "line 1, column 1: there is no text"),
        ("curl 'https://x/", "line 1, column 6: the quote that begins here does not end"),
        ("curl \\\n  -H \"X: y https://x/", "line 2, column 6: the quote that begins here does not end"),
        ("é curl -H $'a\\'", "line 1, column 11: the quote that begins here does not end"),
        ("curl \"https://x/$(date\"", "line 1, column 17: the expansion that begins here does not end"),
        ("curl https://x/${a", "line 1, column 16: the expansion that begins here does not end"),
        ("curl -A Mozilla (X11) https://x/", "line 1, column 17: a shell takes no unquoted `(` here"),
        ("curl ^\"https://x/^\" ^\n -H ^\"X: y", "line 2, column 6: the quote that begins here does not end"),
        ("curl -X POST", "line 1, column 1: the curl command has no URL"),
        ("curl https://x/ -H", "line 1, column 17: the option `-H` needs a value"),
        ("curl ftp://x/", "line 1, column 6: the scheme of `ftp://x/` is neither http nor https"),
        ("curl https:///api", "line 1, column 6: `https:///api` has no host"),
        (
            "curl -H X:<your-key> https://x/",
            "line 1, column 1: the curl command has no URL (`<your-key`: the shell takes what follows `<` for a file or text to read)",
        ),
        (
            "GET /a HTTP/1.1\nHost: x\nnonsense\n\n",
            "line 3, column 1: `nonsense` is no header: it has no colon, and an empty line would have to stand before a body",
        ),
        (
            "\nGET /a HTTP/1.1\n folded\n",
            "line 3, column 1: there is no header before this line that it could continue",
        ),
        ("fetch Request:\n", "line 1, column 15: exchange, method and URL should follow here"),
        (
            "fetch Request: binance GET https://x/ RequestHeaders: {'a': 'b",
            "line 1, column 61: the quote that begins here does not end",
        ),
        ("send: b'GET / HTTP/1.1\\r\\n", "line 1, column 8: the quote that begins here does not end"),
        (
            "AxiosError: Network Error",
            "line 1, column 1: axios did not print the request here; print the error's `config`",
        ),
        (
            "{\"log\": {\"entries\": [\n{\"request\": }]}}",
            "line 2, column 13: the HAR is no JSON here: expected value at line 2 column 13",
        ),
    ];
    for (text, want) in rows {
        assert_eq!(read(text).unwrap_err().to_string(), want, "{text:?}");
    }
    let prose = read("What does -1022 mean?").unwrap_err();
    assert!(prose.what.starts_with("no request found, the text begins with `What does -1022 mean?`"));
}

#[test]
fn texts_beyond_any_request_are_refused() {
    for (text, what) in [("{ a: ", "is nested too deeply"), ("a: 1, ", "has too many values")] {
        let text = format!("xsrfCookieName config: {{{}", text.repeat(MOST_PARTS * 16));
        assert_eq!(read(&text).unwrap_err().what, format!("what is printed here {what}"));
    }
    assert!(read(&"[".repeat(100_000)).is_err());
    let long = format!("curl {URL} -d {}", "a".repeat(LONGEST));
    assert_eq!(read(&long).unwrap_err().to_string(), format!("line 1, column 1: {TOO_LONG}"));
    let many = ["a: b"].repeat(MOST_PARTS + 1);
    let texts = [format!("curl {}", many.join(" ")), format!("GET / HTTP/1.1\n{}\n", many.join("\n"))];
    let words: Vec<String> = many.iter().map(|part| (*part).to_owned()).collect();
    let errors = texts
        .map(|text| read(&text))
        .into_iter()
        .chain([read_curl(&words), read_url("/", None, &words, &[])]);
    assert!(errors.into_iter().all(|error| error.unwrap_err().what == TOO_MANY));
    assert!(read_curl(std::slice::from_ref(&long)).is_err() && read_url(&long, None, &[], &[]).is_err());
}

#[test]
fn arguments_of_curl_are_read_without_a_shell() {
    let args = ["-XPOST", "-H", "X-MBX-APIKEY: $KEY", URL, "-d", "a=\"1 2\"&b"].map(str::to_owned);
    let reading = read_curl(&args).unwrap();
    assert_eq!(reading.form, Form::Curl);
    assert_eq!(reading.request.method, "POST");
    assert_eq!(reading.request.header("x-mbx-apikey"), Some(b"$KEY".as_slice()));
    assert_eq!(reading.request.body, b"a=\"1 2\"&b");
    assert!(reading.unread.is_empty() && reading.cut.is_none());
    let missing = read_curl(&[URL.to_owned(), "-d".to_owned()]).unwrap_err();
    assert_eq!((missing.line, missing.column), (1, URL.len() + 2));
    assert_eq!(read_curl(&[]).unwrap_err().to_string(), "line 1, column 1: the curl command has no URL");
}

#[test]
fn a_url_takes_method_headers_and_data() {
    let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let reading =
        read_url("/api/v3/order?a=1#x", None, &list(&["X: 1", "Y;"]), &list(&["b=2", "@f"])).unwrap();
    assert_eq!((reading.form, reading.scheme, reading.host.as_deref()), (Form::Url, None, None));
    assert_eq!(
        (reading.request.method.as_str(), reading.request.query.as_slice()),
        ("POST", b"a=1".as_slice())
    );
    assert_eq!(reading.request.body, b"b=2&@f");
    assert_eq!(reading.request.header("y"), Some(b"".as_slice()));
    assert_eq!(reading.unread, ["`@f`: a file, which is not opened"]);
    let reading = read_url(URL, Some("DELETE"), &[], &[]).unwrap();
    assert_eq!((reading.request.method.as_str(), reading.scheme), ("DELETE", Some(Scheme::Https)));
    assert_eq!(read_url("wss://x/ws", None, &[], &[]).unwrap_err().column, 1);
}

#[test]
fn nothing_of_a_request_is_in_its_debug_form() {
    let reading = read(&format!("curl {URL}?a=secret&signature=hidden -H 'X-MBX-APIKEY: key'")).unwrap();
    assert_eq!(format!("{reading:?}"), "Reading { request: GET /api/v3/order (redacted), form: Curl, .. }");
}

/// How a text can stand in a command line.
#[derive(Clone, Copy, Debug)]
enum Quoting {
    Single,
    Double,
    Ansi,
    Backslash,
    Cmd,
}

fn quoted(text: &str, quoting: Quoting) -> String {
    let escaped = |special: &str, mark: char| {
        let characters =
            text.chars().flat_map(|c| special.contains(c).then_some(mark).into_iter().chain([c]));
        characters.collect::<String>()
    };
    match quoting {
        Quoting::Single => format!("'{}'", text.replace('\'', "'\\''")),
        Quoting::Double => format!("\"{}\"", escaped("\"\\$`", '\\')),
        Quoting::Ansi => format!("$'{}'", escaped("'\\", '\\')),
        Quoting::Backslash if text.is_empty() => "''".to_owned(),
        Quoting::Backslash => text.chars().flat_map(|c| ['\\', c]).collect(),
        Quoting::Cmd => {
            // Backslashes count only before a quote.
            let mut runtime = String::new();
            let mut backslashes = 0;
            for character in text.chars().chain(['"']) {
                if character == '"' {
                    runtime.push_str(&"\\".repeat(backslashes));
                }
                backslashes = if character == '\\' { backslashes + 1 } else { 0 };
                runtime.push_str(if character == '"' { "\\\"" } else { "" });
                runtime.extend(Some(character).filter(|c| *c != '"'));
            }
            let runtime = format!("\"{}\"", runtime.strip_suffix("\\\"").unwrap());
            runtime.chars().flat_map(|c| ['^', c]).collect()
        }
    }
}

prop_compose! {
    fn request()(
        method in "GET|POST|PUT|DELETE",
        path in "/[a-z0-9/]{0,12}",
        query in "[ -\"$->@-~é币%&=]{0,40}",
        headers in prop::collection::vec(("X-[A-Za-z0-9-]{1,10}", "[!-~]([ -~é]{0,20}[!-~])?"), 0..4),
        body in prop::option::of("[ -~é\t币][ -~é\t币\n]{0,40}[!-~]"),
    ) -> (String, String, String, Vec<(String, String)>, String) {
        (method, path, query, headers, body.unwrap_or_default())
    }
}

proptest! {
    #[test]
    fn a_request_written_down_reads_back(
        (method, path, query, headers, body) in request(),
        quoting in prop::sample::select(vec![
            Quoting::Single, Quoting::Double, Quoting::Ansi, Quoting::Backslash, Quoting::Cmd,
        ]),
        crlf in any::<bool>(),
    ) {
        // A line end cannot be escaped with a backslash, and cmd.exe has none in a word.
        let body = match quoting {
            Quoting::Backslash | Quoting::Cmd => body.replace('\n', " "),
            _ => body,
        };
        let target = format!("{path}?{query}");
        let sent: Vec<_> = headers.iter().map(|(n, v)| (n.clone(), v.clone().into_bytes())).collect();
        let q = |text: &str| quoted(text, quoting);
        let mut words = vec!["curl".to_owned(), q("-X"), q(&method), q(&format!("https://h{target}"))];
        for (name, value) in &headers {
            words.extend([q("-H"), q(&format!("{name}: {value}"))]);
        }
        if !body.is_empty() {
            words.extend([q("--data-raw"), q(&body), q("-H"), q("Content-Type:")]);
        }
        let reading = read(&words.join(" ")).unwrap();
        prop_assert_eq!(reading.cut, None);
        let got = reading.request;
        prop_assert_eq!((&got.method, &got.path, &got.query[..]), (&method, &path, query.as_bytes()));
        prop_assert_eq!((&got.headers, &got.body[..]), (&sent, body.as_bytes()));

        let end = if crlf { "\r\n" } else { "\n" };
        let lines: String = headers.iter().map(|(n, v)| format!("{n}: {v}{end}")).collect();
        let length = body.len();
        let text = format!("{method} {target} HTTP/1.1{end}{lines}Content-Length: {length}{end}{end}{body}");
        let got = read(&text).unwrap().request;
        prop_assert_eq!((&got.method, &got.path, &got.query[..]), (&method, &path, query.as_bytes()));
        prop_assert_eq!((&got.headers[..sent.len()], &got.body[..]), (&sent[..], body.as_bytes()));
    }

    #[test]
    fn any_text_reads_or_is_refused(text in "(curl |GET /|fetch Request:|send: b'|config: \\{|https?://)?(\\PC|[\n'\"\\\\^$&(){}:-]){0,60}") {
        let _ = read(&text);
    }
}
