use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::profile::{ApiKeySource, Located, PassphraseSource, Profile, SecretSource};
use super::{BaseUrl, ConfigError, SettingProblem, parse_timeout};
use crate::catalogue::Environment;
use crate::signing::{RecvWindow, SecretKey};
use crate::text::nearest;

/// Settings outside of a profile.
const FILE_SETTINGS: &[&str] = &["default_profile", "profiles"];

/// Settings of a profile. `config.example.toml` has a line on each.
pub(super) const PROFILE_SETTINGS: &[&str] = &[
    "env",
    "api_key",
    "api_key_file",
    "secret_key",
    "secret_key_file",
    "secret_key_command",
    "private_key_file",
    "passphrase_file",
    "passphrase_command",
    "recv_window",
    "base_url",
    "ca_file",
    "timeout",
    "output",
];

/// The longest name or value that a message repeats, in bytes: a secret is longer.
const LONGEST_SHOWN: usize = 40;

/// Whether a text that a message would repeat may be a secret in the wrong place: long, and of letters and digits alone.
pub(super) fn could_be_secret(text: &str) -> bool {
    text.len() > LONGEST_SHOWN && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// What the text of a config file says.
pub(super) struct Parsed {
    pub(super) default_profile: Option<Located<String>>,
    pub(super) profiles: Vec<Profile>,
}

/// Reads the text of a config file. `home` stands for a leading `~/`; other relative paths are relative to the file.
pub(super) fn parse(text: &str, file: &Path, home: Option<&Path>) -> Result<Parsed, ConfigError> {
    // The error's own Display shows the line, which may hold a secret; its message does not.
    let document = DeTable::parse(text).map_err(|e| ConfigError::Syntax {
        file: file.to_owned(),
        line: line_of(text, &e.span().unwrap_or_default()),
        message: e.message().to_owned(),
    })?;
    let root = Reader { text, file, home, profile: None, table: document.get_ref() };
    root.refuse_unknown(FILE_SETTINGS)?;
    let mut profiles = Vec::new();
    if let Some((value, line)) = root.value("profiles") {
        let table = value.as_table().ok_or_else(|| root.wrong_type("profiles", line, "a table", value))?;
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            profiles.push(root.profile(name, value)?);
        }
    }
    let default_profile =
        root.text("default_profile")?.map(|l| Located { value: l.value.to_owned(), line: l.line });
    if let Some(default) = default_profile.as_ref().filter(|d| !profiles.iter().any(|p| p.name == d.value)) {
        let known = profiles.iter().map(|p| p.name.clone()).collect();
        return Err(root.error("default_profile", default.line, SettingProblem::NoSuchProfile { known }));
    }
    Ok(Parsed { default_profile, profiles })
}

fn line_of(text: &str, span: &Range<usize>) -> usize {
    let before = text.as_bytes().get(..span.start).unwrap_or(text.as_bytes());
    before.split(|b| *b == b'\n').count()
}

/// A table of the config file, and what its messages need.
#[derive(Clone, Copy)]
struct Reader<'a> {
    text: &'a str,
    file: &'a Path,
    home: Option<&'a Path>,
    profile: Option<&'a str>,
    table: &'a DeTable<'a>,
}

impl<'a> Reader<'a> {
    fn profile(
        self,
        name: &'a Spanned<DeString<'a>>,
        value: &'a Spanned<DeValue<'a>>,
    ) -> Result<Profile, ConfigError> {
        let line = line_of(self.text, &name.span());
        let name: &str = name.get_ref();
        if name.is_empty() || name.chars().any(char::is_control) || could_be_secret(name) {
            return Err(self.error(name, line, SettingProblem::Name));
        }
        let value = value.get_ref();
        let table = value.as_table().ok_or_else(|| self.wrong_type(name, line, "a table", value))?;
        let reader = Reader { profile: Some(name), table, ..self };
        reader.refuse_unknown(PROFILE_SETTINGS)?;
        Ok(Profile {
            name: name.to_owned(),
            line,
            file: self.file.to_owned(),
            trust: Ok(()),
            env: reader.environment(line)?,
            api_key: reader.api_key()?,
            secret: reader.secret()?,
            passphrase: reader.passphrase()?,
            recv_window: reader.parsed("recv_window", str::parse::<RecvWindow>)?,
            base_url: reader.parsed("base_url", BaseUrl::parse)?,
            ca_file: reader.path("ca_file")?,
            timeout: reader.parsed("timeout", parse_timeout)?,
            output: reader.shown_text("output")?.map(|l| Located { value: l.value.to_owned(), line: l.line }),
        })
    }

    fn environment(self, line: usize) -> Result<Located<Environment>, ConfigError> {
        let given = self.parsed("env", str::parse::<Environment>)?;
        Ok(given.unwrap_or(Located { value: Environment::Live, line }))
    }

    fn api_key(self) -> Result<Option<Located<ApiKeySource>>, ConfigError> {
        self.one_of(&["api_key", "api_key_file"])?;
        if let Some(key) = self.secret_text("api_key")? {
            return Ok(Some(key.map(ApiKeySource::Inline)));
        }
        Ok(self.path("api_key_file")?.map(|p| p.map(ApiKeySource::File)))
    }

    fn secret(self) -> Result<Option<Located<SecretSource>>, ConfigError> {
        self.one_of(&["secret_key", "secret_key_file", "secret_key_command", "private_key_file"])?;
        if let Some(secret) = self.secret_text("secret_key")? {
            return Ok(Some(secret.map(SecretSource::Inline)));
        }
        if let Some(path) = self.path("secret_key_file")? {
            return Ok(Some(path.map(SecretSource::File)));
        }
        if let Some(words) = self.command("secret_key_command")? {
            return Ok(Some(words.map(SecretSource::Command)));
        }
        Ok(self.path("private_key_file")?.map(|p| p.map(SecretSource::PrivateKey)))
    }

    fn passphrase(self) -> Result<Option<Located<PassphraseSource>>, ConfigError> {
        self.one_of(&["passphrase_file", "passphrase_command"])?;
        if let Some(path) = self.path("passphrase_file")? {
            return Ok(Some(path.map(PassphraseSource::File)));
        }
        Ok(self.command("passphrase_command")?.map(|w| w.map(PassphraseSource::Command)))
    }

    fn value(self, name: &str) -> Option<(&'a DeValue<'a>, usize)> {
        let (key, value) = self.table.iter().find(|(k, _)| k.get_ref() == name)?;
        Some((value.get_ref(), line_of(self.text, &key.span())))
    }

    /// A text that is not empty.
    fn text(self, name: &'static str) -> Result<Option<Located<&'a str>>, ConfigError> {
        let Some((value, line)) = self.value(name) else { return Ok(None) };
        match value.as_str() {
            Some("") => Err(self.error(name, line, SettingProblem::Empty)),
            Some(value) => Ok(Some(Located { value, line })),
            None => Err(self.wrong_type(name, line, "a text in quotes", value)),
        }
    }

    /// A text that messages repeat.
    fn shown_text(self, name: &'static str) -> Result<Option<Located<&'a str>>, ConfigError> {
        let text = self.text(name)?;
        match text.as_ref().filter(|t| could_be_secret(t.value)) {
            Some(secret) => Err(self.error(name, secret.line, SettingProblem::CouldBeSecret)),
            None => Ok(text),
        }
    }

    fn secret_text(self, name: &'static str) -> Result<Option<Located<SecretKey>>, ConfigError> {
        Ok(self.text(name)?.map(|l| l.map(SecretKey::new)))
    }

    /// A value that is read from text, or from a number as it stands in the file.
    fn parsed<T, E: Into<SettingProblem>>(
        self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<Located<T>>, ConfigError> {
        let Some((value, line)) = self.value(name) else { return Ok(None) };
        let numeric = matches!(name, "recv_window" | "timeout");
        let text = match value {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) if numeric && number.radix() == 10 => number.as_str().to_owned(),
            DeValue::Float(number) if numeric => number.as_str().to_owned(),
            _ if numeric => return Err(self.wrong_type(name, line, "a number", value)),
            _ => return Err(self.wrong_type(name, line, "a text in quotes", value)),
        };
        let wrong = |e: E| match e.into() {
            // These say what they were given, and it may be a secret in the wrong place.
            SettingProblem::Environment(_) | SettingProblem::RecvWindow(_) | SettingProblem::Timeout(_)
                if text.len() > LONGEST_SHOWN =>
            {
                SettingProblem::CouldBeSecret
            }
            problem => problem,
        };
        let value = parse(&text).map_err(|e| self.error(name, line, wrong(e)))?;
        Ok(Some(Located { value, line }))
    }

    fn path(self, name: &'static str) -> Result<Option<Located<PathBuf>>, ConfigError> {
        let Some(Located { value, line }) = self.shown_text(name)? else { return Ok(None) };
        let value = resolve(value, self.folder(), self.home)
            .ok_or_else(|| self.error(name, line, SettingProblem::NoHome))?;
        Ok(Some(Located { value, line }))
    }

    /// Words of a command. A program with a `/` in its name is a file setting, so that what is run does not depend on
    /// the folder one happens to be in.
    fn command(self, name: &'static str) -> Result<Option<Located<Vec<String>>>, ConfigError> {
        let Some((value, line)) = self.value(name) else { return Ok(None) };
        let expected = "an array of texts, such as [\"pass\", \"show\", \"binance\"]";
        let word = |v: &Spanned<DeValue>| v.get_ref().as_str().map(str::to_owned);
        let words: Option<Vec<String>> = value.as_array().and_then(|a| a.iter().map(word).collect());
        let mut words = words.ok_or_else(|| self.wrong_type(name, line, expected, value))?;
        let program = words.first_mut().filter(|w| !w.is_empty());
        let program = program.ok_or_else(|| self.error(name, line, SettingProblem::Empty))?;
        if could_be_secret(program) {
            return Err(self.error(name, line, SettingProblem::CouldBeSecret));
        }
        if program.contains('/') {
            let path = resolve(program, self.folder(), self.home)
                .ok_or_else(|| self.error(name, line, SettingProblem::NoHome))?;
            *program = path.to_string_lossy().into_owned();
        }
        Ok(Some(Located { value: words, line }))
    }

    fn folder(self) -> &'a Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    fn one_of(self, names: &[&'static str]) -> Result<(), ConfigError> {
        let mut present = names.iter().filter_map(|n| self.value(n).map(|(_, line)| (*n, line)));
        let (Some((first, _)), Some((second, line))) = (present.next(), present.next()) else {
            return Ok(());
        };
        Err(self.error(second, line, SettingProblem::Conflict(first)))
    }

    fn refuse_unknown(self, known: &'static [&'static str]) -> Result<(), ConfigError> {
        let unknown = self.table.keys().filter(|k| !known.contains(&k.get_ref().as_ref()));
        let Some(key) = unknown.min_by_key(|k| k.span().start) else { return Ok(()) };
        let problem = SettingProblem::Unknown {
            nearest: nearest(key.get_ref(), known.iter().copied()).first().copied(),
            known,
        };
        Err(self.error(key.get_ref(), line_of(self.text, &key.span()), problem))
    }

    fn wrong_type(self, name: &str, line: usize, expected: &'static str, value: &DeValue) -> ConfigError {
        self.error(name, line, SettingProblem::Type { expected, found: value.type_str() })
    }

    fn error(self, name: &str, line: usize, problem: SettingProblem) -> ConfigError {
        // It may be a secret that lost its setting.
        let long = name.len() > LONGEST_SHOWN;
        let name = if long { "a name that long".to_owned() } else { name.escape_debug().to_string() };
        let (file, profile) = (self.file.to_owned(), self.profile.map(str::to_owned));
        ConfigError::Setting { file, line, profile, name, problem }
    }
}

impl<T> Located<T> {
    fn map<U>(self, f: impl FnOnce(T) -> U) -> Located<U> {
        Located { value: f(self.value), line: self.line }
    }
}

/// `path` from `folder`, or from `home` if it begins with `~/`; `None` if home is needed and not known.
pub(super) fn resolve(path: &str, folder: &Path, home: Option<&Path>) -> Option<PathBuf> {
    match path.strip_prefix("~/") {
        Some(rest) => home.map(|h| h.join(rest)),
        None => Some(folder.join(path)),
    }
}
