//! Signatures of webhooks, as Stripe makes them: `t=<seconds>,v1=<hex>`, an HMAC-SHA-256 of `<seconds>.<body>`
//! (<https://docs.stripe.com/webhooks#verify-manually>). The sandbox signs in the same way.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// How old a signed webhook may be, in seconds: one that was caught on its way is worth nothing tomorrow.
const TOLERANCE_SECONDS: i64 = 300;
/// The most signatures that are tried: while a secret is being changed there are two.
const SIGNATURES_MAX: usize = 8;

/// Why a webhook is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignatureError {
    #[error("it is not signed")]
    Missing,
    #[error("it is not signed by the provider")]
    Wrong,
    #[error("it was signed too long ago, or by a clock that is far off")]
    Old,
}

/// The header's value for this body.
pub(crate) fn sign(secret: &str, body: &[u8], now: Timestamp) -> String {
    let seconds = now.as_second();
    let code = mac(secret, seconds, body).finalize().into_bytes();
    let hex = code.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("t={seconds},v1={hex}")
}

/// Checks the header's value; it takes the same time whatever is wrong with the signature.
pub(crate) fn verify(secret: &str, header: &str, body: &[u8], now: Timestamp) -> Result<(), SignatureError> {
    let mut seconds = None;
    let mut codes = Vec::new();
    for part in header.split(',').take(2 + SIGNATURES_MAX) {
        match part.trim().split_once('=') {
            Some(("t", text)) => seconds = text.parse::<i64>().ok(),
            Some(("v1", text)) => codes.extend(bytes(text)),
            _ => {}
        }
    }
    let seconds = seconds.ok_or(SignatureError::Missing)?;
    if codes.is_empty() {
        return Err(SignatureError::Missing);
    }
    let signed = |code: &Vec<u8>| mac(secret, seconds, body).verify_slice(code).is_ok();
    if !codes.iter().any(signed) {
        return Err(SignatureError::Wrong);
    }
    // After the signature: only the provider is told about its clock.
    if now.as_second().saturating_sub(seconds).saturating_abs() > TOLERANCE_SECONDS {
        return Err(SignatureError::Old);
    }
    Ok(())
}

fn mac(secret: &str, seconds: i64, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_signature_is_the_one_that_others_make() {
        // Made with OpenSSL: printf '1700000000.{"id":1}' | openssl dgst -sha256 -hmac whsec_test
        let header = "t=1700000000,v1=2f441ba4b3b2d50d28a9ab9d9fd8880376ecd1eb5d0435401553f5d8d0a5dcf8";
        assert_eq!(sign("whsec_test", br#"{"id":1}"#, at(1_700_000_000)), header);
    }

    #[test]
    fn only_what_was_signed_lately_with_the_secret_is_believed() {
        let body = br#"{"amount":2500}"#;
        let header = sign("whsec_right", body, at(1000));
        let check = |secret, header: &str, body: &[u8], now| verify(secret, header, body, at(now));
        assert_eq!(check("whsec_right", &header, body, 1300), Ok(()));
        assert_eq!(
            check("whsec_right", &header, body, 1301),
            Err(SignatureError::Old)
        );
        assert_eq!(check("whsec_right", &header, body, 699), Err(SignatureError::Old));
        assert_eq!(
            check("whsec_wrong", &header, body, 1000),
            Err(SignatureError::Wrong)
        );
        assert_eq!(
            check("whsec_right", &header, br#"{"amount":9999}"#, 1000),
            Err(SignatureError::Wrong)
        );
        let later = header.replace("t=1000", "t=1200");
        assert_eq!(
            check("whsec_right", &later, body, 1200),
            Err(SignatureError::Wrong)
        );
        for nonsense in ["", "t=1000", "v1=00", "t=x,v1=y", "t=1000,v1=é", "t=1000,v0=00"] {
            assert_eq!(
                check("whsec_right", nonsense, body, 1000),
                Err(SignatureError::Missing),
                "{nonsense}"
            );
        }
        // Two, while the secret is being changed.
        let both = format!("{header},v1={}", "0".repeat(64));
        assert_eq!(check("whsec_right", &both, body, 1000), Ok(()));
    }
}
