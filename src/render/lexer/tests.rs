use super::*;

/// Reads the text in pieces of `size` bytes.
fn check(text: &[u8], size: usize) -> Result<(), Fault> {
    let mut lexer = Lexer::new();
    text.chunks(size).try_for_each(|chunk| lexer.push(chunk, &mut Nothing))?;
    lexer.finish(&mut Nothing)
}

#[test]
fn the_whole_grammar_is_accepted() {
    let cases: [&[u8]; 12] = [
        b"null",
        b" true\t\r\n",
        b"[]",
        b"{}",
        b"[ { } , [ ] ]",
        br#"{"a":1,"a":{"b":[false,null,"x"]},"":0}"#,
        b"[0,-0,10,1.5,-0.00000100,1e5,1E+05,0e-0,123456789012345678901234567890.10]",
        br#""\"\\\/\b\f\n\r\t\u00e9\uD83D\ude00\ud800""#,
        "\"é币😀\u{7f}\u{80}\u{10ffff}, then more than eight plain bytes\"".as_bytes(),
        b"0",
        b"-1.0E10",
        b"[\"\",\"1234567\",\"12345678\",\"123456789\"]",
    ];
    for text in cases {
        for size in 1..=text.len() {
            assert_eq!(check(text, size), Ok(()), "{} in pieces of {size}", text.escape_ascii());
        }
    }
}

#[test]
fn a_fault_is_named_with_its_place() {
    let cases: [(&[u8], &str); 34] = [
        (b"", "0: it ends where a value belongs"),
        (b" \n", "2: it ends where a value belongs"),
        (b"<html>", "0: found `<` where a value belongs"),
        (b"\n<html>", "1: found `<` where a value belongs"),
        (b"\xef\xbb\xbf{}", "0: found byte 0xef where a value belongs"),
        (b"\x0c1", "0: found byte 0x0c where a value belongs"),
        (b"[1,]", "3: found `]` where a value belongs"),
        (b"[,1]", "1: found `,` where a value or `]` belongs"),
        (b"[1 2]", "3: found `2` where `,` or `]` belongs"),
        (b"[1}", "2: found `}` where `,` or `]` belongs"),
        (b"[1", "2: it ends where `,` or `]` belongs"),
        (b"{", "1: it ends where a quoted name or `}` belongs"),
        (b"{a:1}", "1: found `a` where a quoted name or `}` belongs"),
        (br#"{"a" 1}"#, "5: found `1` where `:` belongs"),
        (br#"{"a":}"#, "5: found `}` where a value belongs"),
        (br#"{"a":1,}"#, "7: found `}` where a quoted name belongs"),
        (br#"{"a":1]"#, "6: found `]` where `,` or `}` belongs"),
        (b"1 2", "2: found `2` where nothing more belongs"),
        (b"{}}", "2: found `}` where nothing more belongs"),
        (b"01", "1: found `1` where nothing more belongs"),
        (b"-", "1: it ends where a digit belongs"),
        (b"[-]", "2: found `]` where a digit belongs"),
        (b"--1", "1: found `-` where a digit belongs"),
        (b"1.", "2: it ends where a digit belongs"),
        (b"[1.e5]", "3: found `e` where a digit belongs"),
        (b"1e+", "3: it ends where a digit belongs"),
        (b"+1", "0: found `+` where a value belongs"),
        (b"nul", "3: it ends where `true`, `false` or `null` belongs"),
        (b"trux", "3: found `x` where `true`, `false` or `null` belongs"),
        (br#""a"#, "2: it ends where the end of the string belongs"),
        (br#""\x""#, "2: found `x` where one of `\"\\/bfnrtu` after the backslash belongs"),
        (br#""\u12g4""#, "5: found `g` where a hexadecimal digit belongs"),
        (b"\"1234567\n\"", "8: found byte 0x0a where an escape such as \\u000a belongs"),
        (b"[\"a\0\"]", "3: found byte 0x00 where an escape such as \\u000a belongs"),
    ];
    for (text, expected) in cases {
        for size in 1..=text.len().max(1) {
            let fault = check(text, size).unwrap_err();
            let Cause::NotJson(reason) = fault.cause else { panic!("{}", text.escape_ascii()) };
            assert_eq!(format!("{}: {reason}", fault.offset), expected, "{}", text.escape_ascii());
        }
    }
}

#[test]
fn bytes_that_are_not_utf8_are_refused_at_their_character() {
    let cases: [(&str, &[u8], usize); 8] = [
        ("lone continuation", b"\"a\x80\"", 2),
        ("overlong", b"\"\xc0\x80\"", 1),
        ("surrogate", b"\"ab\xed\xa0\x80\"", 3),
        ("beyond Unicode", b"\"\xf4\x90\x80\x80\"", 1),
        ("cut by the quote", b"\"\xe5\xb8\"", 1),
        ("cut by a letter", b"\"\xc3\xa9\xe5\xb8x\"", 3),
        ("cut by an escape", b"\"\xe5\\n\"", 1),
        ("never used", b"\"\xff\"", 1),
    ];
    for (name, text, offset) in cases {
        for size in 1..=text.len() {
            let fault = Fault { offset, cause: Cause::NotJson(Reason::NotUtf8) };
            assert_eq!(check(text, size), Err(fault), "{name}, in pieces of {size}");
        }
    }
    let expected = "the rest of a character";
    let fault = Fault { offset: 1, cause: Cause::NotJson(Reason::Ended { expected }) };
    assert_eq!(check(b"\"\xe5\xb8", 2), Err(fault), "cut by the end");
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
    assert_eq!(check(nested(MAX_DEPTH).as_bytes(), 100), Ok(()));
    let fault = Fault { offset: MAX_DEPTH, cause: Cause::TooDeep };
    assert_eq!(check(nested(MAX_DEPTH + 1).as_bytes(), 100), Err(fault));
    let objects = "{\"a\":".repeat(MAX_DEPTH + 1);
    assert_eq!(check(objects.as_bytes(), 7), Err(Fault { offset: 5 * MAX_DEPTH, cause: Cause::TooDeep }));
}

#[test]
fn plain_runs_are_measured_at_every_place() {
    for special in [b'"', b'\\', 0, 0x1f, 0x7f, 0x80, 0xff] {
        for length in 0..20 {
            let mut text = vec![b'a'; length];
            text.extend([special, special, b'!', b' ']);
            assert_eq!(plain_length(&text), length, "{special:#x} after {length}");
        }
    }
    let plain: Vec<u8> = (0x20..0x7f).filter(|byte| !b"\"\\".contains(byte)).collect();
    assert_eq!(plain_length(&plain), plain.len());
}
