use super::{AGENTS, CLIENT_FIXES, CLIENTS};
use crate::data::{Span, Text};

/// A program or library that people send requests with, and how mistakes are mended in its own terms.
pub struct Client {
    pub(super) name: Text,
    pub(super) agents: Span,
    pub(super) fixes: Span,
}

impl Client {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        self.name.as_str()
    }

    /// How the mistake of this name is mended with it, as a line.
    pub fn fix(&self, mistake: &str) -> Option<&'static str> {
        let fixes = self.fixes.of(&CLIENT_FIXES);
        fixes.iter().find(|(name, _)| name.as_str() == mistake).map(|(_, fix)| fix.as_str())
    }

    fn says(&self, agent: &str) -> bool {
        self.agents.of(&AGENTS).iter().any(|known| agent.starts_with(known.as_str()))
    }
}

/// Every client, those that people ask about most first.
pub fn clients() -> &'static [Client] {
    &CLIENTS
}

/// The client that a `User-Agent` header names.
pub fn client_of(agent: &str) -> Option<&'static Client> {
    CLIENTS.iter().find(|c| c.says(agent))
}
