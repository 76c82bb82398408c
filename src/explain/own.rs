use super::{OWN, OWN_SECURITY};
use crate::data::{Span, Text};

/// What a refusal means where the program made the request itself.
pub struct Own {
    pub(super) code: i32,
    pub(super) security: Span,
    pub(super) cause: Text,
    pub(super) fix: Text,
}

impl Own {
    /// What is left as its cause; with words in braces to be filled in.
    pub fn cause(&self) -> &'static str {
        self.cause.as_str()
    }

    /// The next step; with words in braces to be filled in.
    pub fn fix(&self) -> &'static str {
        self.fix.as_str()
    }

    fn is_for(&self, security: &str) -> bool {
        let types = self.security.of(&OWN_SECURITY);
        types.is_empty() || types.iter().any(|t| t.as_str() == security)
    }
}

/// What `code` means for a request of the program's own to an endpoint of this security type.
pub fn own(code: i64, security: &str) -> Option<&'static Own> {
    OWN.iter().find(|own| i64::from(own.code) == code && own.is_for(security))
}
