//! `POST /auth/login`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use turnout_domain::Email;
use turnout_http::{Body, Fields, Given, Problem, ProblemView};
use utoipa::ToSchema;

use crate::Identity;
use crate::http::views::{SessionView, signed_in};
use crate::log_in::{LogIn, LogInError};
use crate::model::{Password, Secret};

/// Who someone says they are.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LogInRequest {
    /// The account's address, in any case.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Email, max_length = 254)]
    email: Given<String>,
    /// The account's password.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password)]
    password: Given<String>,
}

/// Signs this device in.
#[utoipa::path(
    post, path = "/auth/login", operation_id = "log_in", tag = "identity",
    request_body = LogInRequest,
    responses(
        (status = 200, description = "This device is signed in.", body = SessionView,
            headers(("Set-Cookie" = String, description = "`turnout_refresh`, which keeps the device signed in."))),
        (status = 400, description = "`malformed-json`", body = ProblemView, content_type = "application/problem+json"),
        (status = 401, description = "`invalid-credentials`", body = ProblemView, content_type = "application/problem+json"),
        (status = 413, description = "`body-too-large`", body = ProblemView, content_type = "application/problem+json"),
        (status = 415, description = "`unsupported-media-type`", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "`validation`", body = ProblemView, content_type = "application/problem+json"),
        (status = 429, description = "`rate-limited`", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn log_in(
    State(identity): State<Identity>,
    Body(request): Body<LogInRequest>,
) -> Result<Response, Problem> {
    let (email, password) = request.credentials()?;
    identity.log_in_limit().check(&email.canonical())?;
    // What cannot be anyone's password is wrong, whoever's it is meant to be: nothing is told by not hashing it.
    let password =
        Password::try_from(password.reveal().clone()).map_err(|_| LogInError::InvalidCredentials)?;
    let device = identity.log_in(LogIn { email, password }).await?;
    Ok(signed_in(StatusCode::OK, device, identity.cookies_secure()))
}

impl LogInRequest {
    fn credentials(self) -> Result<(Email, Secret<String>), Problem> {
        let mut fields = Fields::new();
        let email = fields.required("/email", self.email, |text| text.parse::<Email>());
        let password = fields.required("/password", self.password, |text| {
            Ok::<_, String>(Secret::new(text))
        });
        fields.finish(email.zip(password))
    }
}

impl From<LogInError> for Problem {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::InvalidCredentials => Self::new(
                StatusCode::UNAUTHORIZED,
                "invalid-credentials",
                "Address or password is wrong",
                "This address and this password do not belong together. Check both.",
            ),
            LogInError::Unable(unable) => unable.into(),
        }
    }
}
