use super::key::SigningError;
use super::{ApiKey, Parameters, RecvWindow, Signature, SigningKey};
use crate::catalogue::{Endpoint, Method};

/// The bytes that are signed: the query string, then the body, with nothing between them.
pub fn payload(query: &str, body: &str) -> String {
    // No separator: with an empty body this is the query, and the other way round.
    format!("{query}{body}")
}

/// A request before it is signed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The HTTP method.
    pub method: Method,
    /// `scheme://host[:port]`.
    pub base_url: String,
    /// The path, beginning with `/`.
    pub path: String,
    /// Parameters of the query string.
    pub query: Parameters,
    /// Parameters of the form body.
    pub body: Parameters,
    /// The key for the header; `None` where the endpoint is public.
    pub api_key: Option<ApiKey>,
}

impl Draft {
    /// A request to an endpoint, without parameters and without a key.
    pub fn to(endpoint: &Endpoint, base_url: &str) -> Self {
        Self {
            method: endpoint.method(),
            base_url: base_url.to_owned(),
            path: endpoint.path().to_owned(),
            query: Parameters::new(),
            body: Parameters::new(),
            api_key: None,
        }
    }

    /// The request as it stands, for endpoints that take no signature.
    pub fn unsigned(&self) -> SignedRequest {
        self.with_query(self.query.encode(), None)
    }

    /// Signs the request: `recvWindow` if there is one, `timestamp`, then `signature` go to the end of the query string.
    /// `timestamp` is in milliseconds or microseconds since the epoch.
    ///
    /// # Errors
    /// [`SigningError`] if the system gives no random numbers.
    pub fn sign(
        &self,
        key: &SigningKey,
        timestamp: i64,
        recv_window: Option<&RecvWindow>,
    ) -> Result<SignedRequest, SigningError> {
        let mut query = self.query.clone();
        if let Some(window) = recv_window {
            query.push("recvWindow", window.as_str());
        }
        query.push("timestamp", timestamp.to_string());
        let query = query.encode();
        let payload = payload(&query, &self.body.encode());
        let signature = key.sign(payload.as_bytes())?;
        let signed_query = format!("{query}&signature={}", signature.parameter());
        Ok(self.with_query(signed_query, Some((payload, signature))))
    }

    fn with_query(&self, query: String, signed: Option<(String, Signature)>) -> SignedRequest {
        SignedRequest {
            method: self.method,
            base_url: self.base_url.clone(),
            path: self.path.clone(),
            query,
            body: self.body.encode(),
            api_key: self.api_key.clone(),
            signed,
        }
    }
}

/// A request ready to be sent, byte for byte.
#[derive(Clone, Debug)]
pub struct SignedRequest {
    /// The HTTP method.
    pub method: Method,
    /// `scheme://host[:port]`.
    pub base_url: String,
    /// The path, beginning with `/`.
    pub path: String,
    /// The encoded query string with the signature; may be empty.
    pub query: String,
    /// The encoded form body; may be empty.
    pub body: String,
    /// The value of the `X-MBX-APIKEY` header.
    pub api_key: Option<ApiKey>,
    /// The payload and its signature, where the endpoint is signed.
    pub signed: Option<(String, Signature)>,
}

impl SignedRequest {
    /// Path and query string, as on the request line.
    pub fn target(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{}{mark}{}", self.path, self.query)
    }

    /// The whole URL.
    pub fn url(&self) -> String {
        format!("{}{}", self.base_url, self.target())
    }
}
