//! Processor time of single threads, which the system counts in nanoseconds.

use std::time::Duration;

/// The time that the threads of this name had so far; the system cuts names to 15 bytes.
pub fn of_threads(name: &str) -> Duration {
    let name = &name[..name.len().min(15)];
    total(|found| found == name)
}

/// The time that all living threads of this process had so far.
pub fn of_process() -> Duration {
    total(|_| true)
}

fn total(wanted: impl Fn(&str) -> bool) -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").expect("the benchmark runs on Linux");
    let nanoseconds = threads.flatten().filter_map(|thread| {
        // A thread that has just ended is not there any more.
        let name = std::fs::read_to_string(thread.path().join("comm")).ok()?;
        if !wanted(name.trim()) {
            return None;
        }
        let times = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        times.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}
