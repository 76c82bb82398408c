use proptest::prelude::*;

use super::*;

/// Formats the text in pieces of `size` bytes: the output, and the fault if there is one.
fn format(text: &[u8], size: usize, layout: Layout, style: &Style) -> (String, Option<Fault>) {
    let mut formatter = Formatter::new(layout, style);
    let read = text.chunks(size.max(1)).try_for_each(|chunk| formatter.push(chunk));
    let fault = read.and_then(|()| formatter.finish()).err();
    (String::from_utf8(std::mem::take(formatter.output())).unwrap(), fault)
}

fn formatted(text: &str, layout: Layout) -> String {
    let (out, fault) = format(text.as_bytes(), usize::MAX, layout, &Style::default());
    assert_eq!(fault, None, "{text}");
    out
}

#[test]
fn pretty_is_laid_out_as_jq_does() {
    let text =
        r#"{"symbol":"ARKBTC","price":0.00000100,"e":{},"l":[ ],"fills":[{"qty":"1.0"},[1,-2E+5],null]}"#;
    let expected = r#"{
  "symbol": "ARKBTC",
  "price": 0.00000100,
  "e": {},
  "l": [],
  "fills": [
    {
      "qty": "1.0"
    },
    [
      1,
      -2E+5
    ],
    null
  ]
}
"#;
    assert_eq!(formatted(text, Layout::Pretty), expected);
    assert_eq!(formatted(expected, Layout::Pretty), expected);
}

#[test]
fn compact_and_lines_have_no_white_space() {
    let cases = [
        ("[ 1, {\"a\" : [2, 3]} ]", "[1,{\"a\":[2,3]}]\n", "1\n{\"a\":[2,3]}\n"),
        ("{ \"a\": [ 1, 2 ] }", "{\"a\":[1,2]}\n", "{\"a\":[1,2]}\n"),
        ("[[1,2],[3]]", "[[1,2],[3]]\n", "[1,2]\n[3]\n"),
        ("[ ]", "[]\n", ""),
        ("[[]]", "[[]]\n", "[]\n"),
        (" 1.50 ", "1.50\n", "1.50\n"),
    ];
    for (text, compact, lines) in cases {
        assert_eq!(formatted(text, Layout::Compact), compact, "{text}");
        assert_eq!(formatted(text, Layout::Lines), lines, "{text}");
    }
}

#[test]
fn tokens_keep_their_characters() {
    let text = r#"{"b":1.0,"a":1E400,"b":-0,"\u0061\/":"\ud83d é 币","n":12345678901234567890.10}"#;
    assert_eq!(formatted(text, Layout::Compact), format!("{text}\n"));
}

#[test]
fn colour_adds_escape_sequences_and_nothing_else() {
    let style = Style { colour: true, ..Style::default() };
    let text = br#"{"a":["x",1,true]}"#;
    let (out, fault) = format(text, 3, Layout::Compact, &style);
    assert_eq!(fault, None);
    let shown = out.replace("\x1b[0m", ">").replace("\x1b[", "<");
    assert_eq!(shown, "<2m{><36m\"a\"><2m:><2m[><32m\"x\"><2m,><33m1><2m,><35mtrue><2m]><2m}>\n");
    let (pretty, _) = format(text, 3, Layout::Pretty, &style);
    let plain = ["2", "32", "33", "35", "36", "0"]
        .iter()
        .fold(pretty, |out, code| out.replace(&format!("\x1b[{code}m"), ""));
    assert_eq!(plain, formatted(std::str::from_utf8(text).unwrap(), Layout::Pretty));
}

#[test]
fn a_terminal_is_spared_what_acts_on_it() {
    let text = "{\"k\u{202e}\":\"DEL \u{7f} CSI \u{9b}31m mark \u{200f} tag \u{e0041} é币 \\u001b\"}";
    let terminal = Style { terminal: true, ..Style::default() };
    let safe = r#"{"k\u202e":"DEL \u007f CSI \u009b31m mark \u200f tag \udb40\udc41 é币 \u001b"}"#;
    for size in 1..text.len() {
        let (out, _) = format(text.as_bytes(), size, Layout::Compact, &terminal);
        assert_eq!(out, format!("{safe}\n"), "in pieces of {size}");
        let (out, _) = format(text.as_bytes(), size, Layout::Compact, &Style::default());
        assert_eq!(out, format!("{text}\n"), "off a terminal, in pieces of {size}");
    }
}

#[test]
fn after_a_fault_nothing_is_lost() {
    let cases: [(&[u8], &[u8]); 5] = [
        (b"[1,oops]", b"[1,\noops]"),
        (b"404 page not found", b"404\npage not found"),
        (b"not found", b"not found"),
        (b"[\"\xe5\xb8\", 1 ]", b"[\"\xe5\xb8\", 1 ]"),
        (b"[\"ab\xe5", b"[\"ab\xe5"),
    ];
    for (text, expected) in cases {
        for size in 1..=text.len() {
            let mut formatter = Formatter::new(Layout::Compact, &Style::default());
            let mut pieces = text.chunks(size);
            let refused = pieces.by_ref().find(|chunk| formatter.push(chunk).is_err()).unwrap_or_default();
            if refused.is_empty() {
                formatter.finish().unwrap_err();
            }
            formatter.interrupt();
            let mut out = std::mem::take(formatter.output());
            formatter.unread(refused).iter().for_each(|rest| out.extend_from_slice(rest));
            pieces.for_each(|rest| out.extend_from_slice(rest));
            assert_eq!(
                out.escape_ascii().to_string(),
                expected.escape_ascii().to_string(),
                "pieces of {size}"
            );
        }
    }
}

/// JSON text with odd white space, escapes and numbers.
fn documents() -> impl Strategy<Value = String> {
    let blank = || "[ \t\r\n]{0,2}";
    let string = || r#""([ !#-\[\]-~é币😀\u{7f}\u{202e}]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}){0,12}""#;
    let number = r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,8})?([eE][+-]?[0-9]{1,3})?";
    let scalar = prop_oneof![string(), number, "true|false|null"];
    scalar.prop_recursive(6, 60, 6, move |inner| {
        let spaced = (blank(), inner, blank()).prop_map(|(a, value, b)| format!("{a}{value}{b}"));
        let member = (blank(), string(), blank(), spaced.clone());
        let member = member.prop_map(|(a, key, b, value)| format!("{a}{key}{b}:{value}"));
        prop_oneof![
            prop::collection::vec(spaced, 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(","))),
            blank().prop_map(|blank| format!("[{blank}]")),
        ]
    })
}

/// The tokens of valid JSON, by the simplest rule there is.
fn tokens(text: &str) -> Vec<String> {
    let (mut tokens, mut rest) = (Vec::new(), text.trim_start());
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                let mut escaped = false;
                let is_end = |c: char| {
                    let is_end = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    is_end
                };
                rest[1..].find(is_end).unwrap() + 2
            }
            '[' | ']' | '{' | '}' | ',' | ':' => 1,
            _ => rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token.to_owned());
        rest = after.trim_start();
    }
    tokens
}

/// What `serde_json` says, where it can be compared: it bounds nesting at 128, checks that numbers are finite only when
/// asked to make one, and refuses half surrogates only when it makes a string; a raw value does neither.
fn is_json(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok()
}

proptest! {
    #[test]
    fn layouts_keep_every_token(text in documents(), sizes in (1_usize..40, 1_usize..40)) {
        let style = Style::default();
        let (pretty, fault) = format(text.as_bytes(), sizes.0, Layout::Pretty, &style);
        prop_assert_eq!(fault, None);
        prop_assert_eq!(tokens(&pretty), tokens(&text));
        let compact = formatted(&text, Layout::Compact);
        prop_assert_eq!(&format(pretty.as_bytes(), sizes.1, Layout::Compact, &style).0, &compact);
        prop_assert_eq!(tokens(&compact).concat() + "\n", compact);
    }

    #[test]
    fn accepts_what_serde_json_accepts(bytes in r#"[\[\]{},:"\\ \n\t0-2.eE+\-tfnrualse\u{1}é]{0,12}"#, size in 1_usize..6) {
        let (_, fault) = format(bytes.as_bytes(), size, Layout::Pretty, &Style::default());
        prop_assert_eq!(fault.is_none(), is_json(bytes.as_bytes()), "{:?}", fault);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), size in 1_usize..9) {
        let quoted = [b"[\"".as_slice(), &bytes, b"\"]"].concat();
        for text in [&bytes, &quoted] {
            let (_, fault) = format(text, size, Layout::Lines, &Style { colour: true, terminal: true, width: None });
            prop_assert_eq!(fault.is_none(), is_json(text), "{:?}", fault);
        }
    }

    /// One byte of a document changed, put in or taken out.
    #[test]
    fn damage_is_judged_as_serde_json_does(text in documents(), at in any::<prop::sample::Index>(), byte: u8, kind in 0..3) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        match kind {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.remove(at)),
        }
        let (_, fault) = format(&bytes, 5, Layout::Pretty, &Style::default());
        prop_assert_eq!(fault.is_none(), is_json(&bytes), "{:?}", fault);
    }
}
