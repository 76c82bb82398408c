use std::io::{self, Read, Write};

use super::*;

fn output(format: Format, fields: Option<&str>, style: Style) -> Output {
    Output { format, fields: fields.map(|text| text.parse().unwrap()), style }
}

fn render(body: &[u8], output: &Output) -> (String, Result<Rendered, RenderError>) {
    let mut out = Vec::new();
    let result = answer(&mut &*body, output, &mut out);
    (String::from_utf8(out).unwrap(), result)
}

const TERMINAL: Style = Style { colour: false, terminal: true, width: None };

#[test]
fn formats_are_known_by_their_names() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    let error = "yaml".parse::<Format>().unwrap_err().to_string();
    assert_eq!(error, "no output format `yaml`; there is json, compact, jsonl, table, csv, raw");
}

#[test]
fn fields_give_objects_of_exactly_these() {
    let orders = br#"[{"id":1,"fee":{"asset":"BNB", "n":[1, 2]},"price":"0.10"},{"id":2,"price":1.50}]"#;
    let info = br#"{"timezone":"UTC","symbols":[{"symbol":"ARKBTC"},{"symbol":"LTCBTC"}]}"#;
    let cases: [(&str, &[u8], Format, &str, &str); 7] = [
        (
            "rows, missing is null",
            orders,
            Format::Compact,
            "price,fee.asset,fee.n",
            "[{\"price\":\"0.10\",\"fee.asset\":\"BNB\",\"fee.n\":[1,2]},{\"price\":1.50,\"fee.asset\":null,\"fee.n\":null}]\n",
        ),
        ("lines", orders, Format::Jsonl, "id", "{\"id\":1}\n{\"id\":2}\n"),
        ("of the object", info, Format::Compact, "timezone", "{\"timezone\":\"UTC\"}\n"),
        (
            "of its list",
            info,
            Format::Compact,
            "symbol",
            "[{\"symbol\":\"ARKBTC\"},{\"symbol\":\"LTCBTC\"}]\n",
        ),
        ("pretty", info, Format::Json, "symbols.1.symbol", "{\n  \"symbols.1.symbol\": \"LTCBTC\"\n}\n"),
        ("no rows", b"[]", Format::Compact, "a", "[]\n"),
        ("quotes in a name", b"{}", Format::Compact, "a\"b", "{\"a\\\"b\":null}\n"),
    ];
    for (name, body, format, fields, expected) in cases {
        let (out, result) = render(body, &output(format, Some(fields), Style::default()));
        assert_eq!(out, expected, "{name}");
        result.unwrap();
    }
    let (_, result) = render(orders, &output(Format::Json, Some("prize"), Style::default()));
    assert_eq!(result.unwrap().notes[0].to_string(), "no field `prize` in the answer; there is `price`");
}

#[test]
fn csv_holds_the_text_as_it_came() {
    let body = r#"[{"a":"x, \"y\"","b":0.00000100,"c":{"d":[1, "é"]}},{"a":"=1+1","b":"l1\nl2","e":null}]"#;
    let expected = "a,b,c.d,e\n\"x, \"\"y\"\"\",0.00000100,\"[1,\"\"é\"\"]\",\n=1+1,\"l1\nl2\",,\n";
    assert_eq!(render(body.as_bytes(), &output(Format::Csv, None, Style::default())).0, expected);
    let body = "[{\"a\":\"\\u001b[1m\u{202e}\"}]".as_bytes();
    assert_eq!(render(body, &output(Format::Csv, None, Style::default())).0, "a\n\u{1b}[1m\u{202e}\n");
    assert_eq!(render(body, &output(Format::Csv, None, TERMINAL)).0, "a\n\\u001b[1m\\u202e\n");
    assert_eq!(render(b"[]", &output(Format::Csv, None, Style::default())).0, "");
}

#[test]
fn raw_is_the_body() {
    let body = b"<p>\x1b[1m\xff\n";
    let mut out = Vec::new();
    answer(&mut body.as_slice(), &output(Format::Raw, None, Style::default()), &mut out).unwrap();
    assert_eq!(out, body);
    let (out, result) = render(body, &output(Format::Raw, Some("a"), TERMINAL));
    assert_eq!(out, "<p>\\u001b[1m\\xff\n");
    assert_eq!(result.unwrap().notes, [Note::FieldsIgnored]);
}

#[test]
fn what_is_not_json_is_not_written_as_if_it_were() {
    let nothing: [&[u8]; 3] = [b"", b" \n", b"<html>404</html>"];
    for body in nothing {
        for format in [Format::Json, Format::Compact, Format::Jsonl, Format::Table, Format::Csv] {
            let (out, result) = render(body, &output(format, None, Style::default()));
            assert_eq!(out, "", "{format}");
            let Err(RenderError::NotJson { start, .. }) = result else { panic!("{format}: {result:?}") };
            assert_eq!(start.as_deref(), Some(body.trim_ascii_start()), "{format}");
        }
    }
    let (out, result) = render(b"[1,\x1b[1m", &output(Format::Compact, None, TERMINAL));
    assert_eq!(out, "[1,\n\\u001b[1m");
    assert_eq!(
        result.unwrap_err().to_string(),
        "the answer is not JSON: at byte 3, found byte 0x1b where a value belongs"
    );
    let (out, result) = render(b"[1 x", &output(Format::Table, None, Style::default()));
    assert_eq!(out, "");
    assert!(
        matches!(result, Err(RenderError::NotJson { offset: 3, start: Some(start), .. }) if start == b"[1 x")
    );
}

#[test]
fn colour_ends_where_the_answer_breaks_off() {
    let style = Style { colour: true, ..Style::default() };
    let (out, _) = render(b"\"ab", &output(Format::Json, None, style));
    assert_eq!(out, "\x1b[32m\"ab\x1b[0m");
}

#[test]
fn nesting_beyond_the_bound_is_too_deep_in_every_format() {
    let body = "[".repeat(300);
    for format in [Format::Json, Format::Compact, Format::Jsonl, Format::Table, Format::Csv] {
        let result = render(body.as_bytes(), &output(format, None, Style::default())).1;
        assert!(matches!(result, Err(RenderError::TooDeep { offset: 256 })), "{format}: {result:?}");
    }
}

#[test]
fn a_large_answer_passes_through_in_pieces() {
    let item = format!("{{\"text\":\"{}é\"}}", "x".repeat(1000));
    let body = format!("[{}]", vec![item.as_str(); 500].join(","));
    let (out, result) = render(body.as_bytes(), &output(Format::Jsonl, None, Style::default()));
    result.unwrap();
    assert!(out.lines().all(|line| line == item) && out.lines().count() == 500);
}

#[test]
fn an_answer_that_must_be_held_is_bounded() {
    assert_eq!(read_all(&mut b"1234".as_slice(), 4).unwrap(), b"1234");
    assert!(matches!(read_all(&mut b"12345".as_slice(), 4), Err(RenderError::TooLarge)));
}

/// Gives one piece, then fails.
struct Broken(Option<&'static [u8]>);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.take() {
            Some(mut piece) => piece.read(buffer),
            None => Err(io::ErrorKind::ConnectionReset.into()),
        }
    }
}

/// Takes nothing.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_broken_answer_is_told_from_a_closed_output() {
    for format in Format::ALL {
        let output = output(format, None, Style::default());
        let closed = answer(&mut b"[{\"a\":1}]".as_slice(), &output, &mut Closed);
        let is_closed =
            matches!(&closed, Err(RenderError::Write(e)) if e.kind() == io::ErrorKind::BrokenPipe);
        assert!(is_closed, "{format}: {closed:?}");
        let broken = answer(&mut Broken(Some(b"[1,")), &output, &mut Vec::new());
        let is_broken =
            matches!(&broken, Err(RenderError::Read(e)) if e.kind() == io::ErrorKind::ConnectionReset);
        assert!(is_broken, "{format}: {broken:?}");
    }
    let mut out = Vec::new();
    answer(&mut Broken(Some(b"[1,2")), &output(Format::Compact, None, Style::default()), &mut out)
        .unwrap_err();
    assert_eq!(out, b"[1,2", "what was read is written");
}

#[test]
fn rows_with_nothing_in_common_are_no_table() {
    let wide = |members: usize| {
        let rows: Vec<String> = (0..members).map(|i| format!("{{\"k{i}\":1}}")).collect();
        format!("[{}]", rows.join(","))
    };
    for format in [Format::Table, Format::Csv] {
        let output = Output { format, ..Output::default() };
        let shown = |text: &str| answer(&mut text.as_bytes(), &output, &mut Vec::new());
        assert!(shown(&wide(MAX_COLUMNS)).is_ok(), "{format}");
        assert!(matches!(shown(&wide(MAX_COLUMNS + 1)), Err(RenderError::TooWide(1001))), "{format}");
    }
}
