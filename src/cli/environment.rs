//! The environment variables that a library may be told of.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the environment is read for the floors below"
)]

use std::env;
use std::path::PathBuf;

use crate::net::dns::Environment;

/// What the environment says to the resolver: `LOCALDOMAIN` and `RES_OPTIONS` (resolv.conf(5)).
pub fn resolver_environment() -> Environment {
    Environment {
        localdomain: env::var("LOCALDOMAIN").ok(),
        res_options: env::var("RES_OPTIONS").ok(),
    }
}

/// The password for the proxy of `rnc -P`, if the environment has one.
pub fn proxy_password() -> Option<String> {
    env::var("RNC_PROXY_PASSWORD").ok()
}

/// The password of `rnc -S`, if the environment has one.
pub fn md5_password() -> Option<String> {
    env::var("RNC_MD5_PASSWORD").ok()
}

/// Whether nothing is to be coloured on a terminal by itself (`NO_COLOR`, no-color.org; `TERM=dumb`).
pub fn refuses_colours() -> bool {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    refused || env::var_os("TERM").is_some_and(|terminal| terminal == "dumb")
}

/// Whether the locale is one of UTF-8: the first variable that is set says so (locale(7)).
pub fn speaks_unicode() -> bool {
    let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Where this user's cached files of ours belong: below `XDG_CACHE_HOME` or else `HOME` (XDG Base Directory
/// Specification). A path that is not absolute says nothing.
pub fn cache_folder() -> Option<PathBuf> {
    let path = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let caches = path("XDG_CACHE_HOME").or_else(|| Some(path("HOME")?.join(".cache")))?;
    Some(caches.join("fairloss"))
}
