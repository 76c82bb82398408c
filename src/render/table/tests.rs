use super::super::{Format, Output, answer};
use super::*;

/// The table, and the notes below it.
fn show(json: &str, width: Option<usize>, fields: Option<&str>) -> String {
    let fields = fields.map(|text| text.parse().unwrap());
    let output = Output { format: Format::Table, fields, style: Style { width, ..Style::default() } };
    let mut out = Vec::new();
    let rendered = answer(&mut json.as_bytes(), &output, &mut out).unwrap();
    let notes = rendered.notes.iter().map(|note| format!("! {note}\n"));
    String::from_utf8(out).unwrap() + &notes.collect::<String>()
}

const ORDERS: &str = r#"[
    {"symbol":"ARKBTC","orderId":28,"price":"0.10000000","origQty":"1.5","side":"BUY","iceberg":null,"isWorking":true},
    {"symbol":"LTCBTC","orderId":1234,"price":"12.00000100","origQty":"-20","side":"SELL","iceberg":null,"isWorking":false}
]"#;

#[test]
fn decimals_stand_under_one_another() {
    insta::assert_snapshot!(show(ORDERS, None, None), @r"
    symbol  orderId        price  origQty  side  iceberg  isWorking
    ARKBTC       28   0.10000000      1.5  BUY            true
    LTCBTC     1234  12.00000100    -20    SELL           false
    ");
}

#[test]
fn blank_columns_go_first_when_room_is_short() {
    insta::assert_snapshot!(show(ORDERS, Some(60), None), @r"
    symbol  orderId        price  origQty  side  isWorking
    ARKBTC       28   0.10000000      1.5  BUY   true
    LTCBTC     1234  12.00000100    -20    SELL  false
    ! 1 column left out: iceberg; use --fields or -o csv
    ");
}

#[test]
fn columns_go_from_the_right_and_numbers_stay_whole() {
    insta::assert_snapshot!(show(ORDERS, Some(30), None), @r"
    symbol  orderId        price
    ARKBTC       28   0.10000000
    LTCBTC     1234  12.00000100
    ! 4 columns left out: iceberg, origQty, side, isWorking; use --fields or -o csv
    ");
    insta::assert_snapshot!(show(ORDERS, Some(5), Some("price")), @r"
          price
     0.10000000
    12.00000100
    ");
}

#[test]
fn the_widest_texts_are_cut() {
    let json = r#"[{"id":1,"name":"a","text":"one two three four five six seven"},{"id":2,"name":"a rather long name","text":"x"}]"#;
    insta::assert_snapshot!(show(json, Some(36), None), @r"
    id  name             text
     1  a                one two three …
     2  a rather long …  x
    ");
}

#[test]
fn wide_characters_and_unsafe_ones_keep_the_columns() {
    let json = "[{\"a\":\"币安人生\",\"b\":\"x\"},{\"a\":\"é\\u001b[1m\",\"b\":\"line\\nline\"}]";
    insta::assert_snapshot!(show(json, None, None), @r"
    a           b
    币安人生    x
    é\u001b[1m  line\nline
    ");
    insta::assert_snapshot!(show("[\"币安人生币安人生\"]", Some(6), None), @r"
    value
    币安…
    ");
}

#[test]
fn an_object_is_a_list_of_fields() {
    let json = r#"{"symbol":"ARKBTC","bidPrice":"0.1","fee":{"maker":"0.001"},"ids":[1, 2]}"#;
    insta::assert_snapshot!(show(json, None, None), @r#"
    field      value
    symbol     ARKBTC
    bidPrice   0.1
    fee.maker  0.001
    ids        [1,2]
    "#);
    insta::assert_snapshot!(show(json, None, Some("bidPrice,fee.maker,fee.taker")), @r"
    field      value
    bidPrice   0.1
    fee.maker  0.001
    fee.taker
    ! no field `fee.taker` in the answer; there is `fee.maker`
    ");
}

#[test]
fn what_counts_as_a_number_for_alignment() {
    insta::assert_snapshot!(show(r#"[[1,"1","x"],[2.5e3,"-0.5","2"],[100,null,"3"]]"#, None, None), @r"
          0     1  2
      1       1    x
      2.5e3  -0.5  2
    100            3
    ");
    for (text, decimal) in
        [("1", true), ("-0.5", true), ("1.", false), (".5", false), ("", false), ("1e5", false)]
    {
        assert_eq!(is_decimal(text), decimal, "{text}");
    }
}

#[test]
fn an_empty_list_has_no_table() {
    insta::assert_snapshot!(show("[]", None, None), @"! the answer is an empty list");
    insta::assert_snapshot!(show("[]", None, Some("a,b")), @r"
    a  b
    ! the answer is an empty list
    ");
}

#[test]
fn a_cell_of_any_length_is_padded() {
    let long = "x".repeat(70_000);
    let table = show(&format!(r#"[["{long}","a"],["b","c"]]"#), None, None);
    assert_eq!(table.lines().nth(2), Some(format!("b{}c", " ".repeat(70_001)).as_str()));
    assert_eq!(table.lines().nth(1), Some(format!("{long}  a").as_str()));
}
