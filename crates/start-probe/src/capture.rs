//! The pipe for stdout and stderr of the tries, read to its end whatever comes.

mod tail;

use std::io::{self, PipeReader, PipeWriter, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tail::Tail;

/// The output of all tries together, as the module's capture.
#[derive(Clone, Debug, Default)]
pub(crate) struct Capture(Arc<Mutex<Tail>>);

/// The reader of one try's pipe.
pub(crate) struct Reader(JoinHandle<()>);

impl Capture {
    /// A pipe whose write end goes to a child. A thread reads the other: a child that prints much must not stop.
    ///
    /// # Errors
    /// The system has no more pipes or threads.
    pub(crate) fn pipe(&self) -> io::Result<(PipeWriter, Reader)> {
        let (reader, writer) = io::pipe()?;
        let tail = Arc::clone(&self.0);
        let thread = thread::Builder::new()
            .name("output".into())
            .spawn(move || drain(reader, &tail))?;
        Ok((writer, Reader(thread)))
    }

    /// What is kept of the output until now, and how many bytes it was in all.
    pub(crate) fn text(&self, decode: impl Fn(&[u8]) -> String) -> (String, u64) {
        let tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (tail.text(decode), tail.total())
    }
}

impl Reader {
    /// Waits until all that the ended child has written is read. A process outside the tree that holds the pipe open
    /// does not stop this one: the thread then goes with the process.
    pub(crate) fn finish(self, limit: Duration) {
        let deadline = Instant::now() + limit;
        while !self.0.is_finished() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn drain(mut reader: PipeReader, tail: &Mutex<Tail>) {
    let mut piece = vec![0; 64 * 1024];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return,
            Ok(read) => {
                let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
                tail.push(piece.get(..read).unwrap_or_default());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}
