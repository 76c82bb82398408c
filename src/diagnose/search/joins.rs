//! Parameters put together another way for signing than for sending.

use serde_json::Value;

use super::parts::{Parts, name_of, name_value, value_of};
use super::{Around, MOST_PARAMETERS, Made, slip};
use crate::text::is_decimal;

/// Every way of putting the parameters together that is tried.
pub(super) fn all(parts: &Parts, around: &Around<'_>) -> Made<Vec<u8>> {
    let mut made = separators(parts);
    made.extend(doubled(parts));
    made.extend(values(parts));
    made.extend(unexpanded(parts));
    made.extend(entities(parts));
    if !around.json {
        made.extend(json(parts));
    }
    made.extend(names());
    made
}

/// Query string and body: one of them, or joined by something.
pub(super) fn places(parts: &Parts) -> Made<Vec<u8>> {
    let (query, body) = (parts.query(), parts.body());
    let mut made = vec![(slip("query-or-body-left-out", "nothing at all"), Vec::new())];
    if !parts.in_two_places() {
        return made;
    }
    let joined = |with: &[u8]| [query.as_slice(), with, &body].concat();
    let reversed = |with: &[u8]| [body.as_slice(), with, &query].concat();
    let joins = [
        ("with an `&` between them", joined(b"&")),
        ("with a `?` between them", joined(b"?")),
        ("with a line end between them", joined(b"\n")),
        ("with the body first", reversed(b"")),
        ("with the body first and an `&` between them", reversed(b"&")),
    ];
    made.extend(joins.map(|(how, payload)| (slip("query-and-body-joined", how), payload)));
    made.push((slip("query-or-body-left-out", "the query string alone"), query.clone()));
    made.push((slip("query-or-body-left-out", "the body alone"), body.clone()));
    made
}

const SEPARATORS: [(&str, &[u8]); 16] = [
    ("with nothing between them", b""),
    ("with a line end between them", b"\n"),
    ("with CR and LF between them", b"\r\n"),
    ("with `,` between them", b","),
    ("with `, ` between them", b", "),
    ("with `;` between them", b";"),
    ("with `; ` between them", b"; "),
    ("with `|` between them", b"|"),
    ("with a space between them", b" "),
    ("with `+` between them", b"+"),
    ("with ` & ` between them", b" & "),
    ("with `%26` between them", b"%26"),
    ("with `:` between them", b":"),
    ("with `/` between them", b"/"),
    ("with `?` between them", b"?"),
    ("with a tab between them", b"\t"),
];

fn separators(parts: &Parts) -> Made<Vec<u8>> {
    let segments: Vec<&[u8]> = parts.segments().collect();
    if segments.len() < 2 {
        return Vec::new();
    }
    let made =
        SEPARATORS.iter().map(|(how, with)| (slip("payload-wrong-separator", *how), segments.join(*with)));
    // Query string and body each joined so, and nothing between the two.
    let apart = |with: &[u8]| {
        let (query, body) =
            (parts.query().split(|b| *b == b'&').map(<[u8]>::to_vec).collect::<Vec<_>>(), parts.body());
        let body = body.split(|b| *b == b'&').map(<[u8]>::to_vec).collect::<Vec<_>>();
        [query.join(with), body.join(with)].concat()
    };
    let both = SEPARATORS.iter().filter(|_| parts.in_two_places());
    let made = made.chain(both.map(|(how, with)| (slip("payload-wrong-separator", *how), apart(with))));
    let colons = segments.iter().map(|s| {
        let (name, value) = name_value(s);
        [name, b":", value.unwrap_or_default()].concat()
    });
    let colons: Vec<Vec<u8>> = colons.collect();
    let how = "with `:` between name and value";
    made.chain(
        [b"&".as_slice(), b",", b"\n"].map(|with| (slip("payload-wrong-separator", how), colons.join(with))),
    )
    .collect()
}

/// One `&` too many, at one joint or at all.
fn doubled(parts: &Parts) -> Made<Vec<u8>> {
    let segments: Vec<&[u8]> = parts.segments().take(MOST_PARAMETERS).collect();
    let how = "with `&&` between two parameters";
    let one = (1..segments.len()).filter_map(|i| {
        let (before, after) = segments.split_at_checked(i)?;
        Some([before.join(&b'&'), after.join(&b'&')].join(b"&&".as_slice()))
    });
    let all = segments.join(b"&&".as_slice());
    one.chain([all]).map(|payload| (slip("payload-stray-ampersand", how), payload)).collect()
}

/// The values alone, or names and values without a `=`.
fn values(parts: &Parts) -> Made<Vec<u8>> {
    let halves: Vec<(&[u8], &[u8])> =
        parts.segments().map(|s| (name_value(s).0, name_value(s).1.unwrap_or_default())).collect();
    let mut sorted = halves.clone();
    sorted.sort_unstable();
    let mut made = Vec::new();
    for (list, order) in [(&halves, ""), (&sorted, ", sorted by name")] {
        for (with, between) in
            [(b"".as_slice(), ""), (b"&", " with `&` between them"), (b",", " with `,` between them")]
        {
            let alone: Vec<&[u8]> = list.iter().map(|(_, value)| *value).collect();
            let both: Vec<Vec<u8>> = list.iter().map(|(name, value)| [*name, value].concat()).collect();
            let how = format!("the values alone{between}{order}");
            made.push((slip("values-without-names-signed", how), alone.join(with)));
            let how = format!("names and values without a `=`{between}{order}");
            made.push((slip("values-without-names-signed", how), both.join(with)));
        }
    }
    let names: Vec<&[u8]> = halves.iter().map(|(name, _)| *name).collect();
    made.push((slip("values-without-names-signed", "the names alone"), names.join(b"&".as_slice())));
    made
}

/// `&` as HTML writes it, and what HTML makes of `&timestamp`.
fn entities(parts: &Parts) -> Made<Vec<u8>> {
    let payload = parts.payload();
    let text = String::from_utf8_lossy(&payload);
    let forms = [
        ("`&amp;` was signed in place of `&`", text.replace('&', "&amp;")),
        ("`&amp;amp;` was signed in place of `&`", text.replace('&', "&amp;amp;")),
        ("`&timestamp` was signed as `×tamp`", text.replace("&timestamp", "×tamp")),
        ("`&timestamp` was signed as `%C3%97tamp`", text.replace("&timestamp", "%C3%97tamp")),
        ("quotes were signed as `&quot;`", text.replace("%22", "&quot;").replace('"', "&quot;")),
        ("`&#38;` was signed in place of `&`", text.replace('&', "&#38;")),
        ("`\\u0026` was signed in place of `&`", text.replace('&', "\\u0026")),
    ];
    let changed = forms.into_iter().filter(|(_, form)| *form != text);
    changed.map(|(how, form)| (slip("payload-html-entities", how), form.into_bytes())).collect()
}

/// Which values a program writes without quotes.
const BARE: [fn(&str, &str) -> bool; 10] = [
    |name, _| is_of_time(name),
    |name, value| is_of_time(name) || is_boolean(value),
    |_, _| false,
    |_, value| is_boolean(value),
    |name, _| name == "timestamp",
    |name, value| name == "timestamp" || is_boolean(value),
    |_, value| is_integer(value),
    |_, value| is_integer(value) || is_boolean(value),
    |_, value| is_decimal(value),
    |_, value| is_decimal(value) || is_boolean(value),
];

fn is_of_time(name: &str) -> bool {
    ["timestamp", "recvWindow"].contains(&name)
}

fn is_boolean(value: &str) -> bool {
    ["true", "false"].contains(&value)
}

fn is_integer(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit())
}

fn json(parts: &Parts) -> Made<Vec<u8>> {
    let pairs: Vec<(String, String)> = parts.segments().map(|s| (name_of(s), value_of(s))).collect();
    let mut made = Vec::new();
    for sorted in [false, true] {
        let mut pairs = pairs.clone();
        if sorted {
            pairs.sort();
        }
        for bare in BARE {
            for (comma, colon) in [(",", ":"), (", ", ": "), (",\n  ", ": ")] {
                let how = "JSON";
                made.push((slip("payload-is-json", how), object(&pairs, bare, comma, colon).into_bytes()));
            }
            let repr = object(&pairs, bare, ", ", ": ").replace('"', "'");
            made.push((slip("payload-is-json", "a Python dict as text"), repr.into_bytes()));
        }
    }
    let quoted = Value::from(String::from_utf8_lossy(&parts.payload()).into_owned()).to_string();
    made.push((slip("payload-is-json", "the payload as a JSON string, in quotes,"), quoted.into_bytes()));
    made
}

fn object(pairs: &[(String, String)], bare: fn(&str, &str) -> bool, comma: &str, colon: &str) -> String {
    let members = pairs.iter().map(|(name, value)| {
        let value = if bare(name, value) { value.clone() } else { Value::from(value.as_str()).to_string() };
        format!("{}{colon}{value}", Value::from(name.as_str()))
    });
    let members = members.collect::<Vec<_>>().join(comma);
    if comma.contains('\n') { format!("{{\n  {members}\n}}") } else { format!("{{{members}}}") }
}

/// Names that variables with the payload have, and what languages print for a thing that is no text.
const NAMES: [&str; 29] = [
    "text",
    "str",
    "p",
    "q",
    "toSign",
    "to_sign",
    "encoded_params",
    "payload",
    "query",
    "queryString",
    "query_string",
    "querystring",
    "queryParams",
    "query_params",
    "params",
    "parameters",
    "paramString",
    "totalParams",
    "total_params",
    "data",
    "message",
    "msg",
    "body",
    "request",
    "string",
    "qs",
    "url",
    "stringToSign",
    "dataQueryString",
];

const NO_TEXT: [&str; 17] = [
    "[object URLSearchParams]",
    "#{query}",
    "%s",
    "{}",
    "{0}",
    "$@",
    "$*",
    "\"$payload\"",
    "[object Object]",
    "[object Promise]",
    "undefined",
    "null",
    "None",
    "NaN",
    "Array",
    "$1",
    "System.Object",
];

/// The names of variables in place of the values: of all, or of the timestamp's alone.
fn unexpanded(parts: &Parts) -> Made<Vec<u8>> {
    let written: [fn(&str) -> String; 6] = [
        |name| format!("${name}"),
        |name| format!("${{{name}}}"),
        |name| format!("${}", name.to_uppercase()),
        |name| format!("${{{}}}", name.to_uppercase()),
        |name| format!("{{{name}}}"),
        |name| format!("%{name}%"),
    ];
    let replaced = |value: &dyn Fn(&str) -> String, all: bool| {
        let made = parts.map(|_, s| {
            let name = name_of(s);
            if all || name == "timestamp" {
                format!("{name}={}", value(&name)).into_bytes()
            } else {
                s.to_vec()
            }
        });
        made.payload()
    };
    let mut made = Vec::new();
    for write in written {
        made.push((slip("variable-name-signed", write("name")), replaced(&write, true)));
        made.push((slip("variable-name-signed", write("timestamp")), replaced(&write, false)));
    }
    for word in
        ["$ts", "${ts}", "$TS", "$(date +%s%3N)", "$(date +%s000)", "undefined", "NaN", "None", "null", ""]
    {
        made.push((slip("variable-name-signed", word), replaced(&|_| word.to_owned(), false)));
    }
    made
}

fn names() -> Made<Vec<u8>> {
    let upper = |name: &str| name.to_uppercase();
    let written = |name: &str| {
        [name.to_owned(), upper(name)].into_iter().flat_map(|n| {
            [
                format!("${n}"),
                format!("${{{n}}}"),
                format!("{{{n}}}"),
                format!("{{{{{n}}}}}"),
                format!("%{n}%"),
                n,
            ]
        })
    };
    let all = NAMES.iter().flat_map(|name| written(name)).chain(NO_TEXT.iter().map(|s| (*s).to_owned()));
    all.map(|text| (slip("variable-name-signed", text.clone()), text.into_bytes())).collect()
}
