//! Raw HTTP, and request headers as browsers and `curl -v` show them. Source: RFC 9112, sections 2 to 6.

use super::{Draft, Fault, Form, bounded, shown, url};

/// The methods that are recognised without a version after the target.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"];

/// The lines of a message from some place on.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    /// The next line without its end, and where it begins.
    fn next(&mut self) -> Option<(&'a [u8], usize)> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let from = self.at;
        let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        self.at = self.bytes.len().min(from + length + 1);
        let line = rest.get(..length)?;
        Some((line.strip_suffix(b"\r").unwrap_or(line), from))
    }
}

/// Whether the text begins as a request does.
pub(super) fn starts(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    request_line(line.as_bytes()).is_some()
        || [":method", ":authority", ":path"].iter().any(|p| line.starts_with(p))
}

/// Method and target of a request line.
fn request_line(line: &[u8]) -> Option<(&str, &[u8])> {
    let line = line.trim_ascii_end();
    let end = line.iter().position(|b| *b == b' ')?;
    let method = std::str::from_utf8(line.get(..end)?).ok()?;
    let rest = line.get(end + 1..)?;
    let last = rest.iter().rposition(|b| *b == b' ').and_then(|space| rest.split_at_checked(space));
    let versioned = last.filter(|(_, last)| last.starts_with(b" HTTP/")).map(|(target, _)| target);
    let (target, version) = (versioned.unwrap_or(rest), versioned.is_some());
    let place = target.starts_with(b"/") || target.starts_with(b"http://") || target.starts_with(b"https://");
    let known = METHODS.contains(&method) && !target.contains(&b' ');
    let name = !method.is_empty() && method.bytes().all(|b| b.is_ascii_alphabetic());
    (place && name && (version || known)).then_some((method, target))
}

/// Reads the request that begins at `from`. One final line end of the text is no part of the body: editors add it.
pub(super) fn read(text: &str, from: usize) -> Result<Draft, Fault> {
    let mut draft = parse(text.as_bytes(), from)?;
    let length = content_length(&draft);
    if length.is_none() {
        let body = &draft.body;
        let without = body.strip_suffix(b"\n").map(|b| b.strip_suffix(b"\r").unwrap_or(b));
        draft.body = without.unwrap_or(body).to_vec();
    }
    if draft.body.starts_with(b"HTTP/1.") || draft.body.starts_with(b"HTTP/2") {
        draft.body.clear();
        draft.unread.push("the answer after the request".to_owned());
    }
    settle_length(&mut draft, length);
    Ok(draft)
}

/// Reads a request byte for byte: what follows the head is the body.
pub(super) fn parse(bytes: &[u8], from: usize) -> Result<Draft, Fault> {
    let mut lines = Lines { bytes, at: from };
    let (first, at) = lines.next().unwrap_or_default();
    let line_start =
        bytes.get(..from).unwrap_or_default().iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1);
    let indent = bytes.get(line_start..from).unwrap_or_default();
    let mut head = Head::default();
    let line = request_line(first);
    if line.is_none() {
        lines.at = at;
    }
    head.read(&mut lines, indent)?;
    let (method, target) = match line {
        Some((method, target)) => (method.to_owned(), target.to_vec()),
        None => {
            head.pseudo_line().ok_or_else(|| Fault::new(from, "there is no request line and no `:path:`"))?
        }
    };
    let mut target = url::split(&target).map_err(|what| Fault::new(from, what))?;
    target.host = target.host.or(head.pseudo_text(":authority"));
    if head.pseudo_text(":scheme").as_deref() == Some("https") {
        target.scheme = Some(super::Scheme::Https);
    }
    let mut draft = Draft::new(Form::Http, &method, target);
    draft.headers = head.headers;
    let body = bytes.get(lines.at..).unwrap_or_default();
    draft.body = if indent.is_empty() { body.to_vec() } else { without_indent(body, indent) };
    Ok(draft)
}

#[derive(Default)]
struct Head {
    headers: Vec<(String, Vec<u8>)>,
    /// HTTP/2's `:method` and so on.
    pseudo: Vec<(String, Vec<u8>)>,
    /// Names and values stand on lines of their own, as Chromium's developer tools copy them.
    alternating: bool,
}

impl Head {
    /// Reads to the empty line.
    fn read(&mut self, lines: &mut Lines, indent: &[u8]) -> Result<(), Fault> {
        while let Some((line, at)) = lines.next() {
            let line = line.strip_prefix(indent).unwrap_or(line);
            if line.trim_ascii().is_empty() {
                break;
            }
            if line.starts_with(b" ") || line.starts_with(b"\t") {
                self.fold(line, at)?;
                continue;
            }
            let colon = line.iter().skip(1).position(|b| *b == b':').map(|colon| colon + 1);
            let Some((name, value)) = colon.and_then(|colon| line.split_at_checked(colon)) else {
                let what = format!(
                    "{} is no header: it has no colon, and an empty line would have to stand before a body",
                    shown(line)
                );
                return Err(Fault::new(at, what));
            };
            let name = String::from_utf8_lossy(name).into_owned();
            let mut value = value.get(1..).unwrap_or_default().trim_ascii();
            self.alternating |= name.starts_with(':') && value.is_empty();
            if self.alternating && value.is_empty() {
                value = lines.next().map(|(line, _)| line.trim_ascii()).unwrap_or_default();
            }
            bounded(0, self.headers.len() + self.pseudo.len() + 1).map_err(|fault| Fault { at, ..fault })?;
            let list = if name.starts_with(':') { &mut self.pseudo } else { &mut self.headers };
            list.push((name, value.to_vec()));
        }
        Ok(())
    }

    /// A line that continues the header before it. Source: RFC 9112, section 5.2.
    fn fold(&mut self, line: &[u8], at: usize) -> Result<(), Fault> {
        let Some((_, value)) = self.headers.last_mut() else {
            return Err(Fault::new(at, "there is no header before this line that it could continue"));
        };
        value.push(b' ');
        value.extend_from_slice(line.trim_ascii());
        Ok(())
    }

    fn pseudo_text(&self, name: &str) -> Option<String> {
        let value = self.pseudo.iter().find(|(n, _)| n == name).map(|(_, value)| value);
        value.map(|value| String::from_utf8_lossy(value).into_owned())
    }

    fn pseudo_line(&self) -> Option<(String, Vec<u8>)> {
        let path = self.pseudo.iter().find(|(n, _)| n == ":path").map(|(_, path)| path.clone())?;
        let rooted = if path.starts_with(b"/") { path } else { [b"/", path.as_slice()].concat() };
        Some((self.pseudo_text(":method").unwrap_or_else(|| "GET".to_owned()), rooted))
    }
}

fn without_indent(body: &[u8], indent: &[u8]) -> Vec<u8> {
    let lines = body.split_inclusive(|b| *b == b'\n');
    lines.flat_map(|line| line.strip_prefix(indent).unwrap_or(line)).copied().collect()
}

fn content_length(draft: &Draft) -> Option<usize> {
    let (_, value) = draft.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?;
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// Cuts the body to its `Content-Length`, and notes where the text has more or less.
fn settle_length(draft: &mut Draft, length: Option<usize>) {
    let chunked = draft.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("transfer-encoding"));
    if chunked {
        draft
            .unread
            .push("Transfer-Encoding: the body stands here with the lengths of its chunks".to_owned());
    }
    let (Some(length), have) = (length, draft.body.len()) else { return };
    if have < length {
        draft.unread.push(format!("Content-Length says {length} bytes, the text has {have} of them"));
        return;
    }
    let more = draft.body.split_off(length);
    if !more.trim_ascii().is_empty() {
        draft.unread.push(format!("{} bytes after the body, whose Content-Length is {length}", more.len()));
    }
}

/// Looks for a request within other lines, such as those of `curl -v`.
pub(super) fn search(text: &str) -> Option<Result<Draft, Fault>> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let found = at;
        at += line.len();
        let sent = line.trim_start();
        let marked = sent.strip_prefix("> ").unwrap_or(sent);
        if !marked.contains(" HTTP/") || request_line(marked.as_bytes()).is_none() {
            continue;
        }
        if sent.starts_with("> ") {
            return Some(
                verbose(text.get(found..).unwrap_or_default()).map_err(|fault| Fault { at: found, ..fault }),
            );
        }
        return Some(read(text, found + line.len() - sent.len()));
    }
    None
}

/// The lines after `> ` that `curl -v` prints; others stand between them.
fn verbose(text: &str) -> Result<Draft, Fault> {
    let sent = text.lines().map(str::trim_start).filter_map(|line| line.strip_prefix('>'));
    let head: Vec<&str> = sent.map(str::trim).take_while(|line| !line.is_empty()).collect();
    let mut draft = parse(head.join("\n").as_bytes(), 0)?;
    if content_length(&draft).is_some_and(|length| length > 0) {
        draft.unread.push("the body, which `curl -v` does not print".to_owned());
    }
    Ok(draft)
}
