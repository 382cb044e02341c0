//! The cache as a whole: in virtual time, with files that are damaged, foreign, or cannot be written.

use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use super::page::PAGE;
use super::*;
use crate::wire::Writer;
use crate::wire::dns::{Message, Query, RecordType};

/// A clock that a test sets: the start of the system, and the seconds since.
#[derive(Clone, Debug, Default)]
struct TestTime {
    boot: Arc<AtomicU64>,
    seconds: Arc<AtomicU64>,
}

impl TestTime {
    fn set(&self, boot: u64, seconds: u64) {
        self.boot.store(boot, Ordering::Relaxed);
        self.seconds.store(seconds, Ordering::Relaxed);
    }
}

impl Time for TestTime {
    fn now(&self) -> Option<Moment> {
        let mut boot = Boot::default();
        boot[..8].copy_from_slice(&self.boot.load(Ordering::Relaxed).to_be_bytes());
        Some(Moment {
            boot,
            since: Duration::from_secs(self.seconds.load(Ordering::Relaxed)),
        })
    }
}

struct Place {
    folder: TempDir,
    time: TestTime,
}

impl Place {
    fn new() -> Self {
        let time = TestTime::default();
        time.set(1, 1000);
        Self {
            folder: tempfile::tempdir().unwrap(),
            time,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("fairloss")
    }

    fn file(&self) -> PathBuf {
        self.path().join("dns")
    }

    fn open(&self) -> DnsCache {
        DnsCache::with_time(&self.path(), Box::new(self.time.clone()))
    }

    /// The names of the files in the folder.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn key(name: &str) -> Key {
    let query = Query::new(0, name.parse().unwrap(), RecordType::A);
    Key::new(&[server()], &query).unwrap()
}

fn server() -> SocketAddr {
    "127.0.53.10:53".parse().unwrap()
}

/// An answer of one A record, whose data says which name it belongs to.
fn reply(name: &str, ttl: u32) -> Vec<u8> {
    let mut bytes = vec![0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
    let wire = name.parse::<Name>().unwrap().as_wire().to_vec();
    let sum = wire
        .iter()
        .fold(0_u32, |sum, &byte| sum.rotate_left(5) ^ u32::from(byte));
    Writer::new(&mut bytes).bytes(&wire).u16(1).u16(1);
    Writer::new(&mut bytes)
        .bytes(b"\xc0\x0c")
        .u16(1)
        .u16(1)
        .u32(ttl)
        .u16(4)
        .u32(sum);
    bytes
}

fn get(cache: &DnsCache, name: &str) -> Option<Vec<u8>> {
    let shelved = cache.get(&key(name)).filter(|shelved| !shelved.kept.is_stale())?;
    Some(shelved.reply(7, &key(name)))
}

#[test]
fn what_one_run_keeps_the_next_one_finds_with_its_age() {
    let place = Place::new();
    place
        .open()
        .put(&key("www.test"), server(), &reply("www.test", 60));
    place.time.set(1, 1012);
    let shelved = place.open().get(&key("www.test")).unwrap();
    assert_eq!((shelved.age().as_secs(), shelved.server), (12, server()));
    let bytes = shelved.reply(7, &key("www.test"));
    assert_eq!(
        Message::parse(&bytes)
            .unwrap()
            .records()
            .next()
            .unwrap()
            .unwrap()
            .ttl,
        48
    );
}

#[test]
fn a_reply_ends_with_its_ttl_however_the_system_sleeps_and_not_with_the_wall_clock() {
    let place = Place::new();
    let cache = place.open();
    cache.put(&key("www.test"), server(), &reply("www.test", 3600));
    // The clock counts a sleep; nothing here reads the wall clock.
    place.time.set(1, 1000 + 3599);
    assert!(get(&cache, "www.test").is_some());
    place.time.set(1, 1000 + 3600);
    assert_eq!(get(&cache, "www.test"), None);
    assert!(cache.get(&key("www.test")).unwrap().kept.is_stale());
    place.time.set(1, 1000 + 3600 + 86_400);
    assert_eq!(cache.get(&key("www.test")), None);
}

#[test]
fn nothing_is_left_after_another_start_of_the_system() {
    let place = Place::new();
    let cache = place.open();
    cache.put(&key("www.test"), server(), &reply("www.test", 3600));
    place.time.set(2, 1001);
    assert_eq!(cache.get(&key("www.test")), None);
    place.time.set(1, 999);
    assert_eq!(cache.get(&key("www.test")), None, "from the future");
    place.time.set(1, 1001);
    assert!(get(&cache, "www.test").is_some());
}

#[test]
fn the_file_is_for_its_owner_alone_and_of_one_size() {
    let place = Place::new();
    place
        .open()
        .put(&key("www.test"), server(), &reply("www.test", 60));
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(place.path()), mode(place.file())), (0o700, 0o600));
    let size = fs::metadata(place.file()).unwrap().len();
    for n in 0..2000 {
        let name = format!("n{n}.test");
        place.open().put(&key(&name), server(), &reply(&name, 60));
    }
    assert_eq!(fs::metadata(place.file()).unwrap().len(), size);
    assert_eq!(place.names(), ["dns"]);
}

#[test]
fn all_of_it_is_listed_and_flushed_by_name_or_whole() {
    let place = Place::new();
    let cache = place.open();
    for name in ["b.test", "www.a.test", "a.test", "c.test"] {
        cache.put(&key(name), server(), &reply(name, 60));
    }
    let names = || -> Vec<String> {
        let listed = cache.list();
        listed.iter().map(|one| one.question.name.to_string()).collect()
    };
    assert_eq!(names(), ["a.test.", "www.a.test.", "b.test.", "c.test."]);
    assert_eq!(cache.flush(Some(&"A.test".parse().unwrap())), 1);
    assert_eq!(cache.flush(Some(&"A.test".parse().unwrap())), 0);
    assert_eq!(names(), ["www.a.test.", "b.test.", "c.test."]);
    assert_eq!(cache.flush(None), 3);
    assert!(names().is_empty() && cache.troubles().is_empty());
}

#[test]
fn round_trip_times_are_kept_by_server() {
    let place = Place::new();
    let estimate = Estimate::first(Duration::from_millis(20));
    place.open().learn(server(), estimate);
    assert_eq!(place.open().estimate(server()), Some(estimate));
    assert_eq!(place.open().estimate("192.0.2.1:53".parse().unwrap()), None);
}

#[test]
fn a_cache_that_nobody_fills_makes_no_file() {
    let place = Place::new();
    let cache = place.open();
    assert_eq!(cache.get(&key("www.test")), None);
    assert_eq!((cache.flush(None), cache.list().len()), (0, 0));
    cache.put(&key("www.test"), server(), b"no reply");
    assert!(!place.path().exists());
}

/// A byte of the pages that are in use, changed: never a wrong answer; one warning; set aside.
#[test]
fn a_byte_changed_anywhere_is_never_an_answer_and_sets_the_file_aside_once() {
    let place = Place::new();
    place
        .open()
        .put(&key("www.test"), server(), &reply("www.test", 60));
    let good = Good::read(&place);
    // `page` has the test of every single byte; here it is the file that counts.
    for (start, page) in &good.pages {
        for (at, byte) in page.iter().enumerate().step_by(31) {
            let changed = [byte ^ (1 << (at % 8))];
            damaged(&place, &good, |file| {
                file.write_all_at(&changed, start + at as u64).unwrap()
            });
        }
    }
}

#[test]
fn a_file_cut_anywhere_or_of_other_bytes_is_set_aside() {
    let place = Place::new();
    place
        .open()
        .put(&key("www.test"), server(), &reply("www.test", 60));
    let good = Good::read(&place);
    let end = good.length;
    for length in (0..3 * PAGE as u64).step_by(97).chain([end - 1, end + 1]) {
        damaged(&place, &good, |file| file.set_len(length).unwrap());
    }
    for other in [&b"#!/bin/sh\n"[..], b"", &[0; PAGE], &[0xa5; 5 * PAGE]] {
        damaged(&place, &good, |file| {
            file.set_len(0).unwrap();
            file.write_all_at(other, 0).unwrap();
        });
        damaged(&place, &good, |file| {
            file.write_all_at(&[0; PAGE], 0).unwrap();
            file.write_all_at(other, 0).unwrap();
        });
    }
}

/// A good file: its length, and the pages in it that are not empty, by where they begin.
struct Good {
    length: u64,
    pages: Vec<(u64, Vec<u8>)>,
}

impl Good {
    fn read(place: &Place) -> Self {
        let bytes = fs::read(place.file()).unwrap();
        let pages = bytes.chunks(PAGE).enumerate();
        let used = pages.filter(|(_, page)| page.iter().any(|&byte| byte != 0));
        Self {
            length: bytes.len() as u64,
            pages: used
                .map(|(number, page)| ((number * PAGE) as u64, page.to_vec()))
                .collect(),
        }
    }

    fn write(&self, place: &Place) -> fs::File {
        let file = fs::File::create(place.file()).unwrap();
        file.set_len(self.length).unwrap();
        for (start, page) in &self.pages {
            file.write_all_at(page, *start).unwrap();
        }
        file
    }
}

/// Damages the file, and checks what comes of it.
fn damaged(place: &Place, good: &Good, change: impl Fn(&fs::File)) {
    let file = good.write(place);
    assert!(get(&place.open(), "www.test").is_some());
    change(&file);
    let cache = place.open();
    assert_eq!(get(&cache, "www.test"), None);
    let troubles = cache.troubles();
    assert!(
        matches!(&troubles[..], [Trouble::Damaged(aside)] if aside.is_file()),
        "{troubles:?}"
    );
    assert_eq!(get(&cache, "www.test"), None);
    cache.put(&key("www.test"), server(), &reply("www.test", 60));
    assert!(get(&place.open(), "www.test").is_some());
    assert!(cache.troubles().is_empty() && place.open().troubles().is_empty());
    assert_eq!(place.names(), ["dns", "dns.damaged-1"]);
    fs::remove_file(place.path().join("dns.damaged-1")).unwrap();
}

#[test]
fn a_page_of_another_cache_is_damage() {
    let (one, other) = (Place::new(), Place::new());
    one.open().put(&key("www.test"), server(), &reply("www.test", 60));
    other
        .open()
        .put(&key("www.test"), server(), &reply("www.test", 600));
    let (mut bytes, foreign) = (fs::read(one.file()).unwrap(), fs::read(other.file()).unwrap());
    bytes[PAGE..].copy_from_slice(&foreign[PAGE..]);
    fs::write(one.file(), bytes).unwrap();
    assert_eq!(one.open().get(&key("www.test")), None);
}

#[test]
fn only_so_many_damaged_files_are_kept() {
    let place = Place::new();
    for _ in 0..12 {
        place
            .open()
            .put(&key("www.test"), server(), &reply("www.test", 60));
        fs::write(place.file(), b"damaged").unwrap();
        assert_eq!(place.open().get(&key("www.test")), None);
    }
    assert_eq!(place.names().len(), 9);
}

#[test]
fn a_link_a_folder_or_a_file_open_to_others_is_not_followed_used_or_changed() {
    let place = Place::new();
    place
        .open()
        .put(&key("www.test"), server(), &reply("www.test", 60));
    let real = place.folder.path().join("real");
    fs::rename(place.file(), &real).unwrap();
    symlink(&real, place.file()).unwrap();
    let before = fs::read(&real).unwrap();
    let cache = place.open();
    assert_eq!(cache.get(&key("www.test")), None);
    cache.put(&key("b.test"), server(), &reply("b.test", 60));
    assert!(matches!(&cache.troubles()[..], [Trouble::Distrusted { .. }]));
    assert_eq!(fs::read(&real).unwrap(), before);

    fs::remove_file(place.file()).unwrap();
    fs::create_dir(place.file()).unwrap();
    let cache = place.open();
    cache.put(&key("b.test"), server(), &reply("b.test", 60));
    assert_eq!(cache.troubles().len(), 1);

    fs::remove_dir(place.file()).unwrap();
    fs::rename(&real, place.file()).unwrap();
    fs::set_permissions(place.file(), PermissionsExt::from_mode(0o660)).unwrap();
    let cache = place.open();
    assert_eq!(cache.get(&key("www.test")), None);
    assert!(matches!(&cache.troubles()[..], [Trouble::Damaged(_)]));
}

#[test]
fn a_folder_that_others_may_write_to_or_that_cannot_be_made_is_no_cache() {
    let place = Place::new();
    fs::create_dir(place.path()).unwrap();
    fs::set_permissions(place.path(), PermissionsExt::from_mode(0o777)).unwrap();
    let cache = place.open();
    cache.put(&key("b.test"), server(), &reply("b.test", 60));
    assert!(matches!(&cache.troubles()[..], [Trouble::Distrusted { .. }]));
    assert!(place.names().is_empty());
    let home = place.path().join("home");
    for folder in [Path::new("/proc/no/such"), &home.join(".cache/fairloss")] {
        let nowhere = DnsCache::with_time(folder, Box::new(place.time.clone()));
        nowhere.put(&key("b.test"), server(), &reply("b.test", 60));
        nowhere.learn(server(), Estimate::first(Duration::from_millis(1)));
        assert_eq!(nowhere.get(&key("b.test")), None);
        assert!(matches!(&nowhere.troubles()[..], [Trouble::Io { .. }]));
    }
    assert!(!home.exists(), "a home that is not there was made");
}

#[test]
fn what_a_killed_maker_left_is_made_whole_by_the_next() {
    let place = Place::new();
    fs::create_dir(place.path()).unwrap();
    fs::set_permissions(place.path(), PermissionsExt::from_mode(0o700)).unwrap();
    fs::write(place.path().join("dns.new"), b"half of it").unwrap();
    let cache = place.open();
    cache.put(&key("b.test"), server(), &reply("b.test", 60));
    assert!(get(&cache, "b.test").is_some());
    assert_eq!(place.names(), ["dns"]);
    assert_eq!(cache.troubles().len(), 0);
}

#[test]
fn a_cache_that_another_process_has_replaced_is_opened_anew() {
    let place = Place::new();
    let (old, new) = (place.open(), place.open());
    old.put(&key("www.test"), server(), &reply("www.test", 60));
    let mut bytes = fs::read(place.file()).unwrap();
    let at = bytes.iter().rposition(|&byte| byte != 0).unwrap();
    bytes[at] ^= 1;
    // In place: the old one still has the file open.
    fs::write(place.file(), bytes).unwrap();
    assert_eq!(get(&new, "www.test"), None);
    new.put(&key("www.test"), server(), &reply("www.test", 60));
    assert!(get(&old, "www.test").is_some());
    assert!(old.troubles().is_empty(), "one warning, by who set it aside");
}
