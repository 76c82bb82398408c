use crate::diagnose::received::without_signature;
use crate::signing::percent_decode;

/// The parameters as they were sent, byte for byte: `name=value` segments of the query string and of the form body, without
/// the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::diagnose) struct Parts {
    query: Vec<Vec<u8>>,
    body: Vec<Vec<u8>>,
}

impl Parts {
    /// Splits a query string and a form body, and leaves the signature out.
    pub(in crate::diagnose) fn new(query: &[u8], body: &[u8]) -> Self {
        Self { query: split(&without_signature(query)), body: split(&without_signature(body)) }
    }

    /// What the exchange verifies: both with nothing between them.
    pub(in crate::diagnose) fn payload(&self) -> Vec<u8> {
        let mut payload = self.query();
        payload.extend(self.body());
        payload
    }

    pub(super) fn query(&self) -> Vec<u8> {
        self.query.join(&b'&')
    }

    pub(super) fn body(&self) -> Vec<u8> {
        self.body.join(&b'&')
    }

    /// Whether there is something in both places.
    pub(super) fn in_two_places(&self) -> bool {
        !self.query.is_empty() && !self.body.is_empty()
    }

    /// Every segment, the query string's first.
    pub(super) fn segments(&self) -> impl Iterator<Item = &[u8]> {
        self.query.iter().chain(&self.body).map(Vec::as_slice)
    }

    /// How many segments there are.
    pub(super) fn len(&self) -> usize {
        self.query.len() + self.body.len()
    }

    /// The same places, with each segment changed.
    pub(super) fn map(&self, mut change: impl FnMut(usize, &[u8]) -> Vec<u8>) -> Self {
        let mut index = 0;
        let mut each = |segments: &[Vec<u8>]| -> Vec<Vec<u8>> {
            let changed = segments.iter().map(|segment| {
                index += 1;
                change(index - 1, segment)
            });
            changed.collect()
        };
        let query = each(&self.query);
        Self { query, body: each(&self.body) }
    }

    /// Without the segments of which `goes` is true.
    pub(super) fn without(&self, goes: impl Fn(usize, &[u8]) -> bool) -> Self {
        let keep = |first: usize, segments: &[Vec<u8>]| -> Vec<Vec<u8>> {
            let kept = segments.iter().enumerate().filter(|(i, s)| !goes(first + i, s));
            kept.map(|(_, s)| s.clone()).collect()
        };
        Self { query: keep(0, &self.query), body: keep(self.query.len(), &self.body) }
    }

    /// Without the parameter of this name.
    pub(in crate::diagnose) fn without_name(&self, name: &str) -> Self {
        self.without(|_, segment| name_of(segment) == name)
    }

    /// With one segment more, before the segment now at `index`; at the end of the place that it falls into.
    pub(super) fn with(&self, index: usize, segment: &[u8]) -> Self {
        let mut parts = self.clone();
        let queried = parts.query.len();
        let in_body = index > queried || queried == 0 && !parts.body.is_empty();
        let (place, index) =
            if in_body { (&mut parts.body, index - queried) } else { (&mut parts.query, index) };
        place.insert(index.min(place.len()), segment.to_vec());
        parts
    }

    /// The same segments in another order, in one place.
    pub(super) fn ordered<'a>(segments: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self { query: segments.into_iter().map(<[u8]>::to_vec).collect(), body: Vec::new() }
    }
}

fn split(text: &[u8]) -> Vec<Vec<u8>> {
    if text.is_empty() { Vec::new() } else { text.split(|b| *b == b'&').map(<[u8]>::to_vec).collect() }
}

/// Name and value as they stand; the value is `None` without a `=`.
pub(super) fn name_value(segment: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut parts = segment.splitn(2, |b| *b == b'=');
    (parts.next().unwrap_or_default(), parts.next())
}

/// `name=value` from its two halves.
pub(super) fn segment(name: &[u8], value: &[u8]) -> Vec<u8> {
    [name, b"=", value].concat()
}

/// The name, decoded.
pub(super) fn name_of(segment: &[u8]) -> String {
    text(&percent_decode(name_value(segment).0))
}

/// The value, decoded.
pub(super) fn value_of(segment: &[u8]) -> String {
    text(&percent_decode(name_value(segment).1.unwrap_or_default()))
}

/// Bytes as text for people.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
