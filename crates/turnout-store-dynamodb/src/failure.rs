//! What a failed call to `DynamoDB` means.

use std::io;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use turnout_store::StoreError;

/// What a failed call means for the one who called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Nothing was done; soon it may be.
    Busy(String),
    /// It may have been done.
    Unknown(String),
    /// Nothing was done, and no retry helps until someone has mended something.
    Fault(String),
}

impl Failure {
    /// What it means for a read.
    pub(crate) fn of_read(self) -> StoreError {
        match self {
            Self::Busy(why) | Self::Unknown(why) | Self::Fault(why) => StoreError::Unavailable { why },
        }
    }
}

/// Judges a failed call. `table` is its name in `DynamoDB`.
pub(crate) fn judge<E>(table: &str, error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error {
        SdkError::ServiceError(answer) => {
            let meta = answer.err().meta();
            let status = answer.raw().status().as_u16();
            judge_code(
                table,
                status,
                meta.code().unwrap_or_default(),
                meta.message().unwrap_or_default(),
            )
        }
        SdkError::ConstructionFailure(_) => Failure::Fault(whole(error)),
        SdkError::DispatchFailure(_) if never_connected(error) => Failure::Busy(whole(error)),
        // No answer, or none that can be read.
        _ => Failure::Unknown(whole(error)),
    }
}

fn judge_code(table: &str, status: u16, code: &str, message: &str) -> Failure {
    let said = format!("{code}: {message}");
    match code {
        "ThrottlingException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "TransactionConflictException"
        | "LimitExceededException" => Failure::Busy(said),
        // Another attempt with the same token is under way.
        "TransactionInProgressException" => Failure::Unknown(said),
        "ResourceNotFoundException" => Failure::Fault(format!(
            "the table `{table}` is not there; `turnout tables create` makes it ({said})"
        )),
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "MissingAuthenticationTokenException"
        | "MissingAuthenticationToken"
        | "ExpiredTokenException"
        | "AccessDeniedException" => Failure::Fault(format!(
            "DynamoDB does not let these credentials use the table `{table}`: check AWS_ACCESS_KEY_ID, \
             AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, the region and the role's policy ({said})"
        )),
        _ if status >= 500 => Failure::Unknown(format!("status {status}, {said}")),
        _ => Failure::Fault(said),
    }
}

/// A refused connection: no byte of the request was sent. Other failures to connect look like a lost connection here,
/// and are taken for one.
fn never_connected(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
        {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The error with all its causes.
fn whole(error: &(dyn std::error::Error + 'static)) -> String {
    DisplayErrorContext(error).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, code: &str) -> Failure {
        judge_code("turnout-tickets", status, code, "said so")
    }

    #[test]
    fn what_is_throttled_was_not_done() {
        for code in [
            "ThrottlingException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
        ] {
            assert_eq!(judged(400, code), Failure::Busy(format!("{code}: said so")));
        }
    }

    #[test]
    fn a_broken_server_may_have_done_it() {
        assert!(matches!(judged(500, "InternalServerError"), Failure::Unknown(_)));
        assert!(matches!(judged(503, ""), Failure::Unknown(_)));
        assert!(matches!(
            judged(400, "TransactionInProgressException"),
            Failure::Unknown(_)
        ));
    }

    #[test]
    fn a_missing_table_says_how_to_make_it() {
        let Failure::Fault(why) = judged(400, "ResourceNotFoundException") else {
            panic!("not a fault")
        };
        assert!(
            why.contains("`turnout-tickets`") && why.contains("`turnout tables create`"),
            "{why}"
        );
    }

    #[test]
    fn wrong_credentials_say_where_they_come_from() {
        let Failure::Fault(why) = judged(400, "UnrecognizedClientException") else {
            panic!("not a fault")
        };
        assert!(why.contains("AWS_ACCESS_KEY_ID"), "{why}");
    }

    #[test]
    fn a_refused_connection_carried_nothing() {
        assert!(never_connected(&io::Error::from(
            io::ErrorKind::ConnectionRefused
        )));
        assert!(!never_connected(&io::Error::from(io::ErrorKind::ConnectionReset)));
    }
}
