//! Values that must not be seen in logs, in errors or on a screen.

use std::fmt;

/// What stands where a secret is not shown.
const MASK: &str = "***";

/// A secret. Only [`Secret::expose`] gives it away.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// This text, from now on kept.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Not set?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "" } else { MASK })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The address of a database, which may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// This address, if it is one of a kind that the store can open.
    pub fn parse(text: &str) -> Result<Self, String> {
        let path = text.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
        if path.is_some_and(str::is_empty) {
            return Err("names no file: write sqlite:PATH, such as \"sqlite:rocketmall.db\"".to_owned());
        }
        if path.is_none() && !text.starts_with("mysql://") {
            return Err("is not a database: write \"sqlite:PATH\" or \"mysql://USER:PASSWORD@HOST:3306/NAME\"".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// With the password in it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The file, if it is one of SQLite.
    pub fn sqlite_path(&self) -> Option<&str> {
        self.0.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&self.0))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An address without its password. Where it is not clear what belongs to the password, more is hidden rather than less.
pub(super) fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((login, place)) = rest.rsplit_once('@') else { return url.to_owned() };
    let user = login.split(':').next().unwrap_or_default();
    if user == login { url.to_owned() } else { format!("{scheme}://{user}:{MASK}@{place}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_shown() {
        for (url, shown) in [
            ("sqlite:a.db", "sqlite:a.db"),
            ("mysql://shop@db/shop", "mysql://shop@db/shop"),
            ("mysql://shop:p:w@db:3306/shop", "mysql://shop:***@db:3306/shop"),
            ("mysql://shop:p@/w@db/shop?socket=/run/s", "mysql://shop:***@db/shop?socket=/run/s"),
        ] {
            assert_eq!(masked(url), shown);
            assert_eq!(format!("{:?}", DatabaseUrl::parse(url).expect(url)), shown);
        }
        assert_eq!(format!("{} {:?}", Secret::new("007"), Secret::new("007")), "*** ***");
    }

    #[test]
    fn a_database_is_a_file_or_a_server() {
        for url in ["", "sqlite:", "sqlite://", "postgres://x", "rocketmall.db"] {
            DatabaseUrl::parse(url).expect_err(url);
        }
        assert_eq!(DatabaseUrl::parse("sqlite:///tmp/x").expect("a file").sqlite_path(), Some("/tmp/x"));
    }
}
