//! All topics of this process.

use std::collections::{BTreeSet, HashMap};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::ws::Utf8Bytes;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use turnout_bus::pause;
use turnout_http::Problem;

use super::members::Fetched;
use super::topic::Topic;
use super::topic_name::TopicName;
use super::wanted::Wanted;

/// How many frames may wait for one socket. One that is further behind gets a snapshot instead of them.
pub(crate) const SOCKET_FRAMES_MAX: usize = 128;
/// How many sockets one process serves: by memory, several times what a machine of a GiB has room for.
const SOCKETS_MAX: usize = 200_000;
/// How long a topic without subscribers is kept for those who come back, if nothing happens.
const LINGER: Duration = Duration::from_mins(1);
/// The longest pause before a topic whose data could not be had is tried again.
const RETRY_PAUSE_MAX: Duration = Duration::from_secs(5);

/// Where the data of topics comes from.
#[async_trait]
pub(crate) trait Source: Send + Sync + 'static {
    /// Fetches what is `wanted` of a topic.
    async fn fetch(&self, topic: TopicName, wanted: &Wanted) -> Result<Fetched, FetchError>;
}

/// Why there is no data.
#[derive(Debug)]
pub(crate) enum FetchError {
    /// There is no such topic, for nobody.
    NotFound,
    /// It cannot be had now.
    Unavailable(String),
}

/// The topics that have subscribers, or had them a moment ago.
pub(crate) struct Hub {
    topics: Mutex<HashMap<TopicName, Arc<Topic>>>,
    source: Arc<dyn Source>,
    epoch: String,
    /// Numbers topics and sockets; none is given twice.
    next: AtomicU64,
    closing: CancellationToken,
    tasks: OnceLock<TaskTracker>,
    /// A place for each socket.
    places: Arc<Semaphore>,
}

/// The end of a socket's queue that topics write to.
pub(crate) struct SocketQueue {
    id: u64,
    request: String,
    frames: mpsc::Sender<Utf8Bytes>,
    behind: Mutex<BTreeSet<TopicName>>,
    fell_behind: Notify,
}

impl Hub {
    /// A hub without topics. `epoch` is no other's.
    pub(crate) fn new(epoch: String, source: Arc<dyn Source>) -> Self {
        Self {
            topics: Mutex::default(),
            source,
            epoch,
            next: AtomicU64::new(1),
            closing: CancellationToken::new(),
            tasks: OnceLock::new(),
            places: Arc::new(Semaphore::new(SOCKETS_MAX)),
        }
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<TopicName, Arc<Topic>>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Has sockets counted by `tasks`, so that shutdown waits for their last words.
    pub(super) fn track(&self, tasks: &TaskTracker) {
        // Set once: a service is started once.
        let _ = self.tasks.set(tasks.clone());
    }

    /// Counts as a task until it is dropped.
    pub(super) fn tracked(&self) -> Option<TaskTrackerToken> {
        self.tasks.get().map(TaskTracker::token)
    }

    /// A place for one more socket, until it is dropped.
    ///
    /// # Errors
    /// 503 if there is none, or if the service is about to stop.
    pub(crate) fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        if self.closing.is_cancelled() {
            return Err(Problem::unavailable());
        }
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map_err(|_| Problem::unavailable())
    }

    /// Cancelled when all sockets have to close.
    pub(super) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// A queue for a socket that the request with this id opened, and its other end.
    pub(super) fn open_queue(&self, request: String) -> (Arc<SocketQueue>, mpsc::Receiver<Utf8Bytes>) {
        let (frames, queued) = mpsc::channel(SOCKET_FRAMES_MAX);
        let queue = SocketQueue {
            id: self.number(),
            request,
            frames,
            behind: Mutex::default(),
            fell_behind: Notify::new(),
        };
        (Arc::new(queue), queued)
    }

    /// Subscribes a socket: it is sent what it missed since `since` where that is known, otherwise a snapshot; then
    /// every change.
    pub(super) fn join(self: &Arc<Self>, name: TopicName, socket: Arc<SocketQueue>, since: Option<&str>) {
        let (topic, start) = {
            // Under the lock, so that a topic is not let go between being found and being joined.
            let mut topics = self.topics();
            let topic = topics.entry(name).or_insert_with(|| {
                let epoch = format!("{}.{}", self.epoch, self.number());
                Arc::new(Topic::new(name, epoch))
            });
            (Arc::clone(topic), topic.join(socket, since))
        };
        if start {
            self.work(topic);
        }
    }

    /// Ends a subscription.
    pub(super) fn leave(&self, name: TopicName, socket: u64) {
        let topic = self.topics().get(&name).cloned();
        if let Some(topic) = topic {
            topic.leave(socket);
        }
    }

    /// The snapshot that brings a socket up to date once it has drained its queue.
    pub(super) fn catch_up(&self, name: TopicName, socket: u64) -> Option<Utf8Bytes> {
        let topic = self.topics().get(&name).cloned();
        topic?.catch_up(socket)
    }

    /// Something happened: `wanted` has to be fetched, if anyone looks.
    pub(super) fn heard(self: &Arc<Self>, name: TopicName, wanted: Wanted) {
        let topic = {
            let mut topics = self.topics();
            let Some(topic) = topics.get(&name) else {
                return;
            };
            if topic.empty_since().is_some() {
                // Whoever comes back gets a snapshot: cheaper than to follow what nobody looks at.
                topics.remove(&name);
                return;
            }
            Arc::clone(topic)
        };
        if topic.want(wanted) {
            self.work(topic);
        }
    }

    /// Something happened, and it is not known what: all topics are fetched anew.
    pub(super) fn lost(self: &Arc<Self>) {
        let names: Vec<TopicName> = self.topics().keys().copied().collect();
        for name in names {
            self.heard(name, Wanted::whole());
        }
    }

    /// Lets topics go that nobody came back to.
    pub(super) fn tidy(&self) {
        self.topics()
            .retain(|_, topic| topic.empty_since().is_none_or(|since| since.elapsed() < LINGER));
    }

    /// Lets a topic go at once that was closed, unless someone came meanwhile.
    fn forget(&self, topic: &Topic) {
        let mut topics = self.topics();
        let closed =
            |found: &Arc<Topic>| std::ptr::eq(&raw const **found, topic) && found.empty_since().is_some();
        if topics.get(&topic.name).is_some_and(closed) {
            topics.remove(&topic.name);
        }
    }

    /// Fetches for a topic until nothing is wanted any more.
    fn work(self: &Arc<Self>, topic: Arc<Topic>) {
        let hub = Arc::clone(self);
        tokio::spawn(async move {
            tokio::select! {
                () = hub.fetch_all(&topic) => {}
                () = hub.closing.cancelled() => {}
            }
        });
    }

    async fn fetch_all(&self, topic: &Topic) {
        let mut failures = 0;
        while let Some(wanted) = topic.begin() {
            let rest = match self.source.fetch(topic.name, &wanted).await {
                Ok(fetched) => {
                    failures = 0;
                    topic.show(fetched);
                    if wanted.registered {
                        topic.want(Wanted {
                            event: true,
                            ..Wanted::default()
                        });
                    }
                    topic.name.rest()
                }
                Err(FetchError::NotFound) => {
                    topic.close(&Problem::not_found());
                    self.forget(topic);
                    Duration::ZERO
                }
                Err(FetchError::Unavailable(why)) => {
                    failures += 1;
                    if failures == 1 {
                        tracing::warn!(topic = %topic.name, why, "A live topic cannot be fetched; trying again");
                    }
                    topic.put_back(wanted);
                    pause(failures).min(RETRY_PAUSE_MAX)
                }
            };
            // What happens meanwhile is fetched together, after it.
            if !rest.is_zero() {
                tokio::time::sleep(rest).await;
            }
        }
    }
}

impl SocketQueue {
    /// Which socket.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// The id of the request that opened it.
    pub(super) fn request(&self) -> &str {
        &self.request
    }

    /// Queues a frame. False if there is no room; a socket that is gone takes everything.
    pub(super) fn try_send(&self, frame: Utf8Bytes) -> bool {
        !matches!(
            self.frames.try_send(frame),
            Err(mpsc::error::TrySendError::Full(_))
        )
    }

    /// Notes that the socket missed a frame of a topic.
    pub(super) fn fall_behind(&self, topic: TopicName) {
        self.behind().insert(topic);
        self.fell_behind.notify_one();
    }

    /// Waits until the socket has missed something.
    pub(super) async fn missed(&self) {
        self.fell_behind.notified().await;
    }

    /// The topics it missed something of since it was asked last.
    pub(super) fn take_behind(&self) -> BTreeSet<TopicName> {
        mem::take(&mut *self.behind())
    }

    fn behind(&self) -> MutexGuard<'_, BTreeSet<TopicName>> {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
