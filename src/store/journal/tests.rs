use std::thread;

use super::super::faulty::{Crash, FaultyDisk};
use super::*;

const FRESH: Header = Header {
    role: *b"test",
    id: 7,
    first: 1,
    secret: [1; 32],
};

fn open(disk: &FaultyDisk) -> Result<(Journal, Vec<Vec<u8>>), Error> {
    let (journal, recovered) = Journal::open(Arc::new(disk.clone()), FRESH)?;
    Ok((journal, recovered.records))
}

fn body(number: u64) -> Vec<u8> {
    number.to_le_bytes().to_vec()
}

#[test]
fn a_synced_record_is_there_after_power_is_lost() {
    let disk = FaultyDisk::new(1);
    let (mut journal, _) = open(&disk).unwrap();
    journal.append(&body(1));
    journal.commit().unwrap();
    journal.append(&body(2));
    disk.crash(Crash::Power);
    assert_eq!(open(&disk).unwrap().1, [body(1)]);
}

#[test]
fn a_written_record_is_there_after_the_process_is_killed() {
    let disk = FaultyDisk::new(1);
    let (mut journal, _) = open(&disk).unwrap();
    journal.append(&body(1));
    journal.write().unwrap();
    journal.append(&body(2));
    disk.crash(Crash::Kill);
    assert_eq!(open(&disk).unwrap().1, [body(1)]);
}

#[test]
fn a_snapshot_keeps_the_count_of_records() {
    let disk = FaultyDisk::new(1);
    let (mut journal, _) = open(&disk).unwrap();
    for number in 1..=5 {
        journal.append(&body(number));
    }
    journal.replace([body(4), body(5)]).unwrap();
    assert_eq!(journal.last(), 7);
    assert_eq!(journal.append(&body(6)), 8);
    journal.commit().unwrap();
    let (journal, records) = open(&disk).unwrap();
    assert_eq!(records, [body(4), body(5), body(6)]);
    assert_eq!((journal.last(), journal.header().id), (8, 7));
}

#[test]
fn the_journal_of_another_program_is_refused() {
    let disk = FaultyDisk::new(1);
    open(&disk).unwrap();
    let other = Header {
        role: *b"else",
        ..FRESH
    };
    let refused = Journal::open(Arc::new(disk), other);
    assert!(matches!(refused, Err(Error::Foreign { .. })));
}

#[test]
fn nothing_is_done_after_an_error() {
    let disk = FaultyDisk::new(1);
    let (mut journal, _) = open(&disk).unwrap();
    journal.append(&body(1));
    disk.fail_at(0);
    assert!(journal.commit().is_err());
    disk.heal();
    journal.append(&body(2));
    assert!(matches!(journal.commit(), Err(Error::Stopped { .. })));
    assert!(matches!(journal.write(), Err(Error::Stopped { .. })));
}

/// Appends, commits, and takes snapshots of both kinds until the disk fails. Returns (acknowledged as durable,
/// appended).
fn workload(disk: &FaultyDisk) -> (u64, u64) {
    let (mut durable, mut appended) = (0, 0);
    let Ok((mut journal, mut live)) = open(disk) else {
        return (0, 0);
    };
    let (mut replacement, mut generation) = (None, None);
    for number in 1..=48 {
        appended = number;
        journal.append(&body(number));
        live.push(body(number));
        let acknowledges = match number % 24 {
            3 | 8 | 15 | 16 | 20 => journal.commit().map(|()| true),
            11 => journal.replace(live.clone()).map(|()| true),
            13 => journal
                .begin_replacement(live.clone())
                .map(|begun| replacement = Some(begun))
                .map(|()| false),
            18 => Replacement::write(replacement.take().unwrap())
                .map(|written| generation = Some(written))
                .map(|()| false),
            21 => journal.finish(generation.take().unwrap()).map(|()| true),
            _ => journal.write().map(|()| false),
        };
        match acknowledges {
            Ok(true) => durable = number,
            Ok(false) => {}
            Err(_) => break,
        }
    }
    (durable, appended)
}

/// After whatever happened, a store opens to a prefix of what was appended with all that was acknowledged; and
/// what is acknowledged then is as good as ever.
fn assert_prefix(disk: &FaultyDisk, durable: u64, appended: u64, what: &str) {
    let (mut journal, records) = open(disk).unwrap_or_else(|error| panic!("{what}: {error}"));
    let count = records.len() as u64;
    assert!(
        (durable..=appended).contains(&count),
        "{what}: {count} of {durable}..={appended}"
    );
    let mut expected: Vec<_> = (1..=count).map(body).collect();
    assert_eq!(records, expected, "{what}");
    journal.append(&body(count + 1));
    journal.commit().unwrap();
    disk.crash(Crash::Power);
    expected.push(body(count + 1));
    assert_eq!(open(disk).unwrap().1, expected, "{what}, and then power is lost");
}

#[test]
fn a_crash_at_any_call_loses_nothing_that_was_acknowledged() {
    let calls = {
        let disk = FaultyDisk::new(0);
        assert_eq!(workload(&disk), (45, 48));
        disk.calls()
    };
    assert!(calls > 100, "the workload makes {calls} calls");
    for at in 0..calls {
        for seed in 0..8 {
            for crash in [Crash::Kill, Crash::Power] {
                let disk = FaultyDisk::new(seed);
                disk.fail_at(at);
                let (durable, appended) = workload(&disk);
                disk.crash(crash);
                let what = format!("{crash:?} at call {at}, seed {seed}");
                assert_prefix(&disk, durable, appended, &what);
            }
        }
    }
}

#[test]
fn a_crash_during_recovery_loses_nothing_either() {
    for seed in 0..64 {
        let disk = FaultyDisk::new(seed);
        disk.fail_at(60 + seed);
        let (durable, appended) = workload(&disk);
        disk.crash(Crash::Power);
        for at in 0..8 {
            disk.fail_at(at);
            let _ = open(&disk);
            disk.crash(if seed % 2 == 0 { Crash::Power } else { Crash::Kill });
        }
        assert_prefix(&disk, durable, appended, &format!("seed {seed}"));
    }
}

#[test]
fn what_is_appended_while_a_snapshot_is_written_moves_up_by_its_length() {
    let disk = FaultyDisk::new(1);
    let (mut journal, _) = open(&disk).unwrap();
    (1..=5).for_each(|number| _ = journal.append(&body(number)));
    let replacement = journal.begin_replacement([body(50), body(51)]).unwrap();
    assert_eq!(journal.append(&body(6)), 6);
    journal.write().unwrap();
    let generation = thread::spawn(|| replacement.write()).join().unwrap().unwrap();
    assert_eq!(journal.append(&body(7)), 7);
    journal.finish(generation).unwrap();
    assert_eq!(journal.last(), 9);
    assert_eq!(journal.append(&body(8)), 10);
    journal.commit().unwrap();
    disk.crash(Crash::Power);
    let (journal, records) = open(&disk).unwrap();
    assert_eq!(records, [50, 51, 6, 7, 8].map(body));
    assert_eq!(journal.last(), 10);
}

#[test]
fn a_replacement_that_is_given_up_leaves_the_journal_as_it_is() {
    let disk = FaultyDisk::new(1);
    let (mut journal, _) = open(&disk).unwrap();
    journal.append(&body(1));
    drop(journal.begin_replacement([body(50)]).unwrap().write().unwrap());
    journal.append(&body(2));
    journal.commit().unwrap();
    disk.crash(Crash::Power);
    assert_eq!(open(&disk).unwrap().1, [body(1), body(2)]);
}

#[test]
fn one_replacement_is_under_way_at_a_time() {
    let disk = FaultyDisk::new(1);
    let (mut journal, _) = open(&disk).unwrap();
    let large = vec![1; super::super::frame::MAX_BODY];
    while !journal.is_long() {
        journal.append(&large);
        journal.write().unwrap();
    }
    let replacement = journal.begin_replacement([body(1)]).unwrap();
    assert!(!journal.is_long());
    journal.finish(replacement.write().unwrap()).unwrap();
    assert!(!journal.is_long(), "it is short now");
    let unfollowed = journal.begin_replacement([]).unwrap().write().unwrap();
    journal.append(&body(2));
    journal.replace([body(3)]).unwrap();
    let late = journal.finish(unfollowed);
    assert!(
        matches!(late, Err(Error::Damaged { .. })),
        "it followed another file"
    );
}
