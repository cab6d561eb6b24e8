//! What we take from the bus to show.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turnout_bus::{BusError, Listener, pause};
use turnout_domain::messages::{
    AdmissionUndone, EventChanged, NotificationRead, NotificationStored, OrderConfirmed, OrderHeld,
    OrderReleased, StockChanged, TicketAdmitted, TicketsCancelled, WaitlistChanged, WaitlistOffered,
};
use turnout_domain::{Envelope, EventId, Message, NotificationId, UserId};

use super::topic_name::TopicName;
use super::wanted::Wanted;
use crate::Engagement;
use crate::model::DeskEntry;

/// Everything that changes a topic.
const KINDS: &[&str] = &[
    EventChanged::KIND,
    OrderHeld::KIND,
    OrderConfirmed::KIND,
    OrderReleased::KIND,
    StockChanged::KIND,
    TicketsCancelled::KIND,
    TicketAdmitted::KIND,
    WaitlistChanged::KIND,
    WaitlistOffered::KIND,
    AdmissionUndone::KIND,
    NotificationStored::KIND,
    NotificationRead::KIND,
];

/// How often topics are looked through for those that nobody came back to.
const TIDY_EVERY: Duration = Duration::from_secs(30);

/// What most messages have in common; the rest of them is fetched where it is known best.
#[derive(Deserialize)]
struct OfEvent {
    event_id: EventId,
}

#[derive(Deserialize)]
struct OfNotification {
    user_id: UserId,
    notification_id: NotificationId,
}

/// Starts listening, until `shutdown` is cancelled; then all sockets are closed.
pub(crate) async fn start(
    engagement: &Engagement,
    tasks: &TaskTracker,
    shutdown: &CancellationToken,
) -> Result<(), BusError> {
    let hub = engagement.hub();
    hub.track(tasks);
    let listener = engagement.bus().listen(KINDS).await?;
    tasks.spawn(listen(engagement.clone(), listener, shutdown.clone()));
    let (hub, shutdown) = (Arc::clone(hub), shutdown.clone());
    tasks.spawn(async move {
        let mut ticks = interval(TIDY_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            hub.tidy();
        }
        hub.closing().cancel();
    });
    Ok(())
}

async fn listen(engagement: Engagement, mut listener: Listener, shutdown: CancellationToken) {
    let mut failures = 0;
    while let Some(heard) = shutdown.run_until_cancelled(listener.recv()).await {
        match heard {
            Ok(message) => {
                failures = 0;
                if let Err(error) = hear(&engagement, &message) {
                    tracing::warn!(message.id = %message.id, message.kind, %error, "A message cannot be shown");
                }
            }
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(
                    missed,
                    "Messages came faster than they could be shown; looking at everything anew"
                );
                engagement.hub().lost();
            }
            Err(RecvError::Closed) => {
                failures += 1;
                let waited = shutdown
                    .run_until_cancelled(tokio::time::sleep(pause(failures)))
                    .await;
                if waited.is_none() {
                    return;
                }
                match engagement.bus().listen(KINDS).await {
                    Ok(again) => {
                        listener = again;
                        // What was said in between was not heard.
                        engagement.hub().lost();
                    }
                    Err(error) => tracing::warn!(%error, "Could not listen to the bus again"),
                }
            }
        }
    }
}

/// Tells the topics that a message concerns what they have to fetch.
fn hear(engagement: &Engagement, message: &Envelope) -> Result<(), serde_json::Error> {
    let hub = engagement.hub();
    let kind = message.kind.as_str();
    if kind == NotificationStored::KIND || kind == NotificationRead::KIND {
        let of: OfNotification = serde_json::from_str(message.body.get())?;
        let wanted = Wanted {
            notifications: [of.notification_id].into(),
            ..Wanted::default()
        };
        hub.heard(TopicName::Me(of.user_id), wanted);
        return Ok(());
    }
    let of: OfEvent = serde_json::from_str(message.body.get())?;
    let entries: Vec<DeskEntry> = DeskEntry::of(message)?.into_iter().collect();
    for entry in &entries {
        engagement.peered().hear(entry.clone());
    }
    // An admission changes nothing that is for everyone to see.
    if kind != TicketAdmitted::KIND && kind != AdmissionUndone::KIND {
        let shown = Wanted {
            event: kind == EventChanged::KIND,
            registered: kind == OrderConfirmed::KIND || kind == TicketsCancelled::KIND,
            tickets: true,
            ..Wanted::default()
        };
        hub.heard(TopicName::Event(of.event_id), shown);
    }
    let desk = Wanted {
        sales: true,
        entries,
        ..Wanted::default()
    };
    hub.heard(TopicName::Desk(of.event_id), desk);
    Ok(())
}
