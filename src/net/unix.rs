//! UNIX-domain sockets: their names, and who may take one over.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, fchmod};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, connect, socket_with};

/// The name of a UNIX-domain socket: a path, or after `@` a name in the abstract namespace (unix(7)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnixName {
    /// A socket file.
    Path(PathBuf),
    /// A name that lives as long as the socket.
    Abstract(Vec<u8>),
}

impl UnixName {
    /// The name that was typed.
    pub fn new(typed: &OsStr) -> Self {
        match typed.as_bytes() {
            [b'@', name @ ..] => Self::Abstract(name.to_vec()),
            _ => Self::Path(typed.into()),
        }
    }

    /// How it was typed.
    pub fn to_path(&self) -> PathBuf {
        match self {
            Self::Path(path) => path.clone(),
            Self::Abstract(name) => OsStr::from_bytes(&[b"@", name.as_slice()].concat()).into(),
        }
    }

    /// `ENAMETOOLONG`: a name is never cut.
    fn address(&self) -> io::Result<SocketAddrUnix> {
        match self {
            // The kernel would take one byte more, but then without the final zero that others rely on.
            Self::Path(path) if path.as_os_str().len() > LONGEST_PATH => Err(Errno::NAMETOOLONG.into()),
            Self::Path(path) => Ok(SocketAddrUnix::new(path)?),
            Self::Abstract(name) => Ok(SocketAddrUnix::new_abstract_name(name)?),
        }
    }
}

/// A socket connected to `to`. A datagram socket is bound to `from` first, so that it can be answered.
///
/// # Errors
/// Those of socket(2), bind(2) and connect(2); `ENAMETOOLONG` for a name that does not fit.
pub fn connect_unix(to: &UnixName, from: Option<&UnixName>, transport: SocketType) -> io::Result<Unix> {
    let address = to.address()?;
    let socket = socket(transport)?;
    let file = from.map(|from| bind_file(&socket, from)).transpose()?.flatten();
    connect(&socket, &address)?;
    Ok(Unix { socket, file })
}

/// A socket bound to `name`. A file that nobody listens at any more is replaced; anything else is in the way.
///
/// # Errors
/// Those of socket(2) and bind(2).
pub fn bind_unix(name: &UnixName, transport: SocketType) -> io::Result<Unix> {
    let socket = socket(transport)?;
    let file = bind_file(&socket, name)?;
    Ok(Unix { socket, file })
}

/// The same for a stream, with a file that nobody but its owner can connect to.
///
/// # Errors
/// Those of socket(2), fchmod(2) and bind(2).
pub fn bind_private_unix(name: &UnixName) -> io::Result<Unix> {
    let socket = socket(SocketType::STREAM)?;
    // Linux makes the file with the mode of the socket: there is no moment at which others could connect.
    fchmod(&socket, Mode::RUSR | Mode::WUSR)?;
    let file = bind_file(&socket, name)?;
    Ok(Unix { socket, file })
}

/// A UNIX-domain socket of ours. Its file, if it has one, goes with it.
#[derive(Debug)]
pub struct Unix {
    /// The socket.
    pub socket: OwnedFd,
    /// Its file.
    pub file: Option<SocketFile>,
}

/// The file of a socket that we have bound. It is removed in the end, if it is still ours.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if self.identity.is_some() && self.identity == identity(&self.path) {
            // It is gone, or it is not for us to remove any more.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A folder that nobody else can look into, for the socket at which a datagram client is answered.
#[derive(Debug)]
pub struct PrivateFolder {
    path: PathBuf,
}

impl PrivateFolder {
    /// Makes a folder below `parent` whose name nobody can guess: `token` is random.
    ///
    /// # Errors
    /// Those of mkdir(2).
    pub fn new(parent: &Path, token: u64) -> io::Result<Self> {
        let path = parent.join(format!("rnc-{token:016x}"));
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self { path })
    }

    /// The name for a socket in it.
    pub fn socket(&self) -> UnixName {
        UnixName::Path(self.path.join("recv.sock"))
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // What somebody has put there is not ours to remove.
        let _ = fs::remove_dir(&self.path);
    }
}

fn socket(transport: SocketType) -> io::Result<OwnedFd> {
    Ok(socket_with(
        AddressFamily::UNIX,
        transport,
        SocketFlags::CLOEXEC,
        None,
    )?)
}

fn bind_file(socket: &OwnedFd, name: &UnixName) -> io::Result<Option<SocketFile>> {
    let address = name.address()?;
    let UnixName::Path(path) = name else {
        bind(socket, &address)?;
        return Ok(None);
    };
    match bind(socket, &address) {
        Err(Errno::ADDRINUSE) if is_stale(path, &address) => {
            fs::remove_file(path)?;
            bind(socket, &address)?;
        }
        bound => bound?,
    }
    Ok(Some(SocketFile {
        path: path.clone(),
        identity: identity(path),
    }))
}

/// Whether the file is a socket that nobody has open: then, and only then, connecting to it is refused.
fn is_stale(path: &Path, address: &SocketAddrUnix) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    is_socket
        && [SocketType::STREAM, SocketType::DGRAM]
            .into_iter()
            .any(|transport| {
                let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
                socket_with(AddressFamily::UNIX, transport, flags, None)
                    .is_ok_and(|probe| connect(&probe, address) == Err(Errno::CONNREFUSED))
            })
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let file = fs::symlink_metadata(path).ok()?;
    Some((file.dev(), file.ino()))
}

/// `sun_path` with its final zero.
const LONGEST_PATH: usize = 107;

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(path: &Path) -> io::Result<Unix> {
        bind_unix(&UnixName::Path(path.into()), SocketType::STREAM)
    }

    #[test]
    fn a_stale_socket_is_replaced_and_ours_goes_with_us() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        drop(stream(&path).unwrap());
        assert!(!path.exists());
    }

    #[test]
    fn a_private_socket_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let _ours = bind_private_unix(&UnixName::Path(path.clone())).unwrap();
        assert_eq!(fs::symlink_metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_live_socket_and_any_other_file_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let live = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert_eq!(stream(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(live);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "precious").unwrap();
        assert_eq!(stream(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        assert_eq!(fs::read(&path).unwrap(), b"precious");
    }

    #[test]
    fn a_file_that_is_not_ours_any_more_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let ours = stream(&path).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "").unwrap();
        drop(ours);
        assert!(path.exists());
    }

    #[test]
    fn a_long_path_is_refused_rather_than_cut() {
        let path = format!("/tmp/{}", "x".repeat(103));
        let error = UnixName::new(path.as_ref()).address().unwrap_err();
        assert_eq!(Errno::from_io_error(&error), Some(Errno::NAMETOOLONG));
        assert!(UnixName::new(path[..107].as_ref()).address().is_ok());
    }

    #[test]
    fn a_name_after_an_at_sign_is_abstract() {
        assert_eq!(UnixName::new("@x".as_ref()), UnixName::Abstract(b"x".to_vec()));
    }
}
