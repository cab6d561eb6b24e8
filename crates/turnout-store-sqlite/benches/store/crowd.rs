//! Submitters that sell as fast as they are answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use turnout_store::CommitError;

use crate::cpu;
use crate::figures::percentile_us;
use crate::sale::Stall;

/// When the crowd goes home.
#[derive(Clone)]
pub struct Until {
    left: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    time: Option<Duration>,
}

impl Until {
    /// When so many were sold.
    pub fn sold(number: u64) -> Self {
        Self {
            left: Arc::new(AtomicU64::new(number)),
            ..Self::told()
        }
    }

    /// After some time.
    pub fn after(time: Duration) -> Self {
        Self {
            time: Some(time),
            ..Self::told()
        }
    }

    /// When it is told.
    pub fn told() -> Self {
        Self {
            left: Arc::new(AtomicU64::new(u64::MAX)),
            over: Arc::default(),
            time: None,
        }
    }

    pub fn tell(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    fn one_more(&self, began: Instant) -> bool {
        let in_time = self.time.is_none_or(|time| began.elapsed() < time);
        let one_less = |left: u64| left.checked_sub(1);
        in_time
            && !self.over.load(Ordering::Relaxed)
            && self
                .left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
                .is_ok()
    }
}

/// What a crowd saw.
#[derive(Default)]
pub struct Crowd {
    took: Duration,
    /// How long each waited for its answer, in microseconds, the shortest first.
    waits_us: Vec<u32>,
    writer: Duration,
    checkpoint: Duration,
    process: Duration,
}

/// Sells with so many submitters at a time, each waiting for its answer before it sells again.
pub async fn sell(stall: &Stall, submitters: usize, until: Until) -> Result<Crowd, CommitError> {
    let (writer, checkpoint) = (
        cpu::of_threads("store-writer"),
        cpu::of_threads("store-checkpoint"),
    );
    let process = cpu::of_process();
    let began = Instant::now();
    let submitters = (0..submitters).map(|_| {
        let (stall, until) = (stall.clone(), until.clone());
        tokio::spawn(async move {
            let mut waits = Vec::new();
            while until.one_more(began) {
                let asked = Instant::now();
                stall.sell().await?;
                waits.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            Ok::<_, CommitError>(waits)
        })
    });
    let mut crowd = Crowd::default();
    for submitter in submitters.collect::<Vec<_>>() {
        crowd
            .waits_us
            .extend(submitter.await.expect("a submitter does not panic")?);
    }
    crowd.took = began.elapsed();
    crowd.writer = cpu::of_threads("store-writer").saturating_sub(writer);
    crowd.checkpoint = cpu::of_threads("store-checkpoint").saturating_sub(checkpoint);
    crowd.process = cpu::of_process().saturating_sub(process);
    crowd.waits_us.sort_unstable();
    Ok(crowd)
}

impl Crowd {
    /// Counts another crowd in.
    pub fn add(&mut self, other: Self) {
        self.took += other.took;
        self.writer += other.writer;
        self.checkpoint += other.checkpoint;
        self.process += other.process;
        self.waits_us.extend(other.waits_us);
        self.waits_us.sort_unstable();
    }

    pub fn sold(&self) -> usize {
        self.waits_us.len()
    }

    pub fn per_second(&self) -> f64 {
        self.sold() as f64 / self.took.as_secs_f64()
    }

    pub fn percentile_us(&self, share: f64) -> f64 {
        percentile_us(&self.waits_us, share)
    }

    /// The writer thread's processor time a sale, with its part of the relay's deletions, in microseconds.
    pub fn writer_us(&self) -> f64 {
        self.each_us(self.writer)
    }

    pub fn checkpoint_us(&self) -> f64 {
        self.each_us(self.checkpoint)
    }

    /// The whole process' time a sale: submitters, writer, checkpoints, relay.
    pub fn process_us(&self) -> f64 {
        self.each_us(self.process)
    }

    fn each_us(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1e6 / self.sold() as f64
    }
}
