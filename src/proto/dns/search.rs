//! The search list: which full names a short name may stand for, and in which order they are tried
//! (resolv.conf(5), `search` and `ndots`; RFC 1535 is why a name with enough dots is tried as it stands first).

use super::ResolvConf;
use crate::wire::dns::{Name, TypedName};

/// The names that `typed` may stand for, in the order to try them, none twice.
///
/// A name with a final dot is full and stands for itself. Otherwise it is tried as it stands and in each domain
/// of the search list: first as it stands if it has `ndots` dots or more, last if it has fewer. A domain in which
/// the name would be too long is passed over.
pub fn candidates(typed: &TypedName, conf: &ResolvConf) -> Vec<Name> {
    let TypedName { name, absolute } = typed;
    if *absolute {
        return vec![name.clone()];
    }
    let dots = typed.dots();
    let mut names: Vec<Name> = Vec::with_capacity(conf.search.len() + 1);
    let mut add = |candidate: Name| {
        if !names.contains(&candidate) {
            names.push(candidate);
        }
    };
    let itself_first = dots >= conf.options.ndots;
    if itself_first {
        add(name.clone());
    }
    for domain in &conf.search {
        if let Ok(candidate) = name.with_suffix(domain) {
            add(candidate);
        }
    }
    if !itself_first && (dots > 0 || !conf.options.no_tld_query) {
        add(name.clone());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conf(ndots: usize) -> ResolvConf {
        let mut conf = ResolvConf::parse("search a.test b.test\n", None, None);
        conf.options.ndots = ndots;
        conf
    }

    fn texts(name: &str, conf: &ResolvConf) -> Vec<String> {
        let typed = TypedName::parse(name).unwrap();
        candidates(&typed, conf).iter().map(Name::to_string).collect()
    }

    #[test]
    fn a_name_with_fewer_than_ndots_dots_is_tried_as_it_stands_last() {
        assert_eq!(texts("www", &conf(1)), ["www.a.test.", "www.b.test.", "www."]);
        assert_eq!(texts("a.b", &conf(2)), ["a.b.a.test.", "a.b.b.test.", "a.b."]);
    }

    #[test]
    fn a_name_with_ndots_dots_is_tried_as_it_stands_first() {
        assert_eq!(texts("a.b", &conf(1)), ["a.b.", "a.b.a.test.", "a.b.b.test."]);
        assert_eq!(texts("www", &conf(0)), ["www.", "www.a.test.", "www.b.test."]);
    }

    #[test]
    fn a_final_dot_makes_a_name_full() {
        assert_eq!(texts("www.", &conf(1)), ["www."]);
        assert_eq!(texts(r"www\.", &conf(2)).len(), 3);
    }

    #[test]
    fn the_root_on_the_list_is_the_name_as_it_stands_once() {
        let conf = ResolvConf::parse("search . a.test\n", None, None);
        assert_eq!(texts("www", &conf), ["www.", "www.a.test."]);
    }

    #[test]
    fn a_domain_in_which_the_name_is_too_long_is_passed_over() {
        let long = ["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(57)].join(".");
        assert_eq!(texts(&long, &conf(0)), [format!("{long}.")]);
    }

    #[test]
    fn no_tld_query_never_asks_the_root_for_a_bare_word() {
        let mut conf = conf(1);
        conf.options.no_tld_query = true;
        assert_eq!(texts("www", &conf), ["www.a.test.", "www.b.test."]);
        conf.search.clear();
        assert!(texts("www", &conf).is_empty());
    }
}
