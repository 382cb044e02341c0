//! Floor 2: the capture filter language of pcap-filter(7): text → syntax tree → conditions → classic BPF → a
//! yes or no for each packet.
//!
//! [`compile`] goes the whole way. Its stages, in the order in which a filter walks them: `lex` and `parse`
//! read the words, `link` and `gen` turn each primitive into conditions on the bytes of a packet, `graph` joins
//! them into a decision graph and takes out what is known already, `emit` writes instructions, and
//! [`Program`] checks them once and runs them on each packet.

mod ast;
mod cond;
mod cooked;
mod emit;
mod error;
mod r#gen;
mod graph;
mod insn;
mod keyword;
mod lex;
mod link;
mod names;
mod op;
mod parse;
mod program;
#[cfg(test)]
mod sample;
mod text;
mod value;

pub use error::FilterError;
pub use insn::Insn;
pub use names::{Names, NoNames, Service};
pub use program::{Program, ProgramError};
pub use text::Listing;

use crate::wire::LinkType;

/// What a filter is compiled for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What the packets begin with.
    pub link: LinkType,
    /// What the program returns for a packet that is wanted: how many of its bytes.
    pub snaplen: u32,
    /// The network mask of the interface, for `ip broadcast`; 0 if there is none.
    pub netmask: u32,
    /// Where the packets come from.
    pub origin: Origin,
    /// Whether tests whose answer is known are taken out (not under `-O`).
    pub optimise: bool,
}

/// Where the packets of a filter come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The kernel, which runs the program on packets as they come, so that it may ask what is not in their bytes
    /// (`inbound`, `ifindex`).
    Live,
    /// A file, perhaps of another system, whose address families have other numbers and other byte orders.
    File,
    /// Nowhere: only the program is wanted. It is that for a file of this system.
    Nowhere,
}

/// Compiles a filter. An empty expression wants every packet.
///
/// # Errors
/// When the expression is not one, or can never be true; the error points at the offending word.
pub fn compile(expression: &str, options: &Options, names: &dyn Names) -> Result<Program, FilterError> {
    let tokens = lex::tokens(expression)?;
    let Some(tree) = parse::parse(expression, &tokens)? else {
        return Program::new(vec![Insn::ret(options.snaplen)]).map_err(FilterError::internal);
    };
    let mut generator = r#gen::Generator::new(expression, options, names);
    let condition = generator.filter(&tree)?;
    let mut graph = graph::Graph::new(&condition)?;
    if options.optimise {
        graph.thread(&generator.values);
        if graph.rejects_all() {
            return Err(FilterError::whole("expression rejects all packets"));
        }
    }
    let insns = emit::emit(&graph, &generator.values, options.snaplen)?;
    let program = Program::new(insns).map_err(FilterError::internal)?;
    Ok(if generator.reads_tags {
        program.with_tags()
    } else {
        program
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ethernet() -> Options {
        Options {
            link: LinkType::ETHERNET,
            snaplen: 262_144,
            netmask: 0,
            origin: Origin::File,
            optimise: true,
        }
    }

    fn listing(expression: &str) -> String {
        let program = compile(expression, &ethernet(), &NoNames).unwrap();
        Listing::Assembly(&program).to_string()
    }

    fn error(expression: &str) -> String {
        compile(expression, &ethernet(), &NoNames)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_protocol_is_looked_for_under_both_versions_of_ip() {
        assert_eq!(
            listing("tcp"),
            "(000) ldh      [12]\n\
             (001) jeq      #0x800           jt 2\tjf 4\n\
             (002) ldb      [23]\n\
             (003) jeq      #0x6             jt 10\tjf 11\n\
             (004) jeq      #0x86dd          jt 5\tjf 11\n\
             (005) ldb      [20]\n\
             (006) jeq      #0x6             jt 10\tjf 7\n\
             (007) jeq      #0x2c            jt 8\tjf 11\n\
             (008) ldb      [54]\n\
             (009) jeq      #0x6             jt 10\tjf 11\n\
             (010) ret      #262144\n\
             (011) ret      #0\n"
        );
    }

    #[test]
    fn an_id_takes_the_qualifier_before_it() {
        assert_eq!(
            listing("tcp port 80 or 443"),
            listing("tcp port 80 or tcp port 443")
        );
        assert_eq!(listing("port (80 or 443)"), listing("port 80 or port 443"));
        assert_eq!(listing("src or dst host 1.2.3.4"), listing("host 1.2.3.4"));
    }

    #[test]
    fn an_empty_filter_wants_everything() {
        assert_eq!(listing(""), "(000) ret      #262144\n");
    }

    #[test]
    fn what_can_never_be_is_refused() {
        assert_eq!(
            error("ip proto 6 and ip proto 17"),
            "expression rejects all packets"
        );
    }

    #[test]
    fn an_error_points_at_the_offending_word() {
        let said = "can't parse filter expression: syntax error: expected a primitive such as 'host', 'port' or 'tcp' (at 'prot', column 9)";
        assert_eq!(error("tcp and prot 80"), said);
        assert!(error("tcp and").ends_with("(at the end of the filter)"));
        assert_eq!(
            error("ip[0:3] = 1"),
            "data size must be 1, 2, or 4 (at '3', column 6)"
        );
    }

    #[test]
    fn deep_nesting_is_refused_before_the_stack_ends() {
        let deep = format!("{}ip{}", "(".repeat(5000), ")".repeat(5000));
        assert!(error(&deep).contains("nested"));
        assert!(error(&"not ".repeat(5000)).contains("nested"));
        assert!(compile(&format!("{}ip", "ip or ".repeat(3000)), &ethernet(), &NoNames).is_ok());
    }

    #[test]
    fn a_test_further_than_a_jump_reaches_is_still_met() {
        let hosts: Vec<_> = (0..200).map(|n| format!("host 10.0.{n}.1")).collect();
        let program = compile(&hosts.join(" or "), &ethernet(), &NoNames).unwrap();
        let mut packet = vec![0; 60];
        packet[12] = 8;
        packet[26..30].copy_from_slice(&[10, 0, 199, 1]);
        assert_eq!(program.run(&packet, 60), 262_144);
        packet[28] = 200;
        assert_eq!(program.run(&packet, 60), 0);
    }
}
