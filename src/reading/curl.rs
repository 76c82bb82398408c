//! What curl makes of its arguments. Source: curl's manual page, and curl 7.88.1 asked with a server that prints.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::command::Word;
use super::options::{self, Data, Meaning};
use super::{Draft, Fault, Form, note, shown, url};

/// What the arguments say about the request.
#[derive(Default)]
pub(super) struct Arguments {
    method: Option<String>,
    /// The method where `-X` gives none, by `-I`, `-T` and `-F`.
    usual: Option<&'static str>,
    get: bool,
    globoff: bool,
    json: bool,
    data: Option<Vec<u8>>,
    headers: Vec<Vec<u8>>,
    urls: Vec<(Vec<u8>, usize)>,
    url_query: Vec<Vec<u8>>,
    user: Option<Vec<u8>>,
    bearer: Option<Vec<u8>>,
    agent: Option<Vec<u8>>,
    referer: Option<Vec<u8>>,
    cookies: Vec<Vec<u8>>,
    unread: Vec<String>,
}

/// Reads curl's arguments; without a URL among them, `at` is where that is said.
pub(super) fn read(words: &[Word], at: usize) -> Result<Draft, Fault> {
    let mut arguments = Arguments::default();
    arguments.parse(words)?;
    arguments.draft(at)
}

impl Arguments {
    /// The arguments `url -X method -H … -d …`.
    pub fn of_url(url: &str, method: Option<&str>, headers: &[String], data: &[String]) -> Self {
        let mut arguments = Self { method: method.map(str::to_owned), ..Self::default() };
        arguments.urls.push((url.as_bytes().to_vec(), 0));
        arguments.headers = headers.iter().map(|h| h.as_bytes().to_vec()).collect();
        for text in data {
            arguments.add_data(Data::Plain, text.as_bytes());
        }
        arguments
    }

    fn parse(&mut self, words: &[Word]) -> Result<(), Fault> {
        let mut words = words.iter();
        let mut options_end = false;
        while let Some(word) = words.next() {
            let text = word.text.as_slice();
            if options_end || text.first() != Some(&b'-') || text == b"-" {
                self.operand(word);
                continue;
            }
            let Some(name) = text.strip_prefix(b"--") else {
                if !self.short(word, &mut words)? {
                    break;
                }
                continue;
            };
            options_end = name.is_empty();
            if !self.long(name, word, &mut words)? {
                break;
            }
        }
        Ok(())
    }

    fn operand(&mut self, word: &Word) {
        if begins_with_dash(&word.text) {
            let what = format!(
                "{}: begins with a dash that is not `-`, so curl takes it for a URL",
                shown(&word.text)
            );
            self.unread.push(what);
        }
        self.urls.push((word.text.clone(), word.at));
    }

    /// False if the rest is for another request.
    fn long<'a>(
        &mut self,
        name: &[u8],
        word: &'a Word,
        words: &mut impl Iterator<Item = &'a Word>,
    ) -> Result<bool, Fault> {
        let name = String::from_utf8_lossy(name);
        let name = name.strip_prefix("expand-").unwrap_or(&name);
        let (option, joined) = match name.split_once('=') {
            Some((option, value)) if options::long(option).takes_value() => (option, Some(value)),
            _ => (name, None),
        };
        let meaning = options::long(option);
        if let Some(value) = joined {
            note(&mut self.unread, || {
                format!("`--{option}=`: curl takes a value as a word of its own, not after `=`")
            });
            self.apply(meaning, value.as_bytes());
            return Ok(true);
        }
        if !meaning.takes_value() {
            return Ok(self.switch(meaning));
        }
        let value = words.next().ok_or_else(|| no_value(word))?;
        self.value(meaning, value);
        Ok(true)
    }

    /// `-s`, `-sS`, `-XPOST`, `-sXPOST`, `-X POST`.
    fn short<'a>(
        &mut self,
        word: &'a Word,
        words: &mut impl Iterator<Item = &'a Word>,
    ) -> Result<bool, Fault> {
        for (index, letter) in word.text.iter().enumerate().skip(1) {
            let meaning = options::short(*letter);
            if !meaning.takes_value() {
                if !self.switch(meaning) {
                    return Ok(false);
                }
                continue;
            }
            match word.text.get(index + 1..).filter(|rest| !rest.is_empty()) {
                Some(joined) => self.apply(meaning, joined),
                None => self.value(meaning, words.next().ok_or_else(|| no_value(word))?),
            }
            break;
        }
        Ok(true)
    }

    fn switch(&mut self, meaning: Meaning) -> bool {
        match meaning {
            Meaning::Get => self.get = true,
            Meaning::Head => self.usual = Some("HEAD"),
            Meaning::Globoff => self.globoff = true,
            Meaning::Next => self.unread.push("`--next`: what follows is another request".to_owned()),
            _ => {}
        }
        meaning != Meaning::Next
    }

    fn value(&mut self, meaning: Meaning, word: &Word) {
        if meaning == Meaning::Url {
            self.urls.push((word.text.clone(), word.at));
        } else {
            self.apply(meaning, &word.text);
        }
    }

    fn apply(&mut self, meaning: Meaning, value: &[u8]) {
        let bytes = value.to_vec();
        match meaning {
            Meaning::Request => self.method = Some(String::from_utf8_lossy(value).into_owned()),
            Meaning::Header => self.header(bytes),
            Meaning::Data(kind) => self.add_data(kind, value),
            Meaning::Url => self.urls.push((bytes, 0)),
            Meaning::UrlQuery => {
                let part = value.strip_prefix(b"+").map(<[u8]>::to_vec);
                let part = part.unwrap_or_else(|| self.encoded(value));
                self.url_query.push(part);
            }
            Meaning::User => self.user = Some(bytes),
            Meaning::Bearer => self.bearer = Some(bytes),
            Meaning::Agent => self.agent = Some(bytes),
            Meaning::Referer => self.referer = Some(value.strip_suffix(b";auto").unwrap_or(value).to_vec()),
            Meaning::Cookie if value.contains(&b'=') => self.cookies.push(bytes),
            Meaning::Form => self.usual = Some("POST"),
            Meaning::Upload => self.usual = Some("PUT"),
            _ => {}
        }
        let missing = match meaning {
            Meaning::Cookie if !value.contains(&b'=') => "a file of cookies, which is not opened",
            Meaning::Form => "a form with several parts; its body is not made",
            Meaning::Upload => "a file to send, which is not opened",
            Meaning::Config => "further options, which are not read",
            Meaning::Target => "another request target, which is not used",
            Meaning::OtherScheme => "another scheme for URLs without one, which is not used",
            _ => return,
        };
        note(&mut self.unread, || format!("{}: {missing}", shown(value)));
    }

    fn header(&mut self, line: Vec<u8>) {
        if line.starts_with(b"@") {
            self.file(&line);
        } else {
            self.headers.push(line);
        }
    }

    fn file(&mut self, name: &[u8]) {
        note(&mut self.unread, || format!("{}: a file, which is not opened", shown(name)));
    }

    fn add_data(&mut self, kind: Data, value: &[u8]) {
        let value = if kind == Data::Encoded {
            self.encoded(value)
        } else {
            if kind != Data::Raw && value.starts_with(b"@") {
                self.file(value);
            }
            value.to_vec()
        };
        self.json |= kind == Data::Json;
        let data = self.data.get_or_insert_default();
        if !data.is_empty() && kind != Data::Json {
            data.push(b'&');
        }
        data.extend(value);
    }

    /// `content`, `=content`, `name=content`, `name@file`, `@file`.
    fn encoded(&mut self, value: &[u8]) -> Vec<u8> {
        let split = value.iter().position(|b| *b == b'=').or_else(|| value.iter().position(|b| *b == b'@'));
        let Some(at) = split else { return percent_encoded(value) };
        let (name, content) = value.split_at(at);
        let equals: &[u8] = if name.is_empty() { b"" } else { b"=" };
        if content.starts_with(b"@") {
            self.file(content);
            return [name, equals, content].concat();
        }
        [name, equals, &percent_encoded(content.get(1..).unwrap_or_default())].concat()
    }

    /// The request that curl would send.
    pub fn draft(mut self, at: usize) -> Result<Draft, Fault> {
        let (url, url_at) = self.url().ok_or_else(|| Fault::new(at, "the curl command has no URL"))?;
        let mut target = url::split(&url).map_err(|what| Fault::new(at.max(url_at), what))?;
        self.doubt(&url);
        if self.user.is_none() {
            self.user = target.user.take().map(|user| percent_encoding::percent_decode(&user).collect());
        }
        let mut added = std::mem::take(&mut self.url_query).join(&b'&');
        if self.get {
            added = self.data.take().unwrap_or(added);
        }
        append(&mut target.query, &added);
        let usual = self.usual.unwrap_or(if self.data.is_some() { "POST" } else { "GET" });
        let method = self.method.take().unwrap_or_else(|| usual.to_owned());
        let mut draft = Draft::new(Form::Curl, &method, target);
        draft.headers = self.all_headers();
        draft.body = self.data.unwrap_or_default();
        draft.unread = self.unread;
        Ok(draft)
    }

    /// The first that can be one: what is no URL is most often a part of a header whose quotes are missing.
    fn url(&mut self) -> Option<(Vec<u8>, usize)> {
        let scheme = |url: &[u8]| url.windows(3).any(|w| w == b"://");
        let first = self.urls.iter().position(|(url, _)| scheme(url));
        let first =
            first.or_else(|| self.urls.iter().position(|(url, _)| url.contains(&b'/'))).unwrap_or_default();
        if first >= self.urls.len() {
            return None;
        }
        let url = self.urls.remove(first);
        for (other, _) in self.urls.drain(..).filter(|(other, _)| !begins_with_dash(other)) {
            note(&mut self.unread, || format!("{}: a further URL for curl", shown(&other)));
        }
        Some(url)
    }

    /// Notes what curl refuses or changes in a URL.
    fn doubt(&mut self, url: &[u8]) {
        let sent = url.split(|b| *b == b'#').next().unwrap_or_default();
        let data = self.data.as_deref().filter(|_| self.get).unwrap_or_default();
        // What is in a substitution does not stand in the URL once the shell has run it.
        let substituted = sent.contains(&b'`') || sent.windows(2).any(|w| w == b"$(");
        if !substituted && sent.iter().chain(data).any(|b| *b <= b' ' || *b == 0x7f) {
            self.unread.push("curl refuses a URL with a space or a control character in it".to_owned());
        }
        let query = sent.splitn(2, |b| *b == b'?').nth(1).unwrap_or_default();
        let expands = |pair: &[u8]| matches!(pair, [before, b'{' | b'['] if *before != b'$');
        if !self.globoff && query.windows(2).any(expands) {
            self.unread.push("without `-g`, curl expands `{…}` and `[…]` in a URL".to_owned());
        }
        let upper = |w: &[u8]| matches!(w, [b'%', a, b] if a.is_ascii_uppercase() || b.is_ascii_uppercase());
        if data.windows(3).any(upper) {
            let what = "the hex digits of percent-encoding that `-G` moves to the URL: some versions of curl (7.88) write them in \
                        lower case, they stand here as in the text";
            self.unread.push(what.to_owned());
        }
    }

    /// The headers that follow from options, in curl's order, and those of `-H`, which replace them.
    fn all_headers(&self) -> Vec<(String, Vec<u8>)> {
        let basic = || {
            let user = self.user.as_ref()?;
            let colon: &[u8] = if user.contains(&b':') { b"" } else { b":" };
            Some(format!("Basic {}", STANDARD.encode([user, colon].concat())).into_bytes())
        };
        let bearer = self.bearer.as_ref().map(|token| [b"Bearer ", token.as_slice()].concat());
        let json = |value: &str| self.json.then(|| value.as_bytes().to_vec());
        let form = self.data.is_some().then(|| b"application/x-www-form-urlencoded".to_vec());
        let cookies = (!self.cookies.is_empty()).then(|| self.cookies.join(&b';'));
        let own = [
            ("Authorization", bearer.or_else(basic)),
            ("User-Agent", self.agent.clone().filter(|agent| !agent.is_empty())),
            ("Accept", json("application/json")),
            ("Referer", self.referer.clone()),
            ("Cookie", cookies),
            ("Content-Type", json("application/json").or(form)),
        ];
        let named =
            |name: &str| self.headers.iter().any(|line| named_in(line).eq_ignore_ascii_case(name.as_bytes()));
        let kept = own.into_iter().filter(|(name, _)| !named(name));
        let mut headers: Vec<_> = kept.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        let content_type = headers.pop_if(|(name, _)| name == "Content-Type");
        headers.extend(self.headers.iter().filter_map(|line| custom(line)));
        headers.extend(content_type);
        headers
    }
}

/// Whether it begins with one of the dashes that word processors make of a hyphen.
fn begins_with_dash(text: &[u8]) -> bool {
    ["–", "—"].iter().any(|dash| text.starts_with(dash.as_bytes()))
}

fn no_value(word: &Word) -> Fault {
    Fault::new(word.at, format!("the option {} needs a value", shown(&word.text)))
}

fn append(query: &mut Vec<u8>, added: &[u8]) {
    // What follows a `#` would become a fragment.
    let added = added.split(|b| *b == b'#').next().unwrap_or_default();
    if !added.is_empty() && query.last().is_some_and(|last| *last != b'&') {
        query.push(b'&');
    }
    query.extend_from_slice(added);
}

fn named_in(line: &[u8]) -> &[u8] {
    line.split(|b| b":;".contains(b)).next().unwrap_or_default()
}

/// `Name: value`; `Name;` is one without a value. `Name:` only removes a header of curl's own.
fn custom(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let Some(colon) = line.iter().position(|b| *b == b':') else {
        return line.trim_ascii_end().strip_suffix(b";").map(|empty| (name(empty), Vec::new()));
    };
    let (before, after) = line.split_at(colon);
    let value = after.get(1..).unwrap_or_default().trim_ascii();
    (!value.is_empty()).then(|| (name(before), value.to_vec()))
}

/// As curl encodes: all but RFC 3986's unreserved characters, and a space as `+`.
fn percent_encoded(text: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b' ' => encoded.push(b'+'),
            b'-' | b'.' | b'_' | b'~' => encoded.push(*byte),
            _ if byte.is_ascii_alphanumeric() => encoded.push(*byte),
            _ => encoded.extend(format!("%{byte:02X}").bytes()),
        }
    }
    encoded
}
