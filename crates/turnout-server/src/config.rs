//! Configuration: flags, then environment variables of the same names, then an optional file, then defaults.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use jiff::SignedDuration;
use serde::Deserialize;
use turnout_ticketing::StripeSettings;

use crate::services::ServiceSettings;

/// The version and the commit it was built from.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("TURNOUT_COMMIT"), ")");

/// Which part of the product a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything in one process.
    All,
    /// The web app, and the gateway to the services.
    Web,
    /// Event registration: events.
    Registration,
    /// Ticketing: stock, orders, tickets, the door.
    Ticketing,
    /// User engagement: notifications, the WebSocket.
    Engagement,
    /// Identity: people, organizers, members.
    Identity,
}

impl Role {
    /// The port the role listens on unless told otherwise.
    fn port(self) -> u16 {
        match self {
            Self::All | Self::Web => 3000,
            Self::Registration => 3001,
            Self::Ticketing => 3002,
            Self::Engagement => 3003,
            Self::Identity => 3004,
        }
    }
}

/// Where data lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// One file in the data folder; for one process.
    Sqlite,
    /// Amazon DynamoDB, or a server compatible with it; for any number of processes.
    Dynamodb,
}

/// What carries messages between services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BusKind {
    /// Within the process.
    Memory,
    /// NATS JetStream, between processes.
    Nats,
}

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    On,
    Off,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// What `turnout serve` can be told. Every flag can be an environment variable or a line of the file instead.
#[derive(Debug, Args, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::doc_markdown,
    reason = "these words are the help of the command line, which shows every mark"
)]
pub struct ServeArgs {
    /// Reads settings from this TOML file: the flags' names with underscores, e.g. `listen = "0.0.0.0:3000"`.
    #[arg(long, env = "TURNOUT_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// Which part to be [default: all].
    #[arg(long, env = "TURNOUT_ROLE", value_enum)]
    role: Option<Role>,
    /// Where to listen [default: 127.0.0.1 and the role's port: 3000 all and web, 3001 registration, 3002 ticketing,
    /// 3003 engagement, 3004 identity].
    #[arg(long, env = "TURNOUT_LISTEN", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The folder with the embedded database [default: ./data].
    #[arg(long, env = "TURNOUT_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where data lives [default: sqlite].
    #[arg(long, env = "TURNOUT_STORE", value_enum)]
    store: Option<StoreKind>,
    /// What carries messages between services [default: memory].
    #[arg(long, env = "TURNOUT_BUS", value_enum)]
    bus: Option<BusKind>,
    /// The address people reach the product at; `https` makes cookies secure [default: http://localhost:PORT].
    #[arg(long, env = "TURNOUT_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// A DynamoDB-compatible server to use instead of AWS.
    #[arg(long, env = "TURNOUT_DYNAMODB_ENDPOINT", value_name = "URL")]
    dynamodb_endpoint: Option<String>,
    /// What the names of DynamoDB tables begin with [default: turnout-].
    #[arg(long, env = "TURNOUT_DYNAMODB_PREFIX", value_name = "TEXT")]
    dynamodb_prefix: Option<String>,
    /// The AWS region [default: eu-central-1].
    #[arg(long, env = "AWS_REGION", value_name = "REGION")]
    aws_region: Option<String>,
    /// The NATS server [default: nats://127.0.0.1:4222].
    #[arg(long, env = "TURNOUT_NATS_URL", value_name = "URL")]
    nats_url: Option<String>,
    /// How many servers of a NATS cluster keep each message: 1, 3 or 5; counts when the stream is made [default: 1].
    #[arg(long, env = "TURNOUT_NATS_REPLICAS", value_name = "NUMBER")]
    nats_replicas: Option<u8>,
    /// What services prove themselves to each other with; the same for all roles, 16 characters or more.
    #[arg(
        long,
        env = "TURNOUT_PEER_SECRET",
        value_name = "SECRET",
        hide_env_values = true
    )]
    peer_secret: Option<String>,
    /// Where identity is reached [default: http://127.0.0.1:3004].
    #[arg(long, env = "TURNOUT_IDENTITY_URL", value_name = "URL")]
    identity_url: Option<String>,
    /// Where registration is reached [default: http://127.0.0.1:3001].
    #[arg(long, env = "TURNOUT_REGISTRATION_URL", value_name = "URL")]
    registration_url: Option<String>,
    /// Where ticketing is reached [default: http://127.0.0.1:3002].
    #[arg(long, env = "TURNOUT_TICKETING_URL", value_name = "URL")]
    ticketing_url: Option<String>,
    /// Where engagement is reached [default: http://127.0.0.1:3003].
    #[arg(long, env = "TURNOUT_ENGAGEMENT_URL", value_name = "URL")]
    engagement_url: Option<String>,
    /// How many seconds tickets stay set aside for a buyer who has not paid yet, 1 to 7200 [default: 600].
    #[arg(long, env = "TURNOUT_HOLD_SECONDS", value_name = "SECONDS")]
    hold_seconds: Option<u32>,
    /// The secret key of the Stripe account that takes money, `sk_…` or a restricted `rk_…`.
    #[arg(
        long,
        env = "TURNOUT_STRIPE_SECRET_KEY",
        value_name = "KEY",
        hide_env_values = true
    )]
    stripe_secret_key: Option<String>,
    /// What Stripe signs its webhooks with, `whsec_…`; they go to PUBLIC_URL/api/payments/webhooks/stripe.
    #[arg(
        long,
        env = "TURNOUT_STRIPE_WEBHOOK_SECRET",
        value_name = "SECRET",
        hide_env_values = true
    )]
    stripe_webhook_secret: Option<String>,
    /// Where Stripe's API is, for a stand-in in tests [default: https://api.stripe.com].
    #[arg(long, env = "TURNOUT_STRIPE_API_URL", value_name = "URL")]
    stripe_api_url: Option<String>,
    /// Whether a sandbox may play a payment provider, so that tickets are had without money: on or off
    /// [default: on, unless Stripe is set up].
    #[arg(long, env = "TURNOUT_SANDBOX", value_enum)]
    sandbox: Option<Switch>,
    /// How the log is written [default: text].
    #[arg(long, env = "TURNOUT_LOG_FORMAT", value_enum)]
    log_format: Option<LogFormat>,
    /// Fills in a believable season of events, once.
    #[arg(long, env = "TURNOUT_DEMO", value_parser = clap::builder::FalseyValueParser::new())]
    demo: bool,
}

/// The settings, complete.
#[derive(Debug)]
pub struct Config {
    pub role: Role,
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub store: StoreKind,
    pub bus: BusKind,
    pub public_url: String,
    pub dynamodb: DynamodbConfig,
    pub nats_url: String,
    pub nats_replicas: u8,
    pub peer_secret: Option<String>,
    pub identity_url: String,
    pub registration_url: String,
    pub ticketing_url: String,
    pub engagement_url: String,
    pub hold_seconds: u32,
    pub sandbox: bool,
    pub stripe: Option<StripeSettings>,
    pub log_format: LogFormat,
    pub demo: bool,
}

/// Where DynamoDB is.
#[derive(Debug, Clone)]
pub struct DynamodbConfig {
    pub endpoint: Option<String>,
    pub prefix: String,
    pub region: String,
}

/// The shortest secret that services may share.
const PEER_SECRET_CHARACTERS_MIN: usize = 16;
/// DynamoDB allows 255 characters for a table's name, prefix and all.
const PREFIX_CHARACTERS_MAX: usize = 200;
/// How long tickets stay set aside, unless an operator chooses otherwise.
const HOLD_SECONDS: u32 = 600;
/// Longer than two hours, tickets that nobody pays would be kept from those who would.
const HOLD_SECONDS_MAX: u32 = 7200;

impl ServeArgs {
    /// The settings, with the file's and the defaults filled in, or what is wrong with them and what would be right.
    pub fn resolve(self) -> anyhow::Result<Config> {
        let file = self
            .config
            .as_deref()
            .map(read_file)
            .transpose()?
            .unwrap_or_default();
        let role = self.role.or(file.role).unwrap_or(Role::All);
        let listen = self
            .listen
            .or(file.listen)
            .unwrap_or(SocketAddr::from(([127, 0, 0, 1], role.port())));
        let url = |given: Option<String>, filed: Option<String>, role: Role| {
            given
                .or(filed)
                .unwrap_or_else(|| format!("http://127.0.0.1:{}", role.port()))
        };
        let stripe = stripe_settings(
            self.stripe_secret_key.or(file.stripe_secret_key),
            self.stripe_webhook_secret.or(file.stripe_webhook_secret),
            self.stripe_api_url.or(file.stripe_api_url),
        )?;
        let config = Config {
            role,
            listen,
            data: self.data.or(file.data).unwrap_or_else(|| PathBuf::from("./data")),
            store: self.store.or(file.store).unwrap_or(StoreKind::Sqlite),
            bus: self.bus.or(file.bus).unwrap_or(BusKind::Memory),
            public_url: self
                .public_url
                .or(file.public_url)
                .unwrap_or_else(|| format!("http://localhost:{}", listen.port())),
            dynamodb: DynamodbConfig {
                endpoint: self.dynamodb_endpoint.or(file.dynamodb_endpoint),
                prefix: self
                    .dynamodb_prefix
                    .or(file.dynamodb_prefix)
                    .unwrap_or_else(|| "turnout-".to_owned()),
                region: self
                    .aws_region
                    .or(file.aws_region)
                    .unwrap_or_else(|| "eu-central-1".to_owned()),
            },
            nats_url: self
                .nats_url
                .or(file.nats_url)
                .unwrap_or_else(|| "nats://127.0.0.1:4222".to_owned()),
            nats_replicas: self.nats_replicas.or(file.nats_replicas).unwrap_or(1),
            peer_secret: self.peer_secret.or(file.peer_secret),
            identity_url: url(self.identity_url, file.identity_url, Role::Identity),
            registration_url: url(self.registration_url, file.registration_url, Role::Registration),
            ticketing_url: url(self.ticketing_url, file.ticketing_url, Role::Ticketing),
            engagement_url: url(self.engagement_url, file.engagement_url, Role::Engagement),
            hold_seconds: self.hold_seconds.or(file.hold_seconds).unwrap_or(HOLD_SECONDS),
            sandbox: match self.sandbox.or(file.sandbox) {
                Some(switch) => switch == Switch::On,
                None => stripe.is_none(),
            },
            stripe,
            log_format: self.log_format.or(file.log_format).unwrap_or(LogFormat::Text),
            demo: self.demo || file.demo,
        };
        config.check()?;
        Ok(config)
    }
}

fn read_file(path: &Path) -> anyhow::Result<ServeArgs> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the settings in {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("the settings in {} are not right", path.display()))
}

/// Stripe, if it is set up: half of it is a mistake that would only be noticed once money is missing.
fn stripe_settings(
    secret_key: Option<String>,
    webhook_secret: Option<String>,
    api_url: Option<String>,
) -> anyhow::Result<Option<StripeSettings>> {
    let given = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    if !given(&secret_key) && !given(&webhook_secret) {
        return Ok(None);
    }
    let (Some(secret_key), Some(webhook_secret)) = (
        secret_key.filter(|key| !key.trim().is_empty()),
        webhook_secret.filter(|secret| !secret.trim().is_empty()),
    ) else {
        anyhow::bail!(
            "Stripe needs both its secret key (TURNOUT_STRIPE_SECRET_KEY) and its webhook's secret \
             (TURNOUT_STRIPE_WEBHOOK_SECRET): without the second, nobody would believe its webhooks."
        );
    };
    let kinds = ["sk_", "rk_"];
    anyhow::ensure!(
        kinds.iter().any(|kind| secret_key.starts_with(kind)),
        "TURNOUT_STRIPE_SECRET_KEY should begin with sk_ or rk_: the publishable key (pk_) cannot take money."
    );
    let api_url = api_url.unwrap_or_else(|| "https://api.stripe.com".to_owned());
    let uri: axum::http::Uri = api_url
        .parse()
        .with_context(|| format!("--stripe-api-url `{api_url}` is not a URL"))?;
    let here = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    anyhow::ensure!(
        uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && here),
        "--stripe-api-url `{api_url}` should begin with https://; http:// is for a stand-in on this machine"
    );
    Ok(Some(StripeSettings {
        secret_key: secret_key.trim().to_owned(),
        webhook_secret: webhook_secret.trim().to_owned(),
        api_url: api_url.trim_end_matches('/').to_owned(),
    }))
}

impl Config {
    fn check(&self) -> anyhow::Result<()> {
        let split = !matches!(self.role, Role::All);
        if split && self.role != Role::Web {
            anyhow::ensure!(
                self.store != StoreKind::Sqlite,
                "--role {:?} shares its data with other processes, and SQLite is for one. Use --store dynamodb \
                 (TURNOUT_STORE), or serve every role in one process.",
                self.role
            );
            anyhow::ensure!(
                self.bus != BusKind::Memory,
                "--role {:?} exchanges messages with other processes. Use --bus nats (TURNOUT_BUS).",
                self.role
            );
        }
        if split {
            let length = self.peer_secret.as_deref().unwrap_or_default().chars().count();
            anyhow::ensure!(
                length >= PEER_SECRET_CHARACTERS_MIN,
                "Roles in processes of their own prove themselves to each other: set TURNOUT_PEER_SECRET to the same \
                 {PEER_SECRET_CHARACTERS_MIN} or more random characters for all of them."
            );
        }
        anyhow::ensure!(
            (1..=HOLD_SECONDS_MAX).contains(&self.hold_seconds),
            "--hold-seconds {} (TURNOUT_HOLD_SECONDS) should be 1 to {HOLD_SECONDS_MAX}; {HOLD_SECONDS} is usual",
            self.hold_seconds
        );
        anyhow::ensure!(
            matches!(self.nats_replicas, 1 | 3 | 5),
            "--nats-replicas {} (TURNOUT_NATS_REPLICAS) is not a number of servers that can outvote a lost one: use 1, 3 \
             or 5, and no more than the NATS cluster has.",
            self.nats_replicas
        );
        let urls = [
            ("--public-url (TURNOUT_PUBLIC_URL)", &self.public_url),
            ("--identity-url (TURNOUT_IDENTITY_URL)", &self.identity_url),
            (
                "--registration-url (TURNOUT_REGISTRATION_URL)",
                &self.registration_url,
            ),
            ("--ticketing-url (TURNOUT_TICKETING_URL)", &self.ticketing_url),
            ("--engagement-url (TURNOUT_ENGAGEMENT_URL)", &self.engagement_url),
        ];
        for (name, url) in urls {
            check_url(name, url, &["http", "https"], "http://host:3000")?;
        }
        if self.bus == BusKind::Nats {
            for url in self.nats_url.split(',').map(str::trim) {
                let schemes = ["nats", "tls", "ws", "wss"];
                check_url("--nats-url (TURNOUT_NATS_URL)", url, &schemes, "nats://host:4222")?;
            }
        }
        if self.store == StoreKind::Dynamodb {
            self.dynamodb.check()?;
        }
        Ok(())
    }

    /// What the services are told.
    pub fn service_settings(&self) -> ServiceSettings {
        ServiceSettings {
            cookies_secure: self.is_public_secure(),
            ticketing: turnout_ticketing::Settings {
                hold_for: SignedDuration::from_secs(self.hold_seconds.into()),
                public_url: self.public_url.trim_end_matches('/').to_owned(),
                sandbox: self.sandbox,
                stripe: self.stripe.clone(),
            },
        }
    }

    /// Whether people reach the product over TLS.
    pub fn is_public_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

impl DynamodbConfig {
    /// Whether AWS could have such a region and such tables.
    pub fn check(&self) -> anyhow::Result<()> {
        if let Some(endpoint) = &self.endpoint {
            let name = "--dynamodb-endpoint (TURNOUT_DYNAMODB_ENDPOINT)";
            check_url(name, endpoint, &["http", "https"], "http://host:8000")?;
        }
        let of_region =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        anyhow::ensure!(
            !self.region.is_empty() && self.region.len() <= 64 && self.region.chars().all(of_region),
            "--aws-region `{}` (AWS_REGION) is not the name of a region such as eu-central-1",
            self.region
        );
        let of_prefix = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        anyhow::ensure!(
            self.prefix.len() <= PREFIX_CHARACTERS_MAX && self.prefix.chars().all(of_prefix),
            "--dynamodb-prefix `{}` (TURNOUT_DYNAMODB_PREFIX) cannot begin a table's name: use at most \
             {PREFIX_CHARACTERS_MAX} letters, digits, `.`, `_` and `-`, as in turnout-",
            self.prefix
        );
        Ok(())
    }
}

fn check_url(name: &str, url: &str, schemes: &[&str], example: &str) -> anyhow::Result<()> {
    let uri: axum::http::Uri = url
        .parse()
        .with_context(|| format!("{name} `{url}` is not a URL such as {example}"))?;
    anyhow::ensure!(
        uri.scheme_str().is_some_and(|scheme| schemes.contains(&scheme)) && uri.authority().is_some(),
        "{name} `{url}` should begin with {}:// and name a host, as in {example}",
        schemes.join(":// or ")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_needs_no_settings() {
        let config = ServeArgs::default().resolve().unwrap();
        assert_eq!((config.role, config.listen.port()), (Role::All, 3000));
        assert_eq!(config.public_url, "http://localhost:3000");
    }

    #[test]
    fn a_role_of_its_own_says_what_it_needs() {
        let error = |args: ServeArgs| args.resolve().unwrap_err().to_string();
        let ticketing = || ServeArgs {
            role: Some(Role::Ticketing),
            ..ServeArgs::default()
        };
        assert!(error(ticketing()).contains("--store dynamodb"));
        let store = || ServeArgs {
            store: Some(StoreKind::Dynamodb),
            ..ticketing()
        };
        assert!(error(store()).contains("--bus nats"));
        let bus = || ServeArgs {
            bus: Some(BusKind::Nats),
            ..store()
        };
        assert!(error(bus()).contains("TURNOUT_PEER_SECRET"));
        let secret = ServeArgs {
            peer_secret: Some("0123456789abcdef".into()),
            ..bus()
        };
        assert_eq!(secret.resolve().unwrap().listen.port(), 3002);
    }

    #[test]
    fn a_hold_has_a_sensible_length() {
        let hold = |hold_seconds| {
            let args = ServeArgs {
                hold_seconds,
                ..ServeArgs::default()
            };
            args.resolve()
        };
        assert_eq!(
            hold(None).unwrap().service_settings().ticketing,
            turnout_ticketing::Settings::default()
        );
        for wrong in [0, 7201] {
            let error = hold(Some(wrong)).unwrap_err().to_string();
            assert!(error.contains("TURNOUT_HOLD_SECONDS"), "{error}");
        }
    }

    #[test]
    fn stripe_is_set_up_whole_or_not_at_all_and_takes_the_sandbox_away() {
        let of = |key: Option<&str>, secret: Option<&str>, url: Option<&str>| {
            let args = ServeArgs {
                stripe_secret_key: key.map(str::to_owned),
                stripe_webhook_secret: secret.map(str::to_owned),
                stripe_api_url: url.map(str::to_owned),
                ..ServeArgs::default()
            };
            args.resolve().map(|config| config.service_settings().ticketing)
        };
        let none = of(None, None, None).unwrap();
        assert!(none.sandbox && none.stripe.is_none());
        // As compose files write what is not set.
        assert!(of(Some(""), Some(" "), None).unwrap().stripe.is_none());
        let whole = of(Some("sk_test_1"), Some("whsec_1"), None).unwrap();
        assert!(!whole.sandbox);
        assert_eq!(whole.stripe.unwrap().api_url, "https://api.stripe.com");
        let stand_in = of(Some("sk_test_1"), Some("whsec_1"), Some("http://127.0.0.1:8420/")).unwrap();
        assert_eq!(stand_in.stripe.unwrap().api_url, "http://127.0.0.1:8420");
        for (key, secret, url, word) in [
            (Some("sk_test_1"), None, None, "TURNOUT_STRIPE_WEBHOOK_SECRET"),
            (None, Some("whsec_1"), None, "TURNOUT_STRIPE_SECRET_KEY"),
            (Some("pk_test_1"), Some("whsec_1"), None, "sk_ or rk_"),
            (
                Some("sk_test_1"),
                Some("whsec_1"),
                Some("http://stripe.example"),
                "https://",
            ),
        ] {
            let error = of(key, secret, url).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_flag_wins_over_the_file_and_an_unknown_setting_is_named() {
        let file: ServeArgs = toml::from_str("listen = \"127.0.0.1:4000\"\nstore = \"dynamodb\"").unwrap();
        assert_eq!(file.listen.unwrap().port(), 4000);
        assert_eq!(file.store, Some(StoreKind::Dynamodb));
        let error = toml::from_str::<ServeArgs>("lisen = 1").unwrap_err().to_string();
        assert!(error.contains("lisen"), "{error}");
    }
}
