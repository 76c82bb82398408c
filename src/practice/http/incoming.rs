//! A request as it arrives: its bytes, and what is too much or too slow.

use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::http::request::Parts;
use memchr::memchr_iter;
use tokio::time::timeout;

use super::Limits;
use crate::diagnose::ReceivedRequest;
use crate::practice::origin::{Foreign, foreign};
use crate::practice::wire::restored;

/// The request without its body, and its target for the log, byte for byte as they arrived.
pub(super) fn received(head: &Parts) -> (ReceivedRequest, Vec<u8>) {
    let path = restored(head.uri.path());
    let query = head.uri.query().map(restored);
    let target = query.as_ref().map_or_else(|| path.to_vec(), |query| [&*path, b"?", query].concat());
    let request = ReceivedRequest {
        method: head.method.as_str().to_owned(),
        path: String::from_utf8_lossy(&path).into_owned(),
        query: query.unwrap_or_default().into_owned(),
        headers: head.headers.iter().map(|(n, v)| (n.as_str().to_owned(), v.as_bytes().to_vec())).collect(),
        body: Vec::new(),
    };
    (request, target)
}

/// Keeps out more parameters than any request has: the gate looks at each again and again.
pub(super) fn few_enough(request: &ReceivedRequest) -> Result<(), Foreign> {
    const MOST: usize = 2000;
    let joints = |text: &[u8]| memchr_iter(b'&', text).count();
    if joints(&request.query) + joints(&request.body) < MOST {
        return Ok(());
    }
    Err(foreign(
        413,
        format!("there are more than {MOST} parameters"),
        "no request of the exchange has as many",
    ))
}

/// The whole body.
pub(super) async fn body(body: Incoming, limits: &Limits) -> Result<Vec<u8>, Foreign> {
    if body.is_end_stream() {
        return Ok(Vec::new());
    }
    let refuse = |status, cause, fix| Err(foreign(status, cause, fix));
    let too_large = || {
        let cause = format!("the body has more than {} bytes", limits.body_bytes);
        refuse(413, cause, "no request of the exchange has one as large")
    };
    if body.size_hint().lower() > u64::try_from(limits.body_bytes).unwrap_or(u64::MAX) {
        return too_large();
    }
    match timeout(limits.body, Limited::new(body, limits.body_bytes).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes().to_vec()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => too_large(),
        Ok(Err(error)) => {
            let cause = format!("the body did not arrive whole: {error}");
            refuse(400, cause, "see that `Content-Length` is the number of bytes of the body")
        }
        Err(_) => {
            let cause = format!("the body did not arrive within {} s", limits.body.as_secs());
            refuse(408, cause, "see that `Content-Length` is the number of bytes of the body")
        }
    }
}
