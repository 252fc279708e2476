//! The configuration as people see it: each value in effect, masked where secret, and where it came from.

use std::fmt;

use toml::{Table, Value};

use super::Loaded;

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, with dots.
    pub key: String,
    /// Its value, as TOML.
    pub value: String,
    /// Where that came from.
    pub origin: String,
}

impl Loaded {
    /// Every key, by name.
    pub fn entries(&self) -> Vec<Entry> {
        let shown = Table::try_from(&self.config).unwrap_or_default();
        let mut entries = Vec::new();
        self.flatten("", &shown, &mut entries);
        entries
    }

    fn flatten(&self, above: &str, values: &Table, entries: &mut Vec<Entry>) {
        for (name, value) in values {
            let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
            if let Value::Table(inner) = value {
                self.flatten(&key, inner, entries);
                continue;
            }
            let origin = self.origins.get(&key).cloned().unwrap_or_default();
            let derived = match key.as_str() {
                "public_url" => Some(self.config.public_url(self.config.listen)),
                "channels.sandbox.url" => Some(self.config.sandbox_url(self.config.listen)),
                _ => None,
            };
            let entry = match derived.filter(|_| value.as_str() == Some("")) {
                Some(url) => Entry { key, value: Value::String(url).to_string(), origin: format!("{origin}, from listen") },
                None => Entry { key, value: value.to_string(), origin },
            };
            entries.push(entry);
        }
    }
}

/// TOML, with the origin as a comment.
impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<(String, String)> =
            self.entries().into_iter().map(|entry| (format!("{} = {}", entry.key, entry.value), entry.origin)).collect();
        let width = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
        for (line, origin) in lines {
            writeln!(f, "{line:width$}  # {origin}")?;
        }
        Ok(())
    }
}
