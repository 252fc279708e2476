//! `--database ROLE=URL`, once for each database that a fleet of services has.

use rocketmall_core::part::Parts;

use super::failure::Failure;
use crate::config::Role;
use crate::fleet::parts;

/// The databases that a command works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Databases {
    /// The one that is configured.
    One,
    /// Each with the parts of the shop that are looked at there.
    OfRoles(Vec<(Parts, String)>),
}

/// The role that an option's value begins with, and the rest.
pub(super) fn role_of(value: &str) -> Option<(Role, &str)> {
    let (name, url) = value.split_once('=')?;
    Role::ALL.into_iter().find(|role| role.name() == name).map(|role| (role, url))
}

impl Databases {
    /// What the options say; `several` where the command can work on more than one.
    pub(super) fn of(values: &[String], several: bool) -> Result<Self, Failure> {
        let named: Vec<_> = values.iter().filter_map(|value| role_of(value)).collect();
        if named.is_empty() && values.len() <= 1 {
            return Ok(Self::One);
        }
        if !several {
            return Err(Failure::Usage("--database: this command works on one database; give its URL alone".to_owned()));
        }
        if named.len() != values.len() {
            return Err(Failure::Usage("--database: give ROLE=URL for each database, as order=mysql://…/orders".to_owned()));
        }
        let mut databases: Vec<(Parts, String)> = Vec::new();
        for (role, url) in named {
            let parts = parts(role);
            if parts == Parts::NONE {
                return Err(Failure::Usage(format!("--database: the role {role} keeps nothing")));
            }
            // a role named twice, or with others, is looked at where it was named first
            if databases.iter().any(|(known, _)| known.hold(parts)) {
                continue;
            }
            match databases.iter_mut().find(|(_, known)| known == url) {
                Some((known, _)) => *known = known.with(parts),
                None => databases.push((parts, url.to_owned())),
            }
        }
        let all = databases.iter().fold(Parts::NONE, |all, (parts, _)| all.with(*parts));
        let missing: Vec<&str> = Role::ALL.into_iter().filter(|role| !all.hold(parts(*role))).map(Role::name).collect();
        if missing.is_empty() {
            return Ok(Self::OfRoles(databases));
        }
        Err(Failure::Usage(format!(
            "--database: nothing says where {} keep their rows; all of them are audited together",
            missing.join(", ")
        )))
    }
}
