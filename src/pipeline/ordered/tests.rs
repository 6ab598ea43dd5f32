use super::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

#[test]
fn pieces_are_joined_in_the_order_in_which_they_were_read() {
    let pipeline = OrderedPipeline::new(0..5000u64, Vec::new());
    let work = || {
        pipeline.run(
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
    let joined = pipeline.last.into_inner();
    assert!(joined.iter().copied().eq((0..5000).map(|piece| piece * 2)));
}

#[test]
fn a_panic_keeps_nobody_waiting() {
    for step in 0..2 {
        let pipeline = OrderedPipeline::new(0..100u64, ());
        let work = || {
            let fail = |at: usize, piece: u64| assert!(at != step || piece != 50, "as planned");
            let run = AssertUnwindSafe(|| {
                pipeline.run(
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
