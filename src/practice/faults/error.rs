use thiserror::Error;

/// What is wrong with a rule; each names the word at fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RuleError {
    /// There is nothing in it.
    #[error("the rule is empty")]
    Empty,
    /// The first word is neither a method nor a path.
    #[error("`{0}` is neither a method nor a path")]
    Start(String),
    /// A fault or an option stands where the path belongs.
    #[error("`{0}` stands where the path belongs")]
    NoPath(String),
    /// What stands where the path belongs is none.
    #[error("`{0}` is no path")]
    Path(String),
    /// Nothing says what shall happen.
    #[error("nothing stands behind `{0}` that says what shall happen")]
    NoFault(String),
    /// A word that is no fault and no option; with the nearest that there is.
    #[error("there is no fault `{word}`")]
    Unknown {
        /// The word.
        word: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// A fault that does not say whether the request is executed.
    #[error("`{0}` does not say whether the request is executed")]
    Executed(String),
    /// An option whose value cannot be used.
    #[error("`{word}`: the value has to be {wanted}")]
    Value {
        /// The whole word.
        word: String,
        /// What the value has to be.
        wanted: &'static str,
    },
    /// An option that was given twice.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// Two faults of which a request can only have one.
    #[error("`{0}` and `{1}` cannot both happen to a request")]
    Both(String, String),
    /// A word that can do nothing in this rule.
    #[error("`{0}` has no effect with `{1}`")]
    NoEffect(String, String),
}

impl RuleError {
    /// What to write instead.
    pub fn fix(&self) -> String {
        const FORM: &str = "write [METHOD] PATH FAULT…, such as 'POST /api/v3/order 503-after count=2'";
        match self {
            Self::Empty | Self::Start(_) | Self::NoPath(_) => FORM.to_owned(),
            Self::Path(_) => {
                "begin it with `/`; `*` can stand at its end, or alone for every path".to_owned()
            }
            Self::NoFault(_) => "add a fault, such as 503-before, drop-after or latency=2s".to_owned(),
            Self::Unknown { nearest: Some(name), .. } => {
                format!("did you mean `{name}`? `bnq serve --help` lists the faults")
            }
            Self::Unknown { nearest: None, .. } => "`bnq serve --help` lists the faults".to_owned(),
            Self::Executed(word) => {
                format!("write {word}-before (it is not executed) or {word}-after (it is executed)")
            }
            Self::Value { .. } => "see the examples in `bnq serve --help`".to_owned(),
            Self::Twice(_) | Self::NoEffect(..) => "leave one of them out".to_owned(),
            Self::Both(..) => "give each a rule of its own, with count= or skip= for its requests".to_owned(),
        }
    }
}
