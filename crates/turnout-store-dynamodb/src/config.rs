//! Where `DynamoDB` is, and who asks.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{self, BehaviorVersion, Region, SharedCredentialsProvider, SharedHttpClient};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use turnout_store::Table;

use crate::credentials;

/// A connection within a region takes milliseconds; one to a machine that is gone takes as long as it is given.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// One attempt. AWS answers in tens of milliseconds; a transaction of 3 MB or a busy development server takes longer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
/// A read with all its attempts.
const READ_TIMEOUT: Duration = Duration::from_secs(6);
const READ_ATTEMPTS_MAX: u32 = 4;
/// The pause before the second attempt at a read is up to this, and doubles. The SDK's own, a second, is for slower services.
const READ_PAUSE_FIRST_MAX: Duration = Duration::from_millis(50);

/// Where `DynamoDB` is, and who asks.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address of a compatible server, as in `http://127.0.0.1:8000`; none for AWS itself.
    pub endpoint: Option<String>,
    /// The region, as in `eu-central-1`.
    pub region: String,
    /// What the names of all tables begin with, as in `turnout-`: lets installations share an account.
    pub table_prefix: String,
    /// The tables this process uses. Readiness asks each of them.
    pub tables: Vec<Table>,
    /// Who asks.
    pub credentials: Credentials,
}

/// Who asks.
#[derive(Clone)]
pub enum Credentials {
    /// What the environment says, the first of these that it gives:
    /// - the keys in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for a session, `AWS_SESSION_TOKEN`. They are read
    ///   once: when a session's keys expire, the process has to be started again;
    /// - the role in `AWS_ROLE_ARN` with the token in `AWS_WEB_IDENTITY_TOKEN_FILE`, as EKS gives service accounts (IRSA);
    /// - the role that the endpoint in `AWS_CONTAINER_CREDENTIALS_FULL_URI` or `_RELATIVE_URI` gives, as on EKS with Pod
    ///   Identity, and on ECS.
    ///
    /// Keys of a role are renewed before they expire. The role of the machine beneath is never used.
    Environment,
    /// These keys.
    Keys {
        /// The access key's name.
        access_key_id: String,
        /// The access key itself.
        secret_access_key: String,
        /// The session's token, if the keys are a session's.
        session_token: Option<String>,
    },
}

/// The name may be told; the key never is.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment => f.write_str("Environment"),
            Self::Keys { access_key_id, .. } => f
                .debug_struct("Keys")
                .field("access_key_id", access_key_id)
                .finish_non_exhaustive(),
        }
    }
}

/// Why there is no client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// A variable that the credentials need is not set, or empty.
    #[error(
        "{0} is not set: DynamoDB needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (a compatible server takes any), or \
         on EKS a role: AWS_CONTAINER_CREDENTIALS_FULL_URI, or AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN"
    )]
    Variable(&'static str),
}

/// Two clients on one pool of connections.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    /// Retries by itself: a read asked twice does no harm.
    pub(crate) reads: Client,
    /// Tries once: only one who sees every attempt's end knows whether a change may have been applied.
    pub(crate) writes: Client,
}

impl Clients {
    pub(crate) fn new(config: &Config) -> Result<Self, ConnectError> {
        let shared = config::Builder::new()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(config.region.clone()))
            .identity_cache(credentials::cache())
            .credentials_provider(provider(config, |name| std::env::var(name).ok())?)
            .http_client(http_client(config.endpoint.as_deref()));
        let shared = match &config.endpoint {
            Some(endpoint) => shared.endpoint_url(endpoint),
            None => shared,
        };
        let attempt = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT);
        let reads = shared
            .clone()
            .retry_config(read_retries())
            .timeout_config(attempt.clone().operation_timeout(READ_TIMEOUT).build());
        let writes = shared
            .retry_config(RetryConfig::disabled())
            .timeout_config(attempt.build());
        Ok(Self {
            reads: Client::from_conf(reads.build()),
            writes: Client::from_conf(writes.build()),
        })
    }
}

fn read_retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(READ_ATTEMPTS_MAX)
        .with_initial_backoff(READ_PAUSE_FIRST_MAX)
}

/// A server without TLS is spoken to without: so a machine without any certificates can run one.
pub(crate) fn http_client(endpoint: Option<&str>) -> SharedHttpClient {
    match endpoint {
        Some(endpoint) if endpoint.starts_with("http://") => Builder::new().build_http(),
        _ => Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https(),
    }
}

fn provider(
    config: &Config,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<SharedCredentialsProvider, ConnectError> {
    let given = |name| variable(name).filter(|value| !value.is_empty());
    let needed = |name| given(name).ok_or(ConnectError::Variable(name));
    let has_keys = given("AWS_ACCESS_KEY_ID")
        .or_else(|| given("AWS_SECRET_ACCESS_KEY"))
        .is_some();
    let may_be_a_role = matches!(config.credentials, Credentials::Environment) && !has_keys;
    if may_be_a_role && let Some(role) = credentials::of_role(&config.region, &variable)? {
        return Ok(role);
    }
    let (id, secret, token) = match &config.credentials {
        Credentials::Environment => (
            needed("AWS_ACCESS_KEY_ID")?,
            needed("AWS_SECRET_ACCESS_KEY")?,
            needed("AWS_SESSION_TOKEN").ok(),
        ),
        Credentials::Keys {
            access_key_id,
            secret_access_key,
            session_token,
        } => (
            access_key_id.clone(),
            secret_access_key.clone(),
            session_token.clone(),
        ),
    };
    Ok(SharedCredentialsProvider::new(config::Credentials::new(
        id, secret, token, None, "turnout",
    )))
}

#[cfg(test)]
mod tests {
    use turnout_store::{Key, Read, Store, StoreError};

    use super::*;
    use crate::DynamoStore;

    /// What there is of TLS without a server: the roots are read, the provider is found, and nobody panics.
    #[tokio::test]
    async fn tls_is_set_up() {
        let keys = Credentials::Keys {
            access_key_id: "id".to_owned(),
            secret_access_key: "key".to_owned(),
            session_token: None,
        };
        let config = Config {
            endpoint: Some("https://127.0.0.1:1".to_owned()),
            region: "eu-central-1".to_owned(),
            table_prefix: String::new(),
            tables: Vec::new(),
            credentials: keys,
        };
        let store = DynamoStore::connect(&config).unwrap();
        let error = store
            .get(&Key::new(Table("tickets"), "a", "b"), Read::Eventual)
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    }

    #[test]
    fn a_missing_variable_is_named() {
        let one = |name: &str| (name == "AWS_ACCESS_KEY_ID").then(|| "id".to_owned());
        let config = Config {
            endpoint: None,
            region: "eu-central-1".to_owned(),
            table_prefix: String::new(),
            tables: Vec::new(),
            credentials: Credentials::Environment,
        };
        let error = provider(&config, one).unwrap_err();
        assert_eq!(error, ConnectError::Variable("AWS_SECRET_ACCESS_KEY"));
        assert!(provider(&config, |_| Some("x".to_owned())).is_ok());
        let error = provider(&config, |_| None).unwrap_err().to_string();
        assert!(
            error.contains("AWS_ACCESS_KEY_ID") && error.contains("AWS_ROLE_ARN"),
            "{error}"
        );
    }

    #[test]
    fn a_secret_is_not_printed() {
        let keys = Credentials::Keys {
            access_key_id: "id".to_owned(),
            secret_access_key: "quiet".to_owned(),
            session_token: Some("quiet".to_owned()),
        };
        assert!(!format!("{keys:?}").contains("quiet"));
    }
}
