//! A walk over a folder and all that is below, on several threads, in bounded memory.
//!
//! Each folder is opened relative to its parent and never through a link. A folder is read in portions, and what was
//! found goes before the next portion: at most a portion of names waits for each level.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::sys::{self, Dir, Entries, Kind};

/// Names of a folder that are read at once.
const PORTION: usize = 128;

/// Events that may wait for the caller.
const WAITING: usize = 1024;

/// What is done with the things in a tree. Called on several threads.
pub trait Visit: Sync {
    /// What a folder hands to the things in it.
    type Context: Send + Sync;
    /// What the caller of [`walk`] gets to know.
    type Event: Send;

    /// A folder was opened; `parent` is the context of the folder above. `None`: nothing below it is looked at.
    fn folder(
        &self,
        folder: &Folder<'_>,
        parent: &Self::Context,
        send: &Sender<Self::Event>,
    ) -> Option<Self::Context>;

    /// A file, link or other thing in a folder.
    fn entry(
        &self,
        folder: &Folder<'_>,
        name: &OsStr,
        kind: Kind,
        context: &Self::Context,
        send: &Sender<Self::Event>,
    );

    /// A folder could not be opened or read.
    fn trouble(&self, path: PathBuf, error: sys::Error, send: &Sender<Self::Event>);
}

/// An open folder of the tree.
pub struct Folder<'a> {
    /// Its handle.
    pub dir: &'a Dir,
    place: &'a Arc<Place>,
}

impl Folder<'_> {
    /// Its path, put together on demand: the root's, and the names from there.
    pub fn path(&self) -> PathBuf {
        self.place.path()
    }

    /// The path of a name in it.
    pub fn path_of(&self, name: &OsStr) -> PathBuf {
        let mut path = self.place.path();
        path.push(name);
        path
    }

    /// The folder's own name.
    pub fn name(&self) -> &OsStr {
        &self.place.name
    }
}

/// Where events go.
pub struct Sender<E> {
    channel: SyncSender<E>,
    stop: Arc<AtomicBool>,
}

impl<E> Sender<E> {
    /// Hands an event to the caller of [`walk`]; once the caller has had enough, it is dropped.
    pub fn send(&self, event: E) {
        if self.channel.send(event).is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the caller has had enough: what is not begun yet need not be.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A folder's name and the folder above: holds no handle, so a path may be as long as it likes.
struct Place {
    name: OsString,
    above: Option<Arc<Place>>,
}

impl Place {
    fn path(&self) -> PathBuf {
        let mut names = vec![self.name.as_os_str()];
        let mut above = self.above.as_ref();
        while let Some(place) = above {
            names.push(&place.name);
            above = place.above.as_ref();
        }
        let length = names.iter().map(|name| name.len() + 1).sum();
        let mut path = PathBuf::with_capacity(length);
        names.into_iter().rev().for_each(|name| path.push(name));
        path
    }
}

impl Drop for Place {
    /// One after the other: thousands of levels would not fit on the stack.
    fn drop(&mut self) {
        let mut above = self.above.take();
        while let Some(mut place) = above.and_then(Arc::into_inner) {
            above = place.above.take();
        }
    }
}

struct Open<C> {
    dir: Dir,
    place: Arc<Place>,
    context: C,
}

enum Task<C> {
    /// Where the walk begins.
    Root(Dir, Arc<Place>),
    /// To be opened.
    Folder(Arc<Open<C>>, OsString),
    /// To be read on.
    Rest(Arc<Open<C>>, Entries),
}

struct Queue<C> {
    tasks: Vec<Task<C>>,
    /// Threads at work, which may add tasks.
    busy: usize,
}

struct Work<'v, V: Visit> {
    visit: &'v V,
    above: &'v V::Context,
    queue: Mutex<Queue<V::Context>>,
    changed: Condvar,
}

/// Walks from `root`, which was opened already and lies at `path`; `above` is the context that the root gets.
///
/// [`Visit::folder`] is called for the root too. Events come to `receive` on the calling thread, in no fixed order
/// between threads; its first error ends the walk.
///
/// # Errors
/// What `receive` returned.
pub fn walk<V: Visit>(
    root: Dir,
    path: &Path,
    above: &V::Context,
    visit: &V,
    mut receive: impl FnMut(V::Event) -> io::Result<()>,
) -> io::Result<()> {
    let place = Arc::new(Place {
        name: path.as_os_str().to_owned(),
        above: None,
    });
    let queue = Mutex::new(Queue {
        tasks: vec![Task::Root(root, place)],
        busy: 0,
    });
    let work = Work {
        visit,
        above,
        queue,
        changed: Condvar::new(),
    };
    let threads = std::thread::available_parallelism()
        .map_or(2, usize::from)
        .clamp(2, 8);
    let (channel, events) = sync_channel(WAITING);
    let stop = Arc::new(AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let send = Sender {
                channel: channel.clone(),
                stop: Arc::clone(&stop),
            };
            let work = &work;
            scope.spawn(move || work.run(&send));
        }
        // the events end when the last thread drops its sender
        drop(channel);
        let result = events.iter().try_for_each(&mut receive);
        stop.store(result.is_err(), Ordering::Relaxed);
        drop(events);
        result
    })
}

/// Lets `look` deal with a single thing in the manner of [`walk`]: its events come to `receive`, on the calling thread.
///
/// # Errors
/// What `receive` returned.
pub fn one<E: Send>(
    look: impl FnOnce(&Sender<E>) + Send,
    receive: impl FnMut(E) -> io::Result<()>,
) -> io::Result<()> {
    let (channel, events) = sync_channel(WAITING);
    let send = Sender {
        channel,
        stop: Arc::new(AtomicBool::new(false)),
    };
    std::thread::scope(|scope| {
        scope.spawn(move || look(&send));
        events.into_iter().try_for_each(receive)
    })
}

impl<V: Visit> Work<'_, V> {
    fn run(&self, send: &Sender<V::Event>) {
        sys::prepare_thread();
        while let Some(task) = self.next(send) {
            match task {
                Task::Root(dir, place) => self.enter(dir, place, self.above, send),
                Task::Folder(above, name) => {
                    let place = Arc::new(Place {
                        name,
                        above: Some(Arc::clone(&above.place)),
                    });
                    match above.dir.open_in(&place.name) {
                        Ok(dir) => self.enter(dir, place, &above.context, send),
                        Err(error) => self.visit.trouble(place.path(), error, send),
                    }
                }
                Task::Rest(open, entries) => self.read(open, entries, send),
            }
            self.lock().busy -= 1;
            self.changed.notify_all();
        }
    }

    /// The newest task: what is below goes before what is beside, so that few folders are open at a time.
    fn next(&self, send: &Sender<V::Event>) -> Option<Task<V::Context>> {
        let mut queue = self.lock();
        loop {
            if send.is_stopped() {
                queue.tasks.clear();
            }
            if let Some(task) = queue.tasks.pop() {
                queue.busy += 1;
                return Some(task);
            }
            if queue.busy == 0 {
                return None;
            }
            queue = self
                .changed
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue<V::Context>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, dir: Dir, place: Arc<Place>, above: &V::Context, send: &Sender<V::Event>) {
        let Some(context) = self.visit.folder(
            &Folder {
                dir: &dir,
                place: &place,
            },
            above,
            send,
        ) else {
            return;
        };
        match dir.entries() {
            Ok(entries) => self.read(
                Arc::new(Open {
                    dir,
                    place,
                    context,
                }),
                entries,
                send,
            ),
            Err(error) => self.visit.trouble(place.path(), error, send),
        }
    }

    fn read(&self, open: Arc<Open<V::Context>>, mut entries: Entries, send: &Sender<V::Event>) {
        let (mut folders, mut others) = (Vec::new(), Vec::new());
        let mut ended = false;
        while folders.len() + others.len() < PORTION {
            match entries.next() {
                Some(Ok(entry)) if entry.kind == Kind::Folder => folders.push(entry.name),
                Some(Ok(entry)) => others.push(entry),
                Some(Err(error)) => {
                    self.visit.trouble(open.place.path(), error.into(), send);
                    ended = true;
                    break;
                }
                None => {
                    ended = true;
                    break;
                }
            }
        }
        if !(ended && folders.is_empty()) {
            let mut queue = self.lock();
            if !ended {
                queue.tasks.push(Task::Rest(Arc::clone(&open), entries));
            }
            queue.tasks.extend(
                folders
                    .into_iter()
                    .map(|name| Task::Folder(Arc::clone(&open), name)),
            );
            drop(queue);
            self.changed.notify_all();
        }
        let folder = Folder {
            dir: &open.dir,
            place: &open.place,
        };
        for entry in others {
            if send.is_stopped() {
                return;
            }
            self.visit
                .entry(&folder, &entry.name, entry.kind, &open.context, send);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Names everything below the root; the context is the depth.
    struct Names;

    impl Visit for Names {
        type Context = usize;
        type Event = (PathBuf, usize);

        fn folder(
            &self,
            folder: &Folder<'_>,
            above: &usize,
            send: &Sender<Self::Event>,
        ) -> Option<usize> {
            send.send((folder.path(), *above));
            (folder.name() != "skipped").then_some(above + 1)
        }

        fn entry(
            &self,
            folder: &Folder<'_>,
            name: &OsStr,
            _: Kind,
            context: &usize,
            send: &Sender<Self::Event>,
        ) {
            send.send((folder.path_of(name), *context));
        }

        fn trouble(&self, path: PathBuf, error: sys::Error, _: &Sender<Self::Event>) {
            panic!("{}: {error}", path.display());
        }
    }

    fn all(root: &Path) -> BTreeSet<(PathBuf, usize)> {
        let mut found = BTreeSet::new();
        walk(Dir::open(root).unwrap(), root, &0, &Names, |event| {
            assert!(found.insert(event));
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn everything_once() {
        let root = tempfile::tempdir().unwrap();
        let mut expected = BTreeSet::from([(root.path().to_owned(), 0)]);
        for folder in 0..20 {
            let path = root.path().join(format!("folder{folder}"));
            std::fs::create_dir(&path).unwrap();
            for file in 0..300 {
                let file = path.join(format!("{file}.txt"));
                std::fs::write(&file, "").unwrap();
                expected.insert((file, 2));
            }
            expected.insert((path, 1));
        }
        let skipped = root.path().join("skipped");
        std::fs::create_dir(&skipped).unwrap();
        std::fs::write(skipped.join("unseen"), "").unwrap();
        expected.insert((skipped, 1));
        assert_eq!(all(root.path()), expected);
    }

    #[test]
    fn an_error_of_the_caller_ends_it() {
        let root = tempfile::tempdir().unwrap();
        for file in 0..5000 {
            std::fs::write(root.path().join(file.to_string()), "").unwrap();
        }
        let mut seen = 0;
        let result = walk(
            Dir::open(root.path()).unwrap(),
            root.path(),
            &0,
            &Names,
            |_| {
                seen += 1;
                if seen == 3 {
                    Err(io::ErrorKind::BrokenPipe.into())
                } else {
                    Ok(())
                }
            },
        );
        assert_eq!(
            (result.unwrap_err().kind(), seen),
            (io::ErrorKind::BrokenPipe, 3)
        );
    }
}
