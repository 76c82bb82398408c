use std::fmt;

use super::weight::WeightRow;
use super::{
    GROUPS, MANDATORY, NAMES, Outcome, PARAMETER_LISTS, PARAMETERS, Paging, Parameter, ParameterType,
    Permission, REQUIRES, Weight,
};
use crate::data::{Span, Text};

/// One REST endpoint.
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Endpoint {
    pub(super) group: Text,
    pub(super) command: Text,
    pub(super) method: Method,
    pub(super) path: Text,
    pub(super) section: Text,
    pub(super) title: Text,
    pub(super) help: Text,
    pub(super) doc: Text,
    pub(super) security: SecurityType,
    pub(super) signed: bool,
    pub(super) changes: bool,
    pub(super) asks: bool,
    pub(super) deprecated: bool,
    pub(super) weight: Option<WeightRow>,
    pub(super) weight_by: Text,
    pub(super) weight_note: Text,
    pub(super) order_count: u8,
    pub(super) order_count_1m: u8,
    pub(super) permission: Option<Permission>,
    pub(super) time_unit: bool,
    pub(super) role: Option<Role>,
    pub(super) errors_in: Option<ErrorsIn>,
    pub(super) settle: Option<Settle>,
    pub(super) outcome: Option<Outcome>,
    pub(super) paging: Option<Paging>,
    pub(super) plays: Text,
    pub(super) response: Text,
    pub(super) parameters: Span,
    pub(super) one_of: Span,
    pub(super) at_most_one: Span,
    pub(super) requires: Span,
    pub(super) mandatory_by: Span,
}

impl Endpoint {
    /// The product group, such as `spot`.
    pub fn group(&self) -> &'static str {
        self.group.as_str()
    }

    /// What `bnq` calls it, such as `open-orders`.
    pub fn command(&self) -> &'static str {
        self.command.as_str()
    }

    /// The words after `bnq` that name it: `open-orders`, `margin order`.
    pub fn words(&self) -> Vec<&'static str> {
        let group = Some(self.group()).filter(|g| *g != super::TOP_GROUP);
        group.into_iter().chain([self.command()]).collect()
    }

    /// The HTTP method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The path, such as `/api/v3/openOrders`.
    pub fn path(&self) -> &'static str {
        self.path.as_str()
    }

    /// The chapter it belongs to within its group: `general`, `market`, `account`, `trade`.
    pub fn section(&self) -> &'static str {
        self.section.as_str()
    }

    /// The exchange's own title for it.
    pub fn title(&self) -> &'static str {
        self.title.as_str()
    }

    /// What it does, in one sentence.
    pub fn help(&self) -> &'static str {
        self.help.as_str()
    }

    /// The address of the exchange's documentation of it.
    pub fn doc(&self) -> Option<&'static str> {
        self.doc.given()
    }

    /// Which permission a key needs to call it. Whether it is signed is [`Endpoint::signed`], never derived from this.
    pub fn security(&self) -> SecurityType {
        self.security
    }

    /// Whether the request carries `timestamp` and `signature`.
    pub fn signed(&self) -> bool {
        self.signed
    }

    /// Whether a call can change something: such a request is confirmed, sent once, and never repeated.
    pub fn changes(&self) -> bool {
        self.changes
    }

    /// Whether a person is asked before it is called: changes are, but for those that touch neither funds nor settings.
    pub fn asks(&self) -> bool {
        self.asks
    }

    /// Whether the exchange has announced its end.
    pub fn deprecated(&self) -> bool {
        self.deprecated
    }

    /// What a call costs against the limit; `None` where the exchange does not say.
    pub fn weight(&self) -> Option<Weight> {
        self.weight.map(Weight::from)
    }

    /// What a call with these values costs; `None` where the exchange does not say.
    pub fn weight_of<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> Option<u32> {
        match self.weight()? {
            Weight::Fixed(n) => Some(n),
            Weight::Rule(rule) => rule.of(self, &value),
        }
    }

    /// What limits it beside the weight, or changes the weight, in words.
    pub fn weight_note(&self) -> Option<&'static str> {
        self.weight_note.given()
    }

    /// Whom the weight is counted against: `IP` or `UID`.
    pub fn weight_by(&self) -> Option<&'static str> {
        self.weight_by.given()
    }

    /// How many orders a call counts as against the order limits.
    pub fn order_count(&self) -> u8 {
        self.order_count
    }

    /// The same against the limit of a minute, which can differ.
    pub fn order_count_1m(&self) -> u8 {
        self.order_count_1m
    }

    /// The permission that a key needs to call it.
    pub fn permission(&self) -> Option<Permission> {
        self.permission
    }

    /// Whether the header `X-MBX-TIME-UNIT` chooses the unit of the times in its answer.
    pub fn takes_time_unit(&self) -> bool {
        self.time_unit
    }

    /// A part it plays for `bnq` itself.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// Where an answer with status 200 can carry errors.
    pub fn errors_in(&self) -> Option<ErrorsIn> {
        self.errors_in
    }

    /// How the outcome of a change is found out afterwards.
    pub fn settle(&self) -> Option<&Settle> {
        self.settle.as_ref()
    }

    /// How its answer tells what became of a change.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// How its pages are followed, where its rows come in pages.
    pub fn paging(&self) -> Option<&Paging> {
        self.paging.as_ref()
    }

    /// The most rows that one of its pages has, where that is known.
    pub fn largest_page(&self) -> Option<u64> {
        let paging = self.paging()?;
        let of_parameter = || {
            let parameter = self.parameter(paging.size()?)?;
            parameter.max().filter(|_| parameter.kind() == ParameterType::Integer)?.parse().ok()
        };
        paging.most().or_else(of_parameter)
    }

    /// Which part of the practice exchange answers it; `None` where none does yet.
    pub fn plays(&self) -> Option<&'static str> {
        self.plays.given()
    }

    /// The shape of its answer, as JSON: names as they come, and in the place of each value its type (`integer`, `number`,
    /// `boolean`, `string`, `integer-string`, `decimal-string`, or `time` for an integer whose place has no name to say so) or
    /// the digits that always stand there. A list of one item is a list of such items; a longer one has those very items.
    pub fn response(&self) -> Option<&'static str> {
        self.response.given()
    }

    /// Its parameters, in the order of the documentation.
    pub fn parameters(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        self.parameters.of(&PARAMETER_LISTS).iter().filter_map(|i| PARAMETERS.get(usize::from(*i)))
    }

    /// The parameter with this wire name.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters().find(|p| p.name() == name)
    }

    /// Groups of parameters of which at least one has to be sent.
    pub fn one_of(&self) -> impl Iterator<Item = Names> + use<> {
        groups(self.one_of)
    }

    /// Groups of parameters of which not more than one may be sent.
    pub fn at_most_one(&self) -> impl Iterator<Item = Names> + use<> {
        groups(self.at_most_one)
    }

    /// Pairs of a parameter and those that have to be sent with it.
    pub fn requires(&self) -> impl Iterator<Item = (&'static str, Names)> + use<> {
        self.requires.of(&REQUIRES).iter().map(|r| (r.parameter.as_str(), Names(r.needs)))
    }

    /// The groups of which one each is mandatory, given the values sent: `type` being `LIMIT` needs a `price`.
    pub fn mandatory_given<'a>(
        &self,
        value: impl Fn(&str) -> Option<&'a str>,
    ) -> impl Iterator<Item = Names> {
        let rules = self.mandatory_by.of(&MANDATORY).iter();
        rules
            .filter(move |m| value(m.parameter.as_str()) == Some(m.is.as_str()))
            .flat_map(|m| groups(m.needs))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} {})", self.method, self.path(), self.group(), self.command())
    }
}

fn groups(span: Span) -> impl Iterator<Item = Names> {
    span.of(&GROUPS).iter().map(|g| Names(*g))
}

/// A list of names or values of the catalogue.
#[derive(Clone, Copy)]
pub struct Names(pub(super) Span);

impl Names {
    /// The names in their order.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.of(&NAMES).iter().map(|t| t.as_str())
    }
}

/// An HTTP method that the exchange uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads; parameters travel in the query string alone.
    Get,
    /// Creates.
    Post,
    /// Replaces or prolongs.
    Put,
    /// Cancels.
    Delete,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 4] = [Self::Get, Self::Post, Self::Put, Self::Delete];

    /// The word on the request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The exchange's security type: which kind of permission a key needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityType {
    /// Public; no key.
    None,
    /// Market data that asks for a key.
    MarketData,
    /// Listen keys.
    UserStream,
    /// Reads of the account.
    UserData,
    /// Orders.
    Trade,
    /// Margin borrowing and repaying.
    Margin,
    /// Orders on prediction markets.
    PredictionTrade,
}

impl SecurityType {
    /// Whether the key header has to be sent.
    /// Source: Spot REST documentation, "Request security".
    pub fn needs_key(self) -> bool {
        self != Self::None
    }

    /// The exchange's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::MarketData => "MARKET_DATA",
            Self::UserStream => "USER_STREAM",
            Self::UserData => "USER_DATA",
            Self::Trade => "TRADE",
            Self::Margin => "MARGIN",
            Self::PredictionTrade => "PREDICTION_TRADE",
        }
    }
}

/// A part an endpoint plays for `bnq` itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Tells the exchange's clock.
    Time,
    /// A read of the account that any key may make: its answer says whether key and signature are accepted.
    Account,
    /// Tells what a key may do, and from which addresses.
    KeyRestrictions,
}

/// Where an answer with status 200 can carry errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorsIn {
    /// Items of the array are error objects with `code` and `msg`.
    Items,
    /// The body itself is an error object with `code` and `msg`.
    Body,
}

/// How the outcome of a change is found out: which endpoint to ask, and with what.
pub struct Settle {
    pub(super) id: Text,
    pub(super) ask: Text,
    pub(super) copy: Span,
}

impl Settle {
    /// The parameter that names the change; made before sending where the user gave none.
    pub fn id(&self) -> Option<&'static str> {
        self.id.given()
    }

    /// The command, of the same group, that tells the outcome.
    pub fn ask(&self) -> &'static str {
        self.ask.as_str()
    }

    /// Pairs of a parameter of the change and the name under which its value is asked for.
    pub fn copy(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        groups(self.copy).filter_map(|pair| {
            let mut names = pair.iter();
            Some((names.next()?, names.next()?))
        })
    }
}

pub(super) struct Requires {
    pub(super) parameter: Text,
    pub(super) needs: Span,
}

pub(super) struct MandatoryBy {
    pub(super) parameter: Text,
    pub(super) is: Text,
    pub(super) needs: Span,
}
