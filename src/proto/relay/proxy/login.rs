//! Who asks the proxy.

/// What the proxy may be told of who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// Nothing.
    #[default]
    Anonymous,
    /// The name of a user; the password is to be found out if it is asked for.
    Named(String),
    /// Both.
    Known(Credentials),
}

/// A user and the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl Login {
    /// The name of the user, if there is one.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
            Self::Named(user) | Self::Known(Credentials { user, .. }) => Some(user),
        }
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
