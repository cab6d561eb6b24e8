//! The keys of a role that a pod has: fetched where the environment says, renewed well before they expire, and used to
//! their end when they cannot be renewed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, IdentityCache, ProvideCredentials, Region, SharedCredentialsProvider,
    SharedIdentityCache,
};
use tokio::time::{Instant, timeout};

use crate::config::{ConnectError, http_client};

/// How long before they expire keys are renewed, give or take: they live for an hour or more.
const RENEWED_BEFORE: Duration = Duration::from_mins(5);
/// How long fetching keys may take.
const FETCH_MAX: Duration = Duration::from_secs(5);
/// However soon keys expire and however often fetching them fails: it is not tried more often than this.
const PAUSE: Duration = Duration::from_secs(2);

const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
const ROLE: &str = "AWS_ROLE_ARN";
const STS_ENDPOINT: &str = "AWS_ENDPOINT_URL_STS";

/// The role that the environment gives, if it does: by web identity (IRSA), or from the container's endpoint (EKS Pod
/// Identity, ECS).
///
/// # Errors
/// [`ConnectError::Variable`] if one of two variables that belong together is missing.
pub(crate) fn of_role(
    region: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<SharedCredentialsProvider>, ConnectError> {
    let given = |name| variable(name).filter(|value| !value.is_empty());
    let settings = ProviderConfig::without_region()
        .with_region(Some(Region::new(region.to_owned())))
        .with_behavior_version(Some(BehaviorVersion::v2026_01_12()));
    match (given(TOKEN_FILE), given(ROLE)) {
        (Some(_), Some(_)) => {
            let settings = settings.with_http_client(http_client(given(STS_ENDPOINT).as_deref()));
            let role = WebIdentityTokenCredentialsProvider::builder().configure(&settings);
            return Ok(Some(renewed(role.build(), TOKEN_FILE)));
        }
        (Some(_), None) => return Err(ConnectError::Variable(ROLE)),
        (None, _) => {}
    }
    let Some(name) = [RELATIVE_URI, FULL_URI]
        .into_iter()
        .find(|name| given(name).is_some())
    else {
        return Ok(None);
    };
    let settings = settings.with_http_client(http_client(given(FULL_URI).as_deref().or(Some("http://"))));
    let role = EcsCredentialsProvider::builder().configure(&settings);
    Ok(Some(renewed(role.build(), name)))
}

/// Keeps the keys until some minutes before they expire.
pub(crate) fn cache() -> SharedIdentityCache {
    IdentityCache::lazy()
        .buffer_time(RENEWED_BEFORE)
        // One that takes longer is given up below.
        .load_timeout(FETCH_MAX * 2)
        .build()
}

fn renewed(source: impl ProvideCredentials + 'static, from: &'static str) -> SharedCredentialsProvider {
    let last = Mutex::default();
    SharedCredentialsProvider::new(Renewed(Arc::new(Origin { source, from, last })))
}

/// Keys that are fetched from somewhere. Asked while the last ones are about to expire, it fetches new ones beside: no
/// request waits for that, and while it fails the last ones are as good as ever, until they do expire.
#[derive(Debug)]
struct Renewed<S>(Arc<Origin<S>>);

#[derive(Debug)]
struct Origin<S> {
    source: S,
    /// The variable that says where from.
    from: &'static str,
    last: Mutex<Last>,
}

#[derive(Debug, Default)]
struct Last {
    keys: Option<Credentials>,
    /// Why the last attempt gave none, if so.
    failure: Option<String>,
    /// When new ones may be fetched again.
    again: Option<Instant>,
}

impl Last {
    /// The keys, if they are good for a while.
    fn good(&self) -> Option<Credentials> {
        let now = system_time();
        self.keys
            .clone()
            .filter(|keys| keys.expiry().is_none_or(|expiry| now < expiry))
    }

    /// Whether it is too early to fetch new ones. If not, it is from now on.
    fn is_too_early(&mut self) -> bool {
        let now = Instant::now();
        let is_too_early = self.again.is_some_and(|again| now < again);
        if !is_too_early {
            self.again = Some(now + PAUSE);
        }
        is_too_early
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "AWS says by the clock when keys expire, and signatures are made by it"
)]
fn system_time() -> SystemTime {
    SystemTime::now()
}

impl<S: ProvideCredentials + 'static> Renewed<S> {
    async fn keys(&self) -> Result<Credentials, CredentialsError> {
        let Self(origin) = self;
        let (good, failure, too_early) =
            origin.last(|last| (last.good(), last.failure.clone(), last.is_too_early()));
        // In a task of its own: whoever waits for it may be gone before it ends.
        let fetch = || tokio::spawn(Arc::clone(origin).fetch());
        let keys = match (good, failure) {
            (Some(keys), _) => {
                if !too_early {
                    drop(fetch());
                }
                Ok(keys)
            }
            (None, Some(why)) if too_early => Err(why),
            (None, _) => fetch().await.unwrap_or_else(|error| Err(error.to_string())),
        };
        let from = origin.from;
        keys.map_err(|why| {
            let words = format!("no keys for AWS could be had from where {from} says: {why}");
            CredentialsError::provider_error(words)
        })
    }
}

impl<S: ProvideCredentials> Origin<S> {
    fn last<T>(&self, look: impl FnOnce(&mut Last) -> T) -> T {
        look(&mut self.last.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// New keys, or why there are none.
    async fn fetch(self: Arc<Self>) -> Result<Credentials, String> {
        let fetched = match timeout(FETCH_MAX, self.source.provide_credentials()).await {
            Ok(Ok(keys)) => Ok(keys),
            Ok(Err(error)) => Err(whole(&error)),
            Err(_) => Err(format!("no answer in {} s", FETCH_MAX.as_secs())),
        };
        self.last(|last| {
            last.again = Some(Instant::now() + PAUSE);
            last.failure = fetched.as_ref().err().cloned();
            if let Ok(keys) = &fetched {
                last.keys = Some(keys.clone());
            }
        });
        if let Err(why) = &fetched {
            let from = self.from;
            tracing::warn!(
                from,
                error = why,
                "Keys for AWS could not be fetched; trying again"
            );
        }
        fetched
    }
}

fn whole(error: &CredentialsError) -> String {
    aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string()
}

impl<S: ProvideCredentials + 'static> ProvideCredentials for Renewed<S> {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.keys())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(variables: &[(&str, &str)]) -> Result<bool, ConnectError> {
        let value = |name: &str| {
            let of_name = variables.iter().find(|(given, _)| *given == name);
            of_name.map(|(_, value)| (*value).to_owned())
        };
        of_role("eu-central-1", value).map(|role| role.is_some())
    }

    #[test]
    fn a_role_comes_from_a_token_or_an_endpoint() {
        assert_eq!(role(&[]), Ok(false));
        assert_eq!(role(&[(FULL_URI, "")]), Ok(false));
        assert_eq!(
            role(&[(FULL_URI, "http://169.254.170.23/v1/credentials")]),
            Ok(true)
        );
        assert_eq!(role(&[(RELATIVE_URI, "/v2/credentials")]), Ok(true));
        assert_eq!(
            role(&[
                (TOKEN_FILE, "/var/run/token"),
                (ROLE, "arn:aws:iam::1:role/turnout")
            ]),
            Ok(true)
        );
        assert_eq!(
            role(&[(TOKEN_FILE, "/var/run/token")]),
            Err(ConnectError::Variable(ROLE))
        );
    }
}
