//! How an event's tickets are paid: what its organizer chose, or what is usual.

use turnout_domain::EventId;
use turnout_http::{Manage, Permit};
use turnout_store::{Change, CommitError, Document, Expect, NewItem, Read};

use crate::commit::commit;
use crate::error::SaleError;
use crate::items;
use crate::model::{CancellationSettings, Method, OfflineSettings, PaymentSettings};
use crate::{TABLE, Ticketing};

impl Ticketing {
    /// The event's settings and their version, 0 while nobody has chosen.
    pub(crate) async fn payment_settings(&self, event: EventId) -> Result<(PaymentSettings, u64), SaleError> {
        let item = self
            .store
            .get(&items::payment_settings_key(event), Read::Consistent)
            .await?;
        match item {
            Some(item) => Ok((item.parse()?, item.version)),
            None => Ok((self.usual_payment_settings(), 0)),
        }
    }

    fn usual_payment_settings(&self) -> PaymentSettings {
        PaymentSettings {
            methods: self.providers.usual(),
            offline: OfflineSettings::default(),
            cancellation: CancellationSettings::default(),
        }
    }

    /// Those of the chosen methods that this installation can take (still).
    pub(crate) fn offered(&self, settings: &PaymentSettings) -> Vec<Method> {
        let there: Vec<Method> = self.providers.methods().collect();
        let chosen = settings.methods.iter().copied();
        chosen.filter(|method| there.contains(method)).collect()
    }

    /// Sets them, if they are at this version still; the new version.
    pub(crate) async fn set_payment_settings(
        &self,
        event: EventId,
        settings: &PaymentSettings,
        version: u64,
        _by: &Permit<Manage>,
    ) -> Result<Option<u64>, SaleError> {
        let expect = if version == 0 {
            Expect::Absent
        } else {
            Expect::Version(version)
        };
        let change = || {
            let item = NewItem::new(items::payment_settings_key(event), Document::of(settings));
            Change::of(TABLE).put(item, expect)
        };
        match commit(&*self.store, change).await {
            Ok(_) => Ok(Some(version + 1)),
            Err(CommitError::Refused(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
