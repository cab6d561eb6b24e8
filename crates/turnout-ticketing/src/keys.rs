//! The service's secrets: made once, kept in its table, the same in every process.

use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::Signer;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use turnout_domain::{EventId, Ids, OrderId, TicketId, WaitlistEntryId};
use turnout_http::PublicKey;
use turnout_store::{Change, CommitError, Document, Expect, Key, NewItem, Read, Store, StoreError};

use crate::TABLE;
use crate::error::SaleError;
use crate::model::{CodeError, TicketCode};

/// The number of the key that codes are signed with.
const TICKET_KEY: u8 = 1;

/// The secrets, read when first needed.
#[derive(Clone)]
pub(crate) struct Keys {
    store: Arc<dyn Store>,
    ids: Arc<dyn Ids>,
    loaded: Arc<OnceLock<Loaded>>,
}

/// The secrets, at hand.
#[derive(Clone)]
pub(crate) struct Loaded {
    orders: [u8; 32],
    tickets: ed25519_dalek::SigningKey,
}

#[derive(Serialize, Deserialize)]
struct SecretItem {
    secret: String,
}

impl Keys {
    pub fn new(store: Arc<dyn Store>, ids: Arc<dyn Ids>) -> Self {
        Self {
            store,
            ids,
            loaded: Arc::default(),
        }
    }

    /// The secrets; the first process to ask makes them.
    pub async fn load(&self) -> Result<&Loaded, SaleError> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded);
        }
        let orders = self.secret("orders").await?;
        let tickets = ed25519_dalek::SigningKey::from_bytes(&self.secret("tickets").await?);
        Ok(self.loaded.get_or_init(|| Loaded { orders, tickets }))
    }

    /// The secret of this name; whoever asks first makes it.
    pub async fn secret(&self, name: &str) -> Result<[u8; 32], SaleError> {
        let key = Key::new(TABLE, "key", name);
        if let Some(item) = self.store.get(&key, Read::Consistent).await? {
            let SecretItem { secret } = item.parse()?;
            let bytes = BASE64_URL_SAFE_NO_PAD
                .decode(secret)
                .ok()
                .and_then(|bytes| bytes.try_into().ok());
            return bytes.ok_or_else(|| {
                StoreError::Corrupt {
                    key,
                    why: "a secret has 32 bytes".into(),
                }
                .into()
            });
        }
        let secret = self.ids.secret();
        let document = Document::of(&SecretItem {
            secret: BASE64_URL_SAFE_NO_PAD.encode(secret),
        });
        let change = Change::of(TABLE).put(NewItem::new(key, document), Expect::Absent);
        match self.store.commit(change).await {
            Ok(_) => Ok(secret),
            // Another process was first: its secret is the one.
            Err(CommitError::Refused(_)) => Box::pin(self.secret(name)).await,
            Err(error) => Err(error.into()),
        }
    }
}

impl Loaded {
    /// What opens an order for whoever placed it.
    pub fn order_secret(&self, order: OrderId) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.orders).expect("HMAC takes a key of any length");
        mac.update(order.to_string().as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..24])
    }

    /// Whether `given` opens the order; takes the same time whatever is wrong.
    pub fn opens(&self, order: OrderId, given: &str) -> bool {
        self.order_secret(order).as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// What opens a waitlist entry for whoever joined.
    pub fn entry_secret(&self, entry: WaitlistEntryId) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.orders).expect("HMAC takes a key of any length");
        mac.update(entry.to_string().as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..24])
    }

    /// Whether `given` opens the entry; takes the same time whatever is wrong.
    pub fn opens_entry(&self, entry: WaitlistEntryId, given: &str) -> bool {
        self.entry_secret(entry).as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// The code of a ticket.
    pub fn code(&self, event: EventId, ticket: TicketId) -> String {
        TicketCode {
            ticket,
            event,
            key: TICKET_KEY,
            generation: 0,
        }
        .sign(&self.tickets)
    }

    /// The public keys that codes may be signed with.
    pub fn public_ticket_keys(&self) -> Vec<PublicKey> {
        vec![PublicKey {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            kid: TICKET_KEY.to_string(),
            x: BASE64_URL_SAFE_NO_PAD.encode(self.tickets.verifying_key().as_bytes()),
        }]
    }

    /// The number of the key that is signed with now.
    pub fn current_ticket_key() -> u8 {
        TICKET_KEY
    }

    /// Signs what a door keeps with the key of tickets.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.tickets.sign(message).to_bytes()
    }

    /// What a code says.
    pub fn read_code(&self, text: &str) -> Result<TicketCode, CodeError> {
        TicketCode::verify(text, &self.tickets.verifying_key()).and_then(|code| {
            // One key so far: anything else was not made by us.
            if code.key == TICKET_KEY {
                Ok(code)
            } else {
                Err(CodeError)
            }
        })
    }
}
