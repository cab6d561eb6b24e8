//! Signing out.

use crate::Identity;
use crate::error::Unable;
use crate::model::{RefreshToken, Verdict};

impl Identity {
    /// Ends the session that the token is of. One that is of none has nothing to end. Access tokens that were given
    /// out stay good for the minutes they have left.
    pub(crate) async fn log_out(&self, token: RefreshToken) -> Result<(), Unable> {
        let Some((session, _)) = self.session(token.session).await? else {
            return Ok(());
        };
        match session.judge(&token.secret, self.clock().now()) {
            // Whoever has a token that was used once is the device or a thief: the session ends in both cases.
            Verdict::Device | Verdict::DeviceAgain | Verdict::Reused => self.end_session(session.id).await,
            Verdict::Invalid => Ok(()),
        }
    }
}
