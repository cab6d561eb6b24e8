//! Buyers on keep-alive connections, and what they saw.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::time::sleep;
use turnout_domain::{Clock, Ids, RandomIds, SystemClock};

use super::connection::Connection;

/// Timers are as coarse as a millisecond; the rest of a pause is spent looking.
const TIMER_COARSE: Duration = Duration::from_millis(2);

/// How buyers come.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// Each asks again as soon as it is answered, until so many asked.
    Number(u64),
    /// Each asks again as soon as it is answered, for some time.
    Time(Duration),
    /// So many come each second, whether those before were answered or not, for some time.
    Open(f64, Duration),
}

/// One purchase.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// When it was sent, and when it was answered, since the crowd began.
    pub sent: Duration,
    pub answered: Duration,
    /// From when it should have been sent to its answer: a crowd does not wait for a slow server to come.
    pub waited: Duration,
    pub outcome: Outcome,
}

/// How a purchase was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Sold,
    SoldOut { left: u64 },
}

/// All purchases of a crowd.
pub struct Crowd {
    pub took: Duration,
    pub asked: Vec<Asked>,
}

/// Lets a crowd buy; `purchases` are taken in turns.
pub async fn buy(
    server: SocketAddr,
    purchases: &[String],
    connections: usize,
    pace: Pace,
) -> anyhow::Result<Crowd> {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::to(server).await?);
    }
    let purchases: Arc<[String]> = purchases.into();
    let next = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let buyers = open.into_iter().map(|connection| {
        let buyer = Buyer {
            connection,
            purchases: Arc::clone(&purchases),
            next: Arc::clone(&next),
            began,
        };
        tokio::spawn(buyer.buy(pace))
    });
    let mut asked = Vec::new();
    for buyer in buyers.collect::<Vec<_>>() {
        asked.extend(buyer.await??);
    }
    Ok(Crowd {
        took: began.elapsed(),
        asked,
    })
}

struct Buyer {
    connection: Connection,
    purchases: Arc<[String]>,
    next: Arc<AtomicU64>,
    began: Instant,
}

impl Buyer {
    async fn buy(mut self, pace: Pace) -> anyhow::Result<Vec<Asked>> {
        let mut asked = Vec::new();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let due = match pace {
                Pace::Number(most) if number >= most => return Ok(asked),
                Pace::Time(time) if self.began.elapsed() >= time => return Ok(asked),
                Pace::Number(_) | Pace::Time(_) => self.began.elapsed(),
                Pace::Open(per_second, time) => {
                    let due = Duration::from_secs_f64(number as f64 / per_second);
                    if due >= time {
                        return Ok(asked);
                    }
                    self.wait_until(due).await;
                    due
                }
            };
            let purchase = &self.purchases[(number % self.purchases.len() as u64) as usize];
            let key = RandomIds.ulid(SystemClock.now()).to_string();
            let sent = self.began.elapsed();
            let answer = self.connection.post("/api/tickets", &key, purchase).await?;
            let answered = self.began.elapsed();
            let outcome = match answer.status {
                201 => Outcome::Sold,
                409 => Outcome::SoldOut {
                    left: left_in(answer.body)?,
                },
                status => {
                    anyhow::bail!("{status}: {}", String::from_utf8_lossy(answer.body));
                }
            };
            asked.push(Asked {
                sent,
                answered,
                waited: answered.saturating_sub(due),
                outcome,
            });
        }
    }

    async fn wait_until(&self, due: Duration) {
        if let Some(pause) = due.checked_sub(self.began.elapsed() + TIMER_COARSE) {
            sleep(pause).await;
        }
        while self.began.elapsed() < due {
            tokio::task::yield_now().await;
        }
    }
}

fn left_in(problem: &[u8]) -> anyhow::Result<u64> {
    let problem: serde_json::Value = serde_json::from_slice(problem).context("a problem is JSON")?;
    let left = problem["left"].as_u64();
    left.with_context(|| format!("a refusal that does not say what is left: {problem}"))
}

impl Crowd {
    pub fn sold(&self) -> u64 {
        let sold = self.asked.iter().filter(|asked| asked.outcome == Outcome::Sold);
        sold.count() as u64
    }

    pub fn per_second(&self) -> f64 {
        self.sold() as f64 / self.took.as_secs_f64()
    }

    /// The wait that a share of all is not above, in microseconds.
    pub fn percentile_us(&self, share: f64) -> f64 {
        let mut waits: Vec<u128> = self.asked.iter().map(|asked| asked.waited.as_micros()).collect();
        waits.sort_unstable();
        let place = (share * waits.len() as f64).ceil() as usize;
        let wait = waits.get(place.clamp(1, waits.len().max(1)) - 1);
        wait.map_or(f64::NAN, |wait| *wait as f64)
    }

    /// How many were turned away while there was a place: told that some are left for one who wants one, or answered
    /// before the request was even sent of someone who still got a place.
    pub fn refused_while_free(&self) -> usize {
        let sold = self.asked.iter().filter(|asked| asked.outcome == Outcome::Sold);
        let last = sold.map(|asked| asked.sent).max().unwrap_or_default();
        let wrong = |asked: &&Asked| match asked.outcome {
            Outcome::Sold => false,
            Outcome::SoldOut { left } => left > 0 || asked.answered < last,
        };
        self.asked.iter().filter(wrong).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(sent: u64, answered: u64, outcome: Outcome) -> Asked {
        let (sent, answered) = (Duration::from_micros(sent), Duration::from_micros(answered));
        Asked {
            sent,
            answered,
            waited: answered.saturating_sub(sent),
            outcome,
        }
    }

    #[test]
    fn who_is_turned_away_before_another_comes_and_gets_a_place_was_turned_away_too_soon() {
        let told = |left| Outcome::SoldOut { left };
        let crowd = Crowd {
            took: Duration::from_secs(1),
            asked: vec![
                asked(1, 2, told(0)),
                asked(1, 9, told(0)),
                asked(9, 12, told(3)),
                asked(5, 20, Outcome::Sold),
            ],
        };
        assert_eq!(crowd.refused_while_free(), 2);
        assert_eq!(crowd.sold(), 1);
        assert!((crowd.percentile_us(1.0) - 15.0).abs() < f64::EPSILON);
    }
}
