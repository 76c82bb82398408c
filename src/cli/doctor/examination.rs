//! What the checks of one run share: the settings, and what earlier checks found out.

use crate::catalogue::{self, Endpoint, Role};
use crate::cli::exit::Failure;
use crate::cli::local::{self, Practice};
use crate::cli::redact::Redactor;
use crate::cli::send;
use crate::cli::session::{Session, given_passphrase};
use crate::cli::target::Target;
use crate::client::{Client, ClientOptions, ClockReading, Usage};
use crate::config::{BaseUrl, ConfigError, ConfigFile, ConfigPath, Credentials, Inputs, Settings};

/// One run.
pub struct Examination<'a> {
    /// The run.
    pub session: &'a Session,
    /// What settings are made from.
    pub inputs: Inputs<'static>,
    /// The flag that keeps it from the network.
    pub offline: Option<&'static str>,
    /// Where the config file is, or would be.
    pub place: Result<ConfigPath, ConfigError>,
    /// The config file; `None` without one.
    pub file: Result<Option<ConfigFile>, ConfigError>,
    /// The settings in use.
    pub settings: Result<Settings, ConfigError>,
    /// Key and secret in use; `None` where the settings do not tell which.
    pub credentials: Option<Result<Credentials, ConfigError>>,
    /// The endpoint whose answer says whether the key is accepted.
    pub account: Option<&'static Endpoint>,
    /// What sends.
    pub client: Client,
    /// The practice exchange inside this process, for `--env local`.
    pub practice: Option<Practice>,
    /// Where requests go.
    pub url: Option<BaseUrl>,
    /// The host of the proxy on the way.
    pub proxy_host: Option<String>,
    /// The exchange's clock, as measured.
    pub clock: Option<ClockReading>,
    /// What the answers said of the limits.
    pub usage: Vec<Usage>,
    /// What must not be shown.
    pub redactor: Redactor,
}

impl<'a> Examination<'a> {
    /// Resolves the settings and loads the key in use; nobody is asked, and nothing is sent.
    ///
    /// # Errors
    /// A usage failure if a flag's value is malformed, or if the practice exchange cannot be started.
    pub fn begin(session: &'a Session, offline: bool) -> Result<Self, Failure> {
        let globals = &session.globals;
        let flags = [(offline, "--offline"), (globals.dry_run, "--dry-run"), (globals.curl, "--curl")];
        let offline = flags.into_iter().find_map(|(given, name)| given.then_some(name));
        let inputs = session.inputs()?;
        let place = ConfigPath::locate(&inputs);
        let file = place.as_ref().map_or(Ok(None), |place| place.load(inputs.home.as_deref()));
        let settings = Settings::resolve(&inputs);
        let usable = settings.as_ref().ok();
        let credentials = usable.map(|s| s.credentials(&inputs, &|_| given_passphrase()));
        let practice = match usable.filter(|_| offline.is_none()) {
            Some(settings) => local::exchange_for(settings, None)?,
            None => None,
        };
        let redactor = Redactor::new(credentials.as_ref().and_then(|c| c.as_ref().ok()));
        let options = usable.map_or_else(ClientOptions::default, send::options);
        Ok(Self {
            session,
            inputs,
            offline,
            place,
            file,
            credentials,
            account: catalogue::in_role(Role::Account, ""),
            client: Client::new(options),
            practice,
            url: None,
            proxy_host: None,
            clock: None,
            usage: Vec::new(),
            redactor,
            settings,
        })
    }

    /// The key in use, if it can be used.
    pub fn key(&self) -> Option<&Credentials> {
        self.credentials.as_ref().and_then(|c| c.as_ref().ok())
    }

    /// The profile in use.
    pub fn profile(&self) -> Option<&str> {
        self.settings.as_ref().ok().and_then(Settings::profile)
    }

    /// Where requests go, without anything after the port.
    pub fn base_url(&self) -> &str {
        self.url.as_ref().map(BaseUrl::as_str).unwrap_or_default()
    }

    /// The path whose host is examined.
    pub fn path(&self) -> &'static str {
        self.account.map_or("", Endpoint::path)
    }

    /// Where a request to this endpoint may go.
    ///
    /// # Errors
    /// A configuration failure.
    pub fn url_of(&self, endpoint: &'static Endpoint, settings: &Settings) -> Result<BaseUrl, Failure> {
        let practice = self.practice.as_ref().map(Practice::url);
        Target::from(endpoint).permitted_url(settings, self.key(), practice)
    }

    /// Keeps what an answer said of the limits; a later answer replaces an earlier one.
    pub fn note_usage(&mut self, told: Vec<Usage>) {
        for usage in told {
            self.usage.retain(|known| (known.kind, &known.interval) != (usage.kind, &usage.interval));
            self.usage.push(usage);
        }
    }
}
