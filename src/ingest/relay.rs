//! Work in three steps by several threads: the first and the last in order, one at a time, the middle side by side.
//!
//! ```text
//! thread 1   read 1 · take apart 1 · join 1 · read 3 · take apart 3 …
//! thread 2            read 2 · take apart 2 · join 2 · read 4 …
//! ```
//!
//! Whoever has read a piece joins it: its bytes and entries are still in that core's cache, and however the work is
//! spread over the steps, no thread has less of it. A thread for each step left a core idle a third of the time, and
//! spent as long fetching the other core's entries as joining them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Looks for the turn before a thread goes to sleep: falling asleep and waking up take longer than most waits.
const PATIENCE: usize = 400;

/// The turn that is never reached: a thread has panicked, and the others must not wait for it.
const NEVER: u64 = u64::MAX;

/// What does the first step, what does the last, and whose turn it is.
#[derive(Debug)]
pub(super) struct Relay<F, L> {
    first: Mutex<(u64, F)>,
    last: Mutex<L>,
    /// The number whose last step is next.
    turn: AtomicU64,
    asleep: Mutex<()>,
    woken: Condvar,
}

impl<F, L> Relay<F, L> {
    pub fn new(first: F, last: L) -> Self {
        Self {
            first: Mutex::new((0, first)),
            last: Mutex::new(last),
            turn: AtomicU64::new(0),
            asleep: Mutex::new(()),
            woken: Condvar::new(),
        }
    }

    /// Takes pieces of work through the steps until `first` has no more.
    pub fn run<P, M>(
        &self,
        mut first: impl FnMut(&mut F) -> Option<P>,
        mut middle: impl FnMut(P) -> M,
        mut last: impl FnMut(&mut L, M),
    ) {
        loop {
            let (baton, piece) = {
                let mut guard = lock(&self.first);
                let (number, state) = &mut *guard;
                let Some(piece) = first(state) else { return };
                let baton = Baton {
                    relay: self,
                    number: *number,
                };
                *number += 1;
                (baton, piece)
            };
            let done = middle(piece);
            if !baton.is_reached() {
                return;
            }
            last(&mut lock(&self.last), done);
            drop(baton);
        }
    }
}

/// A piece's place in the order. Dropping it gives the turn to the next.
struct Baton<'r, F, L> {
    relay: &'r Relay<F, L>,
    number: u64,
}

impl<F, L> Baton<'_, F, L> {
    /// Waits for the turn; `false` where it will never come.
    fn is_reached(&self) -> bool {
        let turn = || self.relay.turn.load(Ordering::Acquire);
        for _ in 0..PATIENCE {
            if turn() == self.number {
                return true;
            }
            std::hint::spin_loop();
        }
        let mut asleep = lock(&self.relay.asleep);
        while turn() != self.number {
            if turn() == NEVER {
                return false;
            }
            asleep = (self.relay.woken.wait(asleep)).unwrap_or_else(PoisonError::into_inner);
        }
        true
    }
}

impl<F, L> Drop for Baton<'_, F, L> {
    fn drop(&mut self) {
        let broken =
            std::thread::panicking() || self.relay.turn.load(Ordering::Acquire) != self.number;
        let next = if broken { NEVER } else { self.number + 1 };
        self.relay.turn.store(next, Ordering::Release);
        // Whoever is about to sleep has looked under this lock, or will.
        drop(lock(&self.relay.asleep));
        self.relay.woken.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread;

    #[test]
    fn pieces_are_joined_in_the_order_in_which_they_were_read() {
        let relay = Relay::new(0..5000u64, Vec::new());
        let work = || {
            relay.run(
                Iterator::next,
                |piece| {
                    if piece % 7 == 0 {
                        thread::yield_now();
                    }
                    piece * 2
                },
                Vec::push,
            );
        };
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(work);
            }
        });
        let joined = relay.last.into_inner().unwrap();
        assert!(joined.iter().copied().eq((0..5000).map(|piece| piece * 2)));
    }

    #[test]
    fn a_panic_keeps_nobody_waiting() {
        for step in 0..2 {
            let relay = Relay::new(0..100u64, ());
            let work = || {
                let fail = |at: usize, piece: u64| assert!(at != step || piece != 50, "as planned");
                let run = AssertUnwindSafe(|| {
                    relay.run(
                        Iterator::next,
                        |piece| {
                            fail(0, piece);
                            piece
                        },
                        |(), piece| fail(1, piece),
                    );
                });
                usize::from(catch_unwind(run).is_err())
            };
            let panics: usize = thread::scope(|scope| {
                let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
                threads.into_iter().map(|one| one.join().unwrap()).sum()
            });
            assert_eq!(panics, 1);
        }
    }
}
