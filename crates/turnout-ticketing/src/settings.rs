//! What an operator may choose.

use std::fmt;

use jiff::SignedDuration;

/// How ticketing behaves where operators may differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long places are set aside for a buyer.
    pub hold_for: SignedDuration,
    /// The address people reach the product at, without a slash at its end: providers lead buyers back there.
    pub public_url: String,
    /// Whether the sandbox plays a provider of payments: tickets without money, for trying things out.
    pub sandbox: bool,
    /// The Stripe account that takes money, if there is one.
    pub stripe: Option<StripeSettings>,
}

impl Default for Settings {
    /// Ten minutes: long enough for 3-D Secure, short enough to resell the same evening.
    fn default() -> Self {
        Self {
            hold_for: SignedDuration::from_mins(10),
            public_url: "http://localhost:3000".to_owned(),
            sandbox: true,
            stripe: None,
        }
    }
}

/// How Stripe is reached.
#[derive(Clone, PartialEq, Eq)]
pub struct StripeSettings {
    /// The secret key of the account, `sk_…` or a restricted one, `rk_…`.
    pub secret_key: String,
    /// What Stripe signs its webhooks with, `whsec_…`.
    pub webhook_secret: String,
    /// Where its API is, without a slash at its end.
    pub api_url: String,
}

impl fmt::Debug for StripeSettings {
    /// Without the secrets: settings are logged.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripeSettings")
            .field("api_url", &self.api_url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let stripe = StripeSettings {
            secret_key: "sk_test_hidden".into(),
            webhook_secret: "whsec_hidden".into(),
            api_url: "https://api.stripe.com".into(),
        };
        let shown = format!(
            "{:?}",
            Settings {
                stripe: Some(stripe),
                ..Settings::default()
            }
        );
        assert!(
            shown.contains("api.stripe.com") && !shown.contains("hidden"),
            "{shown}"
        );
    }
}
