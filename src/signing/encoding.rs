use std::borrow::Cow;

use memchr::memchr2;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// RFC 3986's unreserved characters stay, all else is encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes `text`: `A-Z a-z 0-9 - . _ ~` stay as they are, every other byte becomes `%XX` in upper case.
pub fn percent_encode(text: &str) -> String {
    encoded(text).collect()
}

/// The same in pieces.
pub(super) fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// The bytes that a form value stands for: `%XX` decoded, `+` a space. A `%` without two digits stays as it is. What is not
/// encoded is not copied.
pub fn percent_decode(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr2(b'%', b'+', text).is_none() {
        return text.into();
    }
    let spaced: Vec<u8> = text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    percent_encoding::percent_decode(&spaced).collect::<Vec<u8>>().into()
}
