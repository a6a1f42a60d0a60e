//! Work on many things at once, results in their order.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::Instant;

use crate::output::HELD;

/// How many of a batch make it worth a thread.
const WORTH_THREADS: usize = 32;

/// Items that a thread takes at once: handing over costs more than looking at a small site, and a slow one must not hold
/// the others back.
const TAKEN: usize = 16;

/// Cores of this process. Asked once: on Linux the answer takes a dozen reads of the cgroup files.
fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

/// Applies `work` to each item on all cores and hands the results to `write` in the items' order, in runs: each as soon
/// as it and those before it are known, but for what a thread did in the last millisecond. Holds the results of one batch
/// at most.
///
/// # Errors
/// What `write` returns; the remaining work is left.
pub fn ordered<I: Sync, O: Send>(
    items: &[I],
    work: impl Fn(&I) -> O + Sync,
    mut write: impl FnMut(Vec<O>) -> io::Result<()>,
) -> io::Result<()> {
    let threads = cores();
    if threads == 1 || items.len() < WORTH_THREADS {
        return in_runs(items, work, write);
    }
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let send = send.clone();
            let (next, stop, work) = (&next, &stop, &work);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let from = next.fetch_add(TAKEN, Ordering::Relaxed);
                    let Some(rest) = items.get(from..).filter(|rest| !rest.is_empty()) else {
                        break;
                    };
                    let mut first = from;
                    let sent = in_runs(&rest[..rest.len().min(TAKEN)], work, |run| {
                        let number = first;
                        first += run.len();
                        // nobody reads them where writing failed
                        let gone = |_| io::ErrorKind::BrokenPipe.into();
                        send.send((number, run)).map_err(gone)
                    });
                    if sent.is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (from, results) in receive {
            early.insert(from, results);
            while let Some(results) = early.remove(&due) {
                due += results.len();
                if let Err(error) = write(results) {
                    stop.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(())
    })
}

/// Works on `items` one after the other and hands the results on in runs.
fn in_runs<I, O>(
    items: &[I],
    work: impl Fn(&I) -> O,
    mut write: impl FnMut(Vec<O>) -> io::Result<()>,
) -> io::Result<()> {
    let mut results = Vec::with_capacity(items.len().min(TAKEN));
    let mut since = Instant::now();
    for item in items {
        results.push(work(item));
        if results.len() >= TAKEN || since.elapsed() >= HELD {
            write(std::mem::take(&mut results))?;
            since = Instant::now();
        }
    }
    if results.is_empty() {
        return Ok(());
    }
    write(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whoever_is_ready_first() {
        let items: Vec<u64> = (0..200).collect();
        let mut seen = Vec::new();
        ordered(
            &items,
            |item| {
                if item % 7 == 0 {
                    thread::sleep(std::time::Duration::from_millis(2));
                }
                item * 2
            },
            |results| {
                seen.extend(results);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(seen, items.iter().map(|item| item * 2).collect::<Vec<_>>());
    }

    #[test]
    fn a_failing_writer_ends_the_work() {
        let items: Vec<u64> = (0..10_000).collect();
        let worked = AtomicUsize::new(0);
        let result = ordered(
            &items,
            |_| {
                worked.fetch_add(1, Ordering::Relaxed);
                thread::sleep(std::time::Duration::from_micros(100));
            },
            |_| Err(io::Error::from(io::ErrorKind::BrokenPipe)),
        );
        assert!(result.is_err());
        assert!(worked.load(Ordering::Relaxed) < items.len());
    }
}
