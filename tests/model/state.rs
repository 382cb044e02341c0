//! One state of the world, and what tells it from any other.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use fairloss::proto::launch::Id;

use super::case::Mishaps;
use super::client::Person;
use super::disk::Disk;
use super::history::History;
use super::net::{Net, digest};
use super::site::Site;

/// One state of everything.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) site: Arc<Site>,
    pub(crate) instance: u64,
    pub(crate) disk: Arc<Disk>,
    /// An older copy of the store, and its name.
    pub(crate) copy: Option<(u64, Arc<Disk>)>,
    /// Nobody has made sure yet that no orphan is alive.
    pub(crate) fenced: bool,
    /// The probes under way.
    pub(crate) probes: Vec<Id>,
    /// The actions that have been begun.
    pub(crate) children: Vec<Child>,
    pub(crate) net: Arc<Net>,
    /// The hellos that the server has had: each copy more would get another session, without end.
    pub(crate) answered: Vec<u64>,
    pub(crate) people: Vec<Arc<Person>>,
    pub(crate) spent: Mishaps,
    pub(crate) history: Arc<History>,
    /// Digests of what changes seldom: disk, copy, network, history.
    digests: [u64; 4],
    pub(crate) key: u64,
}

/// A process that performs an action.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Child {
    pub(crate) id: Id,
    pub(crate) payload: Vec<u8>,
    /// What it answers, once it has had its effect.
    pub(crate) result: Option<Vec<u8>>,
    /// The server that began it is dead.
    pub(crate) orphan: bool,
}

impl State {
    pub(crate) fn new(site: Arc<Site>, people: Vec<Arc<Person>>, history: History) -> Self {
        Self {
            site,
            instance: INSTANCE,
            disk: Arc::default(),
            copy: None,
            fenced: true,
            probes: Vec::new(),
            children: Vec::new(),
            net: Arc::default(),
            answered: Vec::new(),
            people,
            spent: Mishaps::NONE,
            history: Arc::new(history),
            digests: [0; 4],
            key: 0,
        }
    }

    /// Works out what stands for the state, given that of the state before it.
    pub(crate) fn seal(&mut self, before: Option<&Self>) {
        let [disk, copy, net, history] = &mut self.digests;
        if before.is_none_or(|before| !Arc::ptr_eq(&before.disk, &self.disk)) {
            *disk = digest(&self.disk);
        }
        if before.is_none_or(|before| before.copy.is_some() != self.copy.is_some()) {
            *copy = digest(&self.copy);
        }
        if before.is_none_or(|before| !Arc::ptr_eq(&before.net, &self.net)) {
            *net = self.net.digest();
        }
        if before.is_none_or(|before| !Arc::ptr_eq(&before.history, &self.history)) {
            *history = digest(&self.history);
        }
        let mut hasher = DefaultHasher::new();
        (
            self.site.digest,
            self.instance,
            &self.children,
            (self.fenced, &self.probes),
            &self.answered,
            self.spent,
        )
            .hash(&mut hasher);
        self.digests.hash(&mut hasher);
        for person in &self.people {
            hasher.write_u64(person.digest);
        }
        self.key = hasher.finish();
    }

    /// Whether nobody is left with something to do, and of every operation something was handed on.
    pub(crate) fn is_settled(&self) -> bool {
        let mut operations = self.history.operations();
        self.people.iter().all(|person| person.client.is_through())
            && operations.all(|(_, told)| !told.is_empty())
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.key);
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

/// The name of the first store.
pub(crate) const INSTANCE: u64 = 77;
