//! The ranks: collectives, exchange, the work queue and the kinds of failure, on 1 to 4 real ranks.

use crate::support::ranks;

use std::time::{Duration, Instant};

use glasswell::error::Error;
use glasswell::parallel::{Machine, Next, POLL, Ranks, replay};

#[test]
fn rank_program() {
    let Some(program) = ranks::program() else { return };
    let world = Ranks::start().expect("the ranks start");
    match program.as_str() {
        "collectives" => collectives(world),
        "queues" => queues(&world),
        "stopped-queue" => stopped_queue(&world),
        "meetings" => meetings(&world),
        "agree" => agree(&world),
        "sorted" => sorted(&world),
        "replayed" => replayed(&world),
        "abort" => abort(&world),
        "panic" => panic_on_the_last_rank(&world),
        other => panic!("no program {other}"),
    }
}

/// The message of rank `source` number `k` to rank `destination`; lengths differ and may be zero.
fn message(source: usize, destination: usize, k: usize) -> Vec<u64> {
    (0..(7 * source + 3 * destination + 5 * k) % 11 * 40)
        .map(|i| (source * 1000 + destination * 100 + i) as u64)
        .collect()
}

fn collectives(world: Ranks) {
    // a limit far below the messages' sizes makes every transfer go in several rounds
    for world in [world.with_transfer_limit(64), Ranks::alone()] {
        let (rank, size) = (world.rank(), world.size());
        world.barrier();
        assert_eq!(world.sum_u64(rank as u64 + 1), (size * (size + 1) / 2) as u64);
        assert_eq!(world.sum_u64(if rank == 0 { u64::MAX } else { 0 }), u64::MAX);
        assert_eq!(world.max_u64(100 - rank as u64), 100);
        assert!(world.any(rank == size - 1) && !world.any(false));
        let gathered = world.all_gather(&(rank, message(rank, 1, 2), format!("rank {rank}"))).unwrap();
        let expected: Vec<_> = (0..size).map(|r| (r, message(r, 1, 2), format!("rank {r}"))).collect();
        assert_eq!(gathered, expected);
        assert_eq!(world.all_gather(&()).unwrap().len(), size);
        let mut outgoing = Vec::new();
        for k in 0..5 {
            // descending destinations, some left out: the result is ordered nevertheless
            outgoing.extend((0..size).rev().filter(|d| (d + k + rank) % 3 > 0).map(|d| (d, (k, message(rank, d, k)))));
        }
        let mut expected = Vec::new();
        for source in 0..size {
            let kept = (0..5).filter(|k| (rank + k + source) % 3 > 0);
            expected.extend(kept.map(|k| (source, (k, message(source, rank, k)))));
        }
        assert_eq!(world.exchange(outgoing).unwrap(), expected);
        let nothing: Vec<(usize, u8)> = Vec::new();
        assert!(world.exchange(nothing).unwrap().is_empty());
        let last = world.broadcast(if rank == size - 1 { message(3, 1, 2) } else { vec![] }, size - 1).unwrap();
        assert_eq!(last, message(3, 1, 2));
        assert!(matches!(world.exchange(vec![(size, 1u8)]), Err(Error::Internal(text)) if text.contains("of ")));
        assert_eq!(world.on_this_host().unwrap(), (rank, size));
        assert!(!world.hostname().is_empty() && world.waited() > 0.0);
        assert!(!world.unreceived_message());
    }
}

/// A duration in microseconds that depends only on the task: mostly short, sometimes long.
fn duration(queue: u64, task: usize) -> u64 {
    let mixed = (task as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ queue.wrapping_mul(0xBF58_476D_1CE4_E5B9)) >> 40;
    if mixed.is_multiple_of(17) { 20_000 } else { mixed % 1500 }
}

fn queues(world: &Ranks) {
    let queues = [(60, 1), (0, 1), (1, 1), (3, 8), (200, 4), (2, 1), (80, 2)];
    for (number, (tasks, at_once)) in queues.into_iter().enumerate() {
        let mut done = Vec::new();
        let mut queue = world.work(tasks, at_once);
        loop {
            match queue.next_task() {
                Next::Task(index) => {
                    let end = Instant::now() + Duration::from_micros(duration(number as u64, index));
                    while Instant::now() < end {
                        std::thread::sleep(Duration::from_micros(500));
                        queue.poll();
                    }
                    done.push(index);
                }
                Next::Waiting => queue.pause(),
                Next::Finished => break,
            }
        }
        // no barrier follows: a fast rank enters the next queue while a slow one is still in this one
        assert!(!queue.finish());
        if number % 2 == 0 {
            let lists = world.all_gather(&done).unwrap();
            assert!(lists.iter().all(|list| list.is_sorted()));
            let mut all = lists.concat();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..tasks), "every index once");
            assert!(tasks < 60 || lists.iter().all(|list| !list.is_empty()), "every rank works: {lists:?}");
            nothing_unreceived(world);
        }
    }
    nothing_unreceived(world);
}

/// Values of unequal numbers on the ranks, with equal keys, and none at all.
fn sorted(world: &Ranks) {
    for total in [0, 1, 1000, 30_000_u64] {
        let owner = |k: u64| (k * k % 7) as usize % world.size();
        let mine: Vec<(u64, u64)> =
            (0..total).filter(|k| owner(*k) == world.rank()).map(|k| (k * 7919 % 1013, k)).collect();
        let part = world.sorted_by_key(mine, |(key, _)| *key).unwrap();
        let parts = world.all_gather(&part).unwrap();
        let longest = parts.iter().map(Vec::len).max().unwrap();
        let mut all = parts.concat();
        assert!(all.is_sorted_by_key(|(key, _)| *key) && all.len() as u64 == total);
        all.sort_by_key(|(_, k)| *k);
        assert!(all.iter().map(|(_, k)| *k).eq(0..total), "every value once");
        assert!(total < 1000 || longest < 2 * total as usize / world.size() + 20, "{longest} of {total} on one rank");
    }
}

/// The real queue and its replay, of tasks of 5 to 45 milliseconds.
fn replayed(world: &Ranks) {
    let costs: Vec<f64> = (0..100_u64).map(|k| 0.005 + (k * 7919 % 41) as f64 * 1e-3).collect();
    let machine = Machine { ranks: world.size(), threads: 1, latency: 5e-5, word: 1e-5, poll: POLL, several: true };
    let expected = replay(&costs, machine).makespan;
    let mut deviation = f64::INFINITY;
    for _ in 0..3 {
        let mut queue = world.work(costs.len(), 1);
        world.barrier();
        let start = Instant::now();
        loop {
            match queue.next_task() {
                Next::Task(index) => {
                    let end = Instant::now() + Duration::from_secs_f64(costs[index]);
                    while let Some(left) = end.checked_duration_since(Instant::now()) {
                        std::thread::sleep(left.min(Duration::from_secs_f64(POLL)));
                        queue.poll();
                    }
                    queue.done();
                }
                Next::Waiting => queue.pause(),
                Next::Finished => break,
            }
        }
        assert!(!queue.finish());
        let took = world.max_u64(start.elapsed().as_micros() as u64) as f64 * 1e-6;
        deviation = deviation.min((took / expected - 1.0).abs());
        if world.rank() == 0 {
            println!("{} ranks: {took:.3} s, the replay says {expected:.3} s", world.size());
        }
        // all ranks know the same time
        if deviation < 0.05 {
            break;
        }
    }
    // other programs on the machine make the real queue late, never early: the first of three turns that is in time
    assert!(deviation < 0.05, "the replay is {deviation:.3} off");
}

/// No rank is still, or already, in a queue when this is checked.
fn nothing_unreceived(world: &Ranks) {
    world.barrier();
    assert!(!world.unreceived_message());
    world.barrier();
}

/// The last rank requests a stop after its second task; all ranks leave early, and the next queue works normally.
fn stopped_queue(world: &Ranks) {
    for at_once in [1, 3] {
        let mut begun = 0u64;
        let mut queue = world.work(1_000_000, at_once);
        loop {
            match queue.next_task() {
                Next::Task(_) => begun += 1,
                Next::Waiting => {}
                Next::Finished => break,
            }
            if begun == 2 && world.rank() == world.size() - 1 {
                queue.stop();
                queue.stop();
            }
            queue.pause();
        }
        assert!(queue.stopping());
        assert!(queue.finish());
        assert!(world.sum_u64(begun) < 100_000);
        nothing_unreceived(world);
    }
    queues(world);
}

/// Rank 0 calls meetings while tasks of unequal length are done and while the ranks wait for the last tasks; each is
/// joined once by every rank, in the same order, also when a rank requests a stop at the same time.
/// once by every rank, in the same order, also when a rank asks for a stop at the same time.
fn meetings(world: &Ranks) {
    for stopping in [false, true, false] {
        let (mut met, mut begun, mut called) = (0u64, 0u64, Instant::now());
        let mut queue = world.work(40, 2);
        loop {
            if queue.meeting() {
                met += 1;
                assert_eq!(world.max_u64(met), met);
                assert_eq!(world.sum_u64(met), met * world.size() as u64);
                queue.met();
            }
            if called.elapsed() > Duration::from_millis(3) {
                called = Instant::now();
                queue.call_meeting();
                continue;
            }
            match queue.next_task() {
                Next::Task(index) => {
                    begun += 1;
                    // the last task is long: all others wait for it, and meet in the meantime
                    let length = if index == 39 { 60 } else { 1 };
                    let end = Instant::now() + Duration::from_millis(length);
                    while Instant::now() < end && !queue.meeting() {
                        queue.poll();
                    }
                }
                Next::Waiting => queue.pause(),
                Next::Finished if queue.meeting() => {}
                Next::Finished => {
                    queue.leave();
                    if queue.over() {
                        break;
                    }
                    queue.pause();
                }
            }
            if stopping && begun > 3 && world.rank() == world.size() - 1 {
                queue.stop();
            }
        }
        assert_eq!(queue.finish(), stopping);
        assert!(stopping || world.sum_u64(begun) == 40);
        assert!(met > 0, "meetings were held");
        nothing_unreceived(world);
    }
}

fn agree(world: &Ranks) {
    let (rank, size) = (world.rank(), world.size());
    assert_eq!(world.agree(Ok(rank)).unwrap(), rank);
    let mine = match rank {
        _ if rank == size - 1 => Err(Error::Numerical("the energy is not finite".into())),
        _ => Ok(()),
    };
    let error = world.agree(mine).unwrap_err();
    assert_eq!(error.exit_code(), 5);
    let printed = error.to_string();
    assert!(printed.contains("the energy is not finite"), "{printed}");
    assert!(size == 1 || printed.starts_with(&format!("rank {}", size - 1)), "{printed}");
    let path = std::path::Path::new("campaign/glasses.h5");
    let all = world.agree::<()>(Err(Error::storage(path, format!("full, says {rank}")))).unwrap_err();
    assert_eq!(all.exit_code(), 3);
    assert!(all.to_string().starts_with("campaign/glasses.h5: "), "{all}");
    assert!(all.to_string().ends_with("full, says 0"), "{all}");
}

fn abort(world: &Ranks) {
    if world.rank() == world.size() - 1 {
        world.abort(5, "no minimum found");
    }
    world.barrier();
    std::thread::sleep(Duration::from_secs(100));
}

fn panic_on_the_last_rank(world: &Ranks) {
    assert!(world.rank() < world.size() - 1, "this rank fails on purpose");
    world.barrier();
    std::thread::sleep(Duration::from_secs(100));
}

fn on_all_counts(program: &str) {
    for count in ranks::rank_counts() {
        ranks::run(count, program, &[]);
    }
}

#[test]
fn collectives_carry_values_of_any_length_between_ranks() {
    on_all_counts("collectives");
}

#[test]
fn the_work_queue_gives_every_index_once_and_ends_cleanly() {
    on_all_counts("queues");
}

#[test]
fn a_stop_asked_by_one_rank_ends_the_queue_on_all() {
    on_all_counts("stopped-queue");
}

#[test]
fn meetings_are_joined_by_all_ranks() {
    on_all_counts("meetings");
}

#[test]
fn values_of_all_ranks_are_sorted_into_parts() {
    on_all_counts("sorted");
}

#[test]
fn the_replay_takes_as_long_as_the_queue() {
    for count in ranks::rank_counts() {
        let output = ranks::run(count, "replayed", &[]);
        print!("{}", ranks::both(&output));
    }
}

#[test]
fn an_error_on_one_rank_is_agreed_by_all() {
    on_all_counts("agree");
}

#[test]
fn an_abort_ends_all_ranks_with_its_code_and_message() {
    for count in ranks::rank_counts() {
        let start = Instant::now();
        let output = ranks::command(count, "abort").output().unwrap();
        let printed = ranks::both(&output);
        assert_eq!(output.status.code(), Some(5), "{count} ranks: {printed}");
        assert!(printed.contains("no minimum found"), "{printed}");
        assert!(count == 1 || printed.contains(&format!("rank {}: no minimum", count - 1)), "{printed}");
        assert!(start.elapsed() < Duration::from_secs(60));
    }
}

#[test]
fn a_panic_on_one_rank_ends_all_ranks() {
    for count in ranks::rank_counts().into_iter().filter(|count| *count > 1) {
        let output = ranks::command(count, "panic").output().unwrap();
        let printed = ranks::both(&output);
        assert_eq!(output.status.code(), Some(70), "{count} ranks: {printed}");
        assert!(printed.contains("this rank fails on purpose") && printed.contains("please report it"), "{printed}");
    }
}

/// Without `mpirun` a program is one rank.
#[test]
fn a_rank_starts_without_mpirun() {
    let output = ranks::alone("collectives").output().unwrap();
    assert!(output.status.success(), "{}", ranks::both(&output));
}
