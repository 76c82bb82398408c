//! Requests whose parameters are not where or what they seem to be: as JSON, in the body of a GET, cut off, mangled.
//!
//! Each is looked for where a check misses something, and mends the request: what was there all along is then found.

use serde_json::Value;

use super::Case;
use super::examined::Examined;
use super::finding::{Certainty, Finding};
use super::search::Parts;
use super::{key_header, received};
use crate::signing::percent_encode;

type Shape = fn(&mut Examined<'_>, &Case<'_>) -> Option<Finding>;

/// In the order in which they are looked for.
const SHAPES: [(&str, Shape); 6] = [
    ("payload-html-entities", html_entities),
    ("second-question-mark", second_question_mark),
    ("body-is-json", json_body),
    ("get-with-body", get_with_body),
    ("url-cut-by-shell", cut_by_shell),
    ("signature-misnamed", misnamed),
];

/// Why something is missing, if the shape of the request explains it. Each shape is named once.
pub(super) fn explain(x: &mut Examined<'_>, case: &Case<'_>) -> Option<Finding> {
    for (name, shape) in SHAPES {
        if !x.is_settled(name)
            && let Some(finding) = shape(x, case)
        {
            x.settle(name);
            return Some(finding);
        }
    }
    None
}

/// Takes the request's parameters from these bytes instead.
fn reread(x: &mut Examined<'_>, query: &[u8], body: &[u8]) {
    x.parameters = received::pairs(query).into_iter().chain(received::pairs(body)).collect();
    x.set_parts(Parts::new(query, body));
}

fn replaced(text: &[u8], from: &str, to: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    text.contains(from).then(|| text.replace(from, to).into_bytes())
}

/// What HTML makes of `&` and of `&timestamp`; `&times` needs no semicolon.
const ENTITIES: [(&str, &str, &str); 4] = [
    ("×tamp=", "&timestamp=", "`&timestamp` arrived as `×tamp`"),
    ("%C3%97tamp=", "&timestamp=", "`&timestamp` arrived as `×tamp`"),
    ("%c3%97tamp=", "&timestamp=", "`&timestamp` arrived as `×tamp`"),
    ("&amp;", "&", "`&amp;` arrived in place of `&`"),
];

fn html_entities(x: &mut Examined<'_>, _: &Case<'_>) -> Option<Finding> {
    let (query, body) = (&x.request.query, x.request.form_body());
    let found = ENTITIES.iter().find_map(|(from, to, how)| {
        let (new_query, new_body) = (replaced(query, from, to), replaced(body, from, to));
        (new_query.is_some() || new_body.is_some()).then(|| {
            (*how, new_query.unwrap_or_else(|| query.clone()), new_body.unwrap_or_else(|| body.to_vec()))
        })
    });
    let (how, query, body) = found?;
    reread(x, &query, &body);
    Some(Finding::new("payload-html-entities", Certainty::Proven, &[("how", how)]))
}

fn second_question_mark(x: &mut Examined<'_>, _: &Case<'_>) -> Option<Finding> {
    let (query, body) = (x.request.query.clone(), x.request.form_body().to_vec());
    let in_query = without_question_mark(&query);
    let in_body = if in_query.is_none() { without_question_mark(&body) } else { None };
    let Mark { mended, name, seen } = in_query.as_ref().or(in_body.as_ref())?;
    let finding = Finding::new("second-question-mark", Certainty::Proven, &[("name", name)]).seen(seen);
    if in_query.is_some() {
        reread(x, mended.as_bytes(), &body);
    } else {
        reread(x, &query, mended.as_bytes());
    }
    Some(finding)
}

/// A `?` in place of an `&`.
struct Mark {
    mended: String,
    /// The parameter after it.
    name: String,
    seen: String,
}

fn without_question_mark(text: &[u8]) -> Option<Mark> {
    let (before, after) = std::str::from_utf8(text).ok()?.split_once('?')?;
    let (name, _) = after.split_once('=')?;
    let seen = format!("{}?{after}", before.rsplit('&').next().unwrap_or_default());
    Some(Mark { mended: format!("{before}&{after}"), name: name.to_owned(), seen })
}

/// The members of a JSON object as a form, in their order. A list or object stays JSON.
fn form_of(json: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(json).ok()?;
    let members: Members = serde_json::from_str(text).ok()?;
    let pairs = members.0.into_iter().map(|(name, value)| {
        let value = match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        format!("{}={}", percent_encode(&name), percent_encode(&value))
    });
    Some(pairs.collect::<Vec<_>>().join("&"))
}

/// The members of an object in the order in which they stand.
struct Members(Vec<(String, Value)>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// Parameters in a body that is not read as a form.
pub(super) fn misplaced(x: &mut Examined<'_>) -> Option<Finding> {
    let finding = match (x.is_settled("body-is-json"), x.is_settled("get-with-body")) {
        (false, false) => json(x).or_else(|| body_of_get(x)),
        _ => None,
    }?;
    x.settle(finding.mistake);
    Some(finding)
}

fn json_body(x: &mut Examined<'_>, _: &Case<'_>) -> Option<Finding> {
    json(x)
}

fn get_with_body(x: &mut Examined<'_>, _: &Case<'_>) -> Option<Finding> {
    body_of_get(x)
}

fn json(x: &mut Examined<'_>) -> Option<Finding> {
    let form = form_of(&x.request.body).filter(|form| !form.is_empty())?;
    let query = x.request.query.clone();
    reread(x, &query, form.as_bytes());
    x.json = true;
    let content = x.request.header("Content-Type").map(|v| String::from_utf8_lossy(v).into_owned());
    let finding = Finding::new("body-is-json", Certainty::Proven, &[]);
    Some(finding.seen(content.map_or_else(|| "{…}".to_owned(), |c| format!("Content-Type: {c}"))))
}

fn body_of_get(x: &mut Examined<'_>) -> Option<Finding> {
    let in_body = received::pairs(&x.request.body);
    let named = in_body.iter().any(|(name, value)| !name.is_empty() && !value.is_empty());
    if x.request.method != "GET" || !named {
        return None;
    }
    let (query, body) = (x.request.query.clone(), x.request.body.clone());
    reread(x, &query, &body);
    let sent: Vec<&str> = in_body.iter().map(|(name, _)| name.as_str()).collect();
    let seen = format!("in the body of the GET: {}", sent.join(", "));
    Some(Finding::new("get-with-body", Certainty::Proven, &[]).seen(seen))
}

/// The first parameter is there and nothing after it, neither timestamp nor signature.
fn cut_by_shell(x: &mut Examined<'_>, case: &Case<'_>) -> Option<Finding> {
    let told = case.cut.map(|rest| {
        let how = "an `&` outside of quotes ended the command; what follows it was never sent";
        Finding::new("url-cut-by-shell", Certainty::Proven, &[("how", how)]).seen(format!("not sent: {rest}"))
    });
    let alone = x.parameters.len() == 1 && x.request.body.is_empty() && x.endpoint.signed();
    let likely = (alone && !x.given("timestamp") && !x.given("signature")).then(|| {
        let how = "the URL ends after its first parameter: the rest was most likely cut off at an `&`";
        Finding::new("url-cut-by-shell", Certainty::Likely, &[("how", how)])
    });
    let finding = told.or(likely)?;
    x.waived = true;
    Some(finding)
}

/// Names by which signatures go elsewhere.
const OTHER_NAMES: [&str; 10] =
    ["sign", "sig", "signed", "hmac", "hash", "apisign", "xsignature", "signatur", "signautre", "singature"];

fn is_other_name(name: &str) -> bool {
    let plain = key_header::plain(name);
    plain.contains("signature")
        || OTHER_NAMES.contains(&plain.as_str())
        || strsim::levenshtein(&plain, "signature") <= 2
}

fn misnamed(x: &mut Examined<'_>, _: &Case<'_>) -> Option<Finding> {
    if x.given("signature") {
        return None;
    }
    let parameter =
        x.parameters.iter().find(|(name, value)| is_other_name(name) && value.len() >= 32).cloned();
    if let Some((name, value)) = parameter {
        x.parameters.retain(|(n, _)| *n != name);
        x.set_parts(x.parts().without_name(&name));
        x.mend("signature", &value);
        let finding = Finding::new("signature-misnamed", Certainty::Proven, &[("name", &name)]);
        return Some(finding.seen(format!("{name}={value}")));
    }
    let headers = x.request.headers.iter();
    let header = headers.map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned()));
    let is_signature = |(name, value): &(String, String)| is_other_name(name) && value.len() >= 32;
    let (name, value) = header.into_iter().find(is_signature)?;
    x.mend("signature", &value);
    let called = format!("the header {name}");
    let finding = Finding::new("signature-misnamed", Certainty::Proven, &[("name", &called)]);
    Some(finding.seen(format!("{name}: {value}")))
}
