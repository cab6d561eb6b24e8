//! The storage port on Amazon DynamoDB; the only crate that knows the AWS SDK.
