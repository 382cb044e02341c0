//! What the five tools share: how they start, speak and end.

mod environment;
mod exit;
mod json_line;
mod main;
mod message;
mod out;

pub use environment::{
    cache_folder, md5_password, proxy_password, refuses_colours, resolver_environment, speaks_unicode,
};
pub use exit::{Exit, Failure};
pub use json_line::write_json_line;
pub use main::{Tool, main};
pub use message::{message, passing_message, program_name, remark, words};
pub use out::Out;
