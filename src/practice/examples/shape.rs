use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// The shape of an answer; its members keep the order that they come in.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::practice) enum Shape {
    /// A value: its type, or digits that stand for themselves.
    Value(String),
    /// This text.
    Given(&'static str),
    /// A list: of such items, or of these very ones if there are several.
    List(Vec<Shape>),
    /// An object.
    Object(Vec<(String, Shape)>),
}

impl Shape {
    /// The shape that the catalogue has as JSON text. `build.rs` has read all of them; where there is none, the answer is an
    /// empty object.
    pub(in crate::practice) fn parse(text: Option<&str>) -> Self {
        text.and_then(|t| serde_json::from_str(t).ok()).unwrap_or_else(|| Self::Object(Vec::new()))
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the shape of an answer")
    }

    fn visit_str<E>(self, word: &str) -> Result<Shape, E> {
        Ok(Shape::Value(word.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Shape, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Shape::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Shape, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = from.next_entry()? {
            members.push(member);
        }
        Ok(Shape::Object(members))
    }
}
