//! The capture filter language: lex, parse, generate classic BPF, run it.
