//! The code on a ticket: short, signed, and readable without asking anyone.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use turnout_domain::{EventId, TicketId};
use ulid::Ulid;

/// The layout's number; a door refuses codes of a layout it does not know.
const LAYOUT: u8 = 1;
const SIGNED_BYTES: usize = 1 + 1 + 16 + 16 + 1;

/// What a code says: a ticket of an event, and how often it changed hands. 99 bytes with the Ed25519 signature
/// (RFC 8032), 149 characters in base 45 (RFC 9285), which a QR code of 45 × 45 modules holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TicketCode {
    pub ticket: TicketId,
    pub event: EventId,
    /// Which key it is signed with.
    pub key: u8,
    /// 0 for the first holder; one more with every transfer, so that the code before is dead.
    pub generation: u8,
}

/// The text is no code of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a ticket code")]
pub(crate) struct CodeError;

impl TicketCode {
    fn bytes(self) -> [u8; SIGNED_BYTES] {
        let mut bytes = [0; SIGNED_BYTES];
        bytes[0] = LAYOUT;
        bytes[1] = self.key;
        bytes[2..18].copy_from_slice(&self.event.ulid().0.to_be_bytes());
        bytes[18..34].copy_from_slice(&self.ticket.ulid().0.to_be_bytes());
        bytes[34] = self.generation;
        bytes
    }

    /// The code as text.
    pub fn sign(self, key: &SigningKey) -> String {
        let signed = self.bytes();
        let mut bytes = signed.to_vec();
        bytes.extend_from_slice(&key.sign(&signed).to_bytes());
        base45::encode(&bytes)
    }

    /// Reads a code and checks its signature.
    ///
    /// # Errors
    /// [`CodeError`] if it is of another layout or key, or not signed by us.
    pub fn verify(text: &str, key: &VerifyingKey) -> Result<Self, CodeError> {
        let bytes = base45::decode(text.trim()).map_err(|_| CodeError)?;
        let (signed, signature) = bytes.split_first_chunk::<SIGNED_BYTES>().ok_or(CodeError)?;
        let signature = Signature::from_slice(signature).map_err(|_| CodeError)?;
        if signed[0] != LAYOUT || key.verify_strict(signed, &signature).is_err() {
            return Err(CodeError);
        }
        let ulid = |at: usize| Ulid(u128::from_be_bytes(std::array::from_fn(|byte| signed[at + byte])));
        Ok(Self {
            key: signed[1],
            event: EventId::from_ulid(ulid(2)),
            ticket: TicketId::from_ulid(ulid(18)),
            generation: signed[34],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> TicketCode {
        TicketCode {
            ticket: TicketId::from_ulid(Ulid(7 << 64)),
            event: EventId::from_ulid(Ulid(9)),
            key: 1,
            generation: 0,
        }
    }

    #[test]
    fn a_code_is_short_and_says_what_was_signed() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let text = code().sign(&key);
        assert!(
            text.len() <= 154,
            "a QR code of 41 × 41 modules at level M holds 154 characters: {}",
            text.len()
        );
        assert_eq!(TicketCode::verify(&text, &key.verifying_key()), Ok(code()));
    }

    #[test]
    fn a_forged_or_altered_code_is_refused() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let text = code().sign(&key);
        let other = SigningKey::from_bytes(&[4; 32]);
        assert_eq!(TicketCode::verify(&text, &other.verifying_key()), Err(CodeError));
        for at in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[at] = if altered[at] == b'0' { b'1' } else { b'0' };
            let altered = String::from_utf8(altered).unwrap();
            assert!(
                altered == text || TicketCode::verify(&altered, &key.verifying_key()) == Err(CodeError),
                "{at}"
            );
        }
        for text in ["", "0", "tkt_00000000000000000000000007", "é"] {
            assert_eq!(TicketCode::verify(text, &key.verifying_key()), Err(CodeError));
        }
    }
}
