//! Work on many things at once, results in their order.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// How many of a batch make it worth a thread.
const WORTH_THREADS: usize = 32;

/// Items that a thread takes at once, and how long it may keep their results to itself: handing over costs more than
/// looking at a small site, and a slow one must not hold the others back.
const TAKEN: usize = 16;
const KEPT: Duration = Duration::from_millis(1);

/// Cores of this process. Asked once: on Linux the answer takes a dozen reads of the cgroup files.
fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

/// Applies `work` to each item on all cores and hands the results to `write` in the items' order,
/// each as soon as it and those before it are known. Holds the results of one batch at most.
///
/// # Errors
/// What `write` returns; the remaining work is left.
pub fn ordered<I: Sync, O: Send>(
    items: &[I],
    work: impl Fn(&I) -> O + Sync,
    mut write: impl FnMut(O) -> io::Result<()>,
) -> io::Result<()> {
    let threads = cores();
    if threads == 1 || items.len() < WORTH_THREADS {
        return items.iter().try_for_each(|item| write(work(item)));
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
                    if !hand_over(from, &rest[..rest.len().min(TAKEN)], work, &send) {
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
                for result in results {
                    if let Err(error) = write(result) {
                        stop.store(true, Ordering::Relaxed);
                        return Err(error);
                    }
                }
            }
        }
        Ok(())
    })
}

/// Works on `items`, the first of which is number `from`, and sends the results in runs. False where nobody reads them.
fn hand_over<I, O>(
    from: usize,
    items: &[I],
    work: impl Fn(&I) -> O,
    send: &mpsc::Sender<(usize, Vec<O>)>,
) -> bool {
    let mut first = from;
    let mut results = Vec::with_capacity(items.len());
    let mut since = Instant::now();
    for item in items {
        results.push(work(item));
        if since.elapsed() >= KEPT {
            let next = first + results.len();
            if send.send((first, std::mem::take(&mut results))).is_err() {
                return false;
            }
            first = next;
            since = Instant::now();
        }
    }
    results.is_empty() || send.send((first, results)).is_ok()
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
            |result| {
                seen.push(result);
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
            |()| Err(io::Error::from(io::ErrorKind::BrokenPipe)),
        );
        assert!(result.is_err());
        assert!(worked.load(Ordering::Relaxed) < items.len());
    }
}
