use std::fmt;

use super::endpoint::Names;
use crate::data::{Span, Text};

/// One parameter of an endpoint.
pub struct Parameter {
    pub(super) name: Text,
    pub(super) flag: Text,
    pub(super) kind: ParameterType,
    pub(super) required: bool,
    pub(super) place: Place,
    pub(super) unit: Text,
    pub(super) list: Option<ListStyle>,
    pub(super) default: Text,
    pub(super) min: Text,
    pub(super) max: Text,
    pub(super) capped: bool,
    pub(super) max_length: Option<u16>,
    pub(super) max_items: Option<u16>,
    pub(super) max_decimals: Option<u8>,
    pub(super) pattern: Text,
    pub(super) format: Text,
    pub(super) values: Span,
    pub(super) wire: Span,
    pub(super) help: Text,
}

impl Parameter {
    /// The name as it is sent, such as `origClientOrderId`.
    pub fn name(&self) -> &'static str {
        self.name.as_str()
    }

    /// The name as a flag, without the dashes: `orig-client-order-id`.
    pub fn flag(&self) -> &'static str {
        self.flag.as_str()
    }

    /// Its type.
    pub fn kind(&self) -> ParameterType {
        self.kind
    }

    /// Whether every call has to send it.
    pub fn required(&self) -> bool {
        self.required
    }

    /// Where it travels.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Whether it is a point in time, sent as milliseconds since 1970.
    pub fn is_time(&self) -> bool {
        self.unit() == Some("time")
    }

    /// Its unit: `ms`, `s`, `day`, `wei`; `time` is milliseconds since 1970.
    pub fn unit(&self) -> Option<&'static str> {
        self.unit.given()
    }

    /// How several values are written; `None` where only one is taken.
    pub fn list(&self) -> Option<ListStyle> {
        self.list
    }

    /// What the exchange takes where it is left out.
    pub fn default(&self) -> Option<&'static str> {
        self.default.given()
    }

    /// The smallest value, as a decimal.
    pub fn min(&self) -> Option<&'static str> {
        self.min.given()
    }

    /// The largest value, as a decimal. Larger ones are refused, unless [`Parameter::capped`].
    pub fn max(&self) -> Option<&'static str> {
        self.max.given()
    }

    /// Whether the exchange lowers a value over the largest instead of refusing it.
    pub fn capped(&self) -> bool {
        self.capped
    }

    /// The longest value, in characters.
    pub fn max_length(&self) -> Option<u16> {
        self.max_length
    }

    /// The largest number of values in a list.
    pub fn max_items(&self) -> Option<u16> {
        self.max_items
    }

    /// The largest number of digits after the point.
    pub fn max_decimals(&self) -> Option<u8> {
        self.max_decimals
    }

    /// The regular expression that the exchange names for it.
    pub fn pattern(&self) -> Option<&'static str> {
        self.pattern.given()
    }

    /// How the text is built, such as `yyyy-MM-dd`.
    pub fn format(&self) -> Option<&'static str> {
        self.format.given()
    }

    /// The values allowed, for [`ParameterType::Enum`].
    pub fn values(&self) -> impl Iterator<Item = &'static str> + use<> {
        Names(self.values).iter()
    }

    /// How `true` and `false` are spelt, where it is not that.
    pub fn wire(&self) -> Option<(&'static str, &'static str)> {
        let mut names = Names(self.wire).iter();
        Some((names.next()?, names.next()?))
    }

    /// What it is, in one sentence.
    pub fn help(&self) -> &'static str {
        self.help.as_str()
    }
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?})", self.name(), self.kind)
    }
}

/// What a parameter's value is. All travel as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// Any text.
    String,
    /// A whole number.
    Integer,
    /// A decimal number, written without exponent.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// One of [`Parameter::values`].
    Enum,
    /// A JSON document.
    Json,
}

impl ParameterType {
    /// The catalogue's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Enum => "enum",
            Self::Json => "json",
        }
    }
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the query string.
    Query,
    /// In the form body.
    Body,
}

impl Place {
    /// The catalogue's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Body => "body",
        }
    }
}

/// How several values of one parameter are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListStyle {
    /// `["A","B"]`
    JsonArray,
    /// `A,B`
    Comma,
    /// The parameter once for each value.
    Repeat,
    /// `name[0]=A&name[1]=B`
    Indexed,
    /// `A;B`
    Semicolon,
}

impl ListStyle {
    /// The catalogue's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JsonArray => "json-array",
            Self::Comma => "comma",
            Self::Repeat => "repeat",
            Self::Indexed => "indexed",
            Self::Semicolon => "semicolon",
        }
    }
}
