//! `POST /auth/signup`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use turnout_domain::Email;
use turnout_http::{Body, Fields, Given, Problem, ProblemView};
use utoipa::ToSchema;

use crate::Identity;
use crate::http::views::{SessionView, signed_in};
use crate::sign_up::{SignUp, SignUpError};

/// An account to be opened.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignUpRequest {
    /// Where messages go; one account an address.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Email, max_length = 254)]
    email: Given<String>,
    /// Taken as it is, spaces included.
    #[serde(default)]
    #[schema(value_type = String, required = true, format = Password, min_length = 10, max_length = 128)]
    password: Given<String>,
    /// What the person is called.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 100)]
    name: Given<String>,
}

/// Opens an account and signs this device in.
#[utoipa::path(
    post, path = "/auth/signup", operation_id = "sign_up", tag = "identity",
    request_body = SignUpRequest,
    responses(
        (status = 201, description = "The account is open and this device signed in.", body = SessionView,
            headers(("Set-Cookie" = String, description = "`turnout_refresh`, which keeps the device signed in."))),
        (status = 400, description = "`malformed-json`", body = ProblemView, content_type = "application/problem+json"),
        (status = 409, description = "`email-taken`", body = ProblemView, content_type = "application/problem+json"),
        (status = 413, description = "`body-too-large`", body = ProblemView, content_type = "application/problem+json"),
        (status = 415, description = "`unsupported-media-type`", body = ProblemView, content_type = "application/problem+json"),
        (status = 422, description = "`validation`", body = ProblemView, content_type = "application/problem+json"),
        (status = 429, description = "`rate-limited`", body = ProblemView, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sign_up(
    State(identity): State<Identity>,
    Body(request): Body<SignUpRequest>,
) -> Result<Response, Problem> {
    let command = request.into_command()?;
    identity.sign_up_limit().check(&command.email.canonical())?;
    let device = identity.sign_up(command).await?;
    Ok(signed_in(StatusCode::CREATED, device, identity.cookies_secure()))
}

impl SignUpRequest {
    fn into_command(self) -> Result<SignUp, Problem> {
        let mut fields = Fields::new();
        let email = fields.required("/email", self.email, |text| text.parse::<Email>());
        let password = fields.required("/password", self.password, TryInto::try_into);
        let name = fields.required("/name", self.name, TryInto::try_into);
        let command = email
            .zip(password)
            .zip(name)
            .map(|((email, password), name)| SignUp {
                email,
                password,
                name,
            });
        fields.finish(command)
    }
}

impl From<SignUpError> for Problem {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::EmailTaken => Self::new(
                StatusCode::CONFLICT,
                "email-taken",
                "The address has an account",
                "There is an account with this address. Sign in, or use another address.",
            ),
            SignUpError::Unable(unable) => unable.into(),
        }
    }
}
