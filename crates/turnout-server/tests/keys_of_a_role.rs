//! The keys of a pod's role, with the real binary: a stand-in for the endpoint that gives them, and one for DynamoDB that
//! looks whose keys a request was signed with.

#![cfg(feature = "dynamodb")]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{any, get};
use tokio::net::{TcpListener, TcpStream};
use turnout_domain::{Clock, SystemClock};

/// How long keys live here; on AWS an hour or more.
const LIFE: Duration = Duration::from_secs(6);
/// How long anything may take that should happen soon, on a busy machine.
const SOON: Duration = Duration::from_mins(1);
/// How often is looked whether something has happened.
const LOOK: Duration = Duration::from_millis(50);
const TOKEN: &str = "the-token-of-the-pod";

/// What the stand-ins know of each other.
#[derive(Default)]
struct Seen {
    /// Whether the endpoint fails.
    fails: bool,
    /// When the keys of each number expire.
    given: Vec<Instant>,
    /// The numbers of keys that requests to DynamoDB were signed with.
    used: BTreeSet<usize>,
    /// Requests that were signed with keys past their time.
    expired: usize,
    /// Requests for keys without the pod's token.
    strangers: usize,
}

#[derive(Clone, Default)]
struct Aws(Arc<Mutex<Seen>>);

impl Aws {
    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// New keys, unless the endpoint fails: their number, and when they expire.
    fn give(&self) -> Option<(usize, String)> {
        self.seen(|seen| {
            if seen.fails {
                return None;
            }
            seen.given.push(Instant::now() + LIFE);
            let expiry = SystemClock.now() + jiff::SignedDuration::try_from(LIFE).expect("short");
            Some((seen.given.len() - 1, format!("{expiry:.0}")))
        })
    }
}

/// As the pod identity agent answers.
async fn of_the_agent(State(aws): State<Aws>, headers: HeaderMap) -> (StatusCode, String) {
    if headers
        .get(header::AUTHORIZATION)
        .is_none_or(|token| token != TOKEN)
    {
        aws.seen(|seen| seen.strangers += 1);
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    match aws.give() {
        Some((number, expiry)) => (
            StatusCode::OK,
            format!(
                r#"{{"AccessKeyId":"KEY{number}","SecretAccessKey":"secret","Token":"session","Expiration":"{expiry}","AccountId":"1"}}"#
            ),
        ),
        None => (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
    }
}

/// As STS answers `AssumeRoleWithWebIdentity`.
async fn of_sts(State(aws): State<Aws>, body: String) -> (StatusCode, String) {
    if !body.contains(TOKEN) || !body.contains("AssumeRoleWithWebIdentity") {
        aws.seen(|seen| seen.strangers += 1);
        return (StatusCode::FORBIDDEN, String::new());
    }
    match aws.give() {
        Some((number, expiry)) => (
            StatusCode::OK,
            format!(
                "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                 <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>KEY{number}</AccessKeyId>\
                 <SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken>\
                 <Expiration>{expiry}</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
                 </AssumeRoleWithWebIdentityResponse>"
            ),
        ),
        None => (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
    }
}

/// As DynamoDB answers when nothing is there, and everything may be written.
async fn of_dynamodb(
    State(aws): State<Aws>,
    headers: HeaderMap,
) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    let signed = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let number = signed
        .and_then(|signed| signed.split_once("Credential=KEY"))
        .and_then(|(_, rest)| rest.split('/').next()?.parse::<usize>().ok());
    let good = aws.seen(|seen| {
        let number = number?;
        seen.used.insert(number);
        let good = seen
            .given
            .get(number)
            .is_some_and(|expiry| Instant::now() < *expiry + Duration::from_secs(1));
        seen.expired += usize::from(!good);
        good.then_some(())
    });
    let json = [("content-type", "application/x-amz-json-1.0")];
    match good {
        Some(()) => (StatusCode::OK, json, "{}".to_owned()),
        None => (
            StatusCode::BAD_REQUEST,
            json,
            r#"{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"expired"}"#.to_owned(),
        ),
    }
}

/// The stand-ins and the server; ended when it is dropped.
struct Running {
    aws: Aws,
    server: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Running {
    /// A server that is given its role by these variables; `@URL@` stands for the stand-ins' address, `@TOKEN@` for the
    /// file with the pod's token.
    async fn with(variables: &[(&str, &str)]) -> Self {
        let aws = Aws::default();
        let routes = Router::new()
            .route("/v1/credentials", get(of_the_agent))
            .route("/sts/", any(of_sts))
            .route("/", any(of_dynamodb))
            .with_state(aws.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let folder = tempfile::tempdir().expect("a folder");
        let token = folder.path().join("token");
        std::fs::write(&token, TOKEN).expect("written");
        let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let mut command = Command::new(env!("CARGO_BIN_EXE_turnout"));
        command
            .args(["serve", "--store", "dynamodb", "--dynamodb-endpoint", &url])
            .args(["--listen", &address.to_string()])
            .env_clear()
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for (name, value) in variables {
            let token = token.to_str().expect("a path in UTF-8");
            command.env(name, value.replace("@URL@", &url).replace("@TOKEN@", token));
        }
        let server = command.spawn().expect("the binary runs");
        Self {
            aws,
            server,
            address,
            _folder: folder,
        }
    }

    /// What `/readyz` says, if anybody answers.
    async fn readyz(&self) -> Option<(u16, String)> {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = TcpStream::connect(self.address).await.ok()?;
        let request = format!(
            "GET /readyz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let status = answer.split(' ').nth(1)?.parse().ok()?;
        Some((status, answer))
    }

    /// Waits until `/readyz` says so, in these words; all that it says.
    async fn becomes(&self, status: u16, told: &str) -> String {
        let (began, mut looks) = (Instant::now(), tokio::time::interval(LOOK));
        let mut last = None;
        while began.elapsed() < SOON {
            last = self.readyz().await;
            if let Some((said, words)) = &last
                && *said == status
                && words.contains(told)
            {
                return words.clone();
            }
            looks.tick().await;
        }
        panic!("it does not say {status}: {last:?}")
    }

    /// Waits until requests were signed with so many different keys.
    async fn uses(&self, keys: usize) {
        let (began, mut looks) = (Instant::now(), tokio::time::interval(LOOK));
        while self.aws.seen(|seen| seen.used.len()) < keys {
            assert!(began.elapsed() < SOON, "the keys are not renewed");
            looks.tick().await;
        }
    }
}

/// Keys are renewed before they expire; while they cannot be, the last are used; then it says why; then it goes on.
async fn keys_are_renewed_and_an_outage_is_survived(running: &Running, variable: &str) {
    running.becomes(200, "ready").await;
    running.uses(3).await;
    running.aws.seen(|seen| seen.fails = true);
    let failing = Instant::now();
    let why = running.becomes(503, "no keys for AWS").await;
    // The last keys were fetched two seconds ago at most, unless the machine is very busy.
    assert!(
        failing.elapsed() > LIFE / 4,
        "the last keys are used to their end: {why}"
    );
    assert!(why.contains(variable), "{why}");
    assert_eq!(running.aws.seen(|seen| (seen.expired, seen.strangers)), (0, 0));
    running.aws.seen(|seen| seen.fails = false);
    running.becomes(200, "ready").await;
}

#[tokio::test]
async fn the_role_of_eks_pod_identity_needs_no_keys_in_the_settings() {
    let running = Running::with(&[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "@URL@/v1/credentials"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "@TOKEN@"),
    ])
    .await;
    keys_are_renewed_and_an_outage_is_survived(&running, "AWS_CONTAINER_CREDENTIALS_FULL_URI").await;
}

#[tokio::test]
async fn the_role_of_a_service_account_by_web_identity_needs_no_keys_either() {
    let running = Running::with(&[
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "@TOKEN@"),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/turnout"),
        ("AWS_ENDPOINT_URL_STS", "@URL@/sts"),
    ])
    .await;
    keys_are_renewed_and_an_outage_is_survived(&running, "AWS_WEB_IDENTITY_TOKEN_FILE").await;
}
