//! The search list: which full names a short name may stand for, and in which order they are tried
//! (resolv.conf(5), `search` and `ndots`; RFC 1535 is why a name with enough dots is tried as it stands first).

use super::ResolvConf;

/// The names that `name` may stand for, in the order to try them, each with its final dot.
///
/// A name with a final dot is full and stands for itself. Otherwise it is tried as it stands and in each domain
/// of the search list: first as it stands if it has `ndots` dots or more, last if it has fewer.
pub fn candidates(name: &str, conf: &ResolvConf) -> Vec<String> {
    if is_full(name) {
        return vec![name.to_owned()];
    }
    let dots = name.bytes().filter(|&byte| byte == b'.').count();
    let itself = format!("{name}.");
    let mut names: Vec<String> = Vec::with_capacity(conf.search.len() + 1);
    let mut add = |candidate: String| {
        if !names.contains(&candidate) {
            names.push(candidate);
        }
    };
    let itself_first = dots >= conf.options.ndots;
    if itself_first {
        add(itself.clone());
    }
    for domain in &conf.search {
        add(if domain.is_empty() {
            itself.clone()
        } else {
            format!("{name}.{domain}.")
        });
    }
    if !itself_first && (dots > 0 || !conf.options.no_tld_query) {
        add(itself);
    }
    names
}

/// Whether the name ends in a dot that is not itself escaped.
fn is_full(name: &str) -> bool {
    name.strip_suffix('.').is_some_and(|rest| {
        let backslashes = rest.bytes().rev().take_while(|&byte| byte == b'\\').count();
        backslashes % 2 == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conf(ndots: usize) -> ResolvConf {
        let mut conf = ResolvConf::parse("search a.test b.test\n", None, None);
        conf.options.ndots = ndots;
        conf
    }

    #[test]
    fn a_name_with_fewer_than_ndots_dots_is_tried_as_it_stands_last() {
        assert_eq!(
            candidates("www", &conf(1)),
            ["www.a.test.", "www.b.test.", "www."]
        );
        assert_eq!(
            candidates("a.b", &conf(2)),
            ["a.b.a.test.", "a.b.b.test.", "a.b."]
        );
    }

    #[test]
    fn a_name_with_ndots_dots_is_tried_as_it_stands_first() {
        assert_eq!(
            candidates("a.b", &conf(1)),
            ["a.b.", "a.b.a.test.", "a.b.b.test."]
        );
        assert_eq!(
            candidates("www", &conf(0)),
            ["www.", "www.a.test.", "www.b.test."]
        );
    }

    #[test]
    fn a_final_dot_makes_a_name_full() {
        assert_eq!(candidates("www.", &conf(1)), ["www."]);
        assert_eq!(candidates(r"www\.", &conf(2)).len(), 3);
    }

    #[test]
    fn the_root_on_the_list_is_the_name_as_it_stands_once() {
        let mut conf = conf(1);
        conf.search = vec![String::new(), "a.test".to_owned()];
        assert_eq!(candidates("www", &conf), ["www.", "www.a.test."]);
    }

    #[test]
    fn no_tld_query_never_asks_the_root_for_a_bare_word() {
        let mut conf = conf(1);
        conf.options.no_tld_query = true;
        assert_eq!(candidates("www", &conf), ["www.a.test.", "www.b.test."]);
        conf.search.clear();
        assert!(candidates("www", &conf).is_empty());
    }
}
