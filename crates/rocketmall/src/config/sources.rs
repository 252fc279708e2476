//! The places that settings come from, each as one layer of values.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use figment::providers::{Format as _, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};

use super::load::ConfigError;
use super::{DEFAULTS, DEVELOPMENT_SECRET};

const PREFIX: &str = "ROCKETMALL_";
/// Names the file; no setting itself.
const FILE_VARIABLE: &str = "ROCKETMALL_CONFIG";
/// Limits that are off under development.
const RATES: [&str; 4] = ["limits.logins_per_address", "limits.logins_per_mobile", "limits.orders_per_user", "limits.orders_per_address"];
/// The configuration in Nacos.
pub const DYNAMIC_CONFIG: &str = "rocketmall.toml";
/// What may change while a process runs.
pub const DYNAMIC: [&str; 15] = [
    "log_level",
    "order.unpaid_timeout",
    "order.receive_after",
    "order.freight",
    "order.free_over",
    "order.placing_lease",
    "payment.query_after",
    "refund.patience",
    "messages.tries",
    "messages.backoff",
    "rpc.timeout",
    "limits.logins_per_address",
    "limits.logins_per_mobile",
    "limits.orders_per_user",
    "limits.orders_per_address",
];
const USUAL_FILE: &str = "rocketmall.toml";

/// A setting given on the command line.
#[derive(Clone, Debug)]
pub struct Flag {
    /// The key it sets.
    pub key: &'static str,
    /// The option, as typed.
    pub name: &'static str,
    /// The value.
    pub value: String,
}

/// Where to look for settings.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file that must be there; otherwise `rocketmall.toml` is read from the working directory, if it is there.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: Vec<(OsString, OsString)>,
    /// The command line.
    pub flags: Vec<Flag>,
}

impl Sources {
    /// This process's environment, and what its command line says.
    pub fn of_process(file: Option<PathBuf>, flags: Vec<Flag>) -> Self {
        Self { file, environment: std::env::vars_os().collect(), flags }
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    Development,
    PayWeb,
    File(PathBuf),
    Nacos,
    Environment,
    Flags(BTreeMap<String, &'static str>),
}

impl Origin {
    /// This origin, of the value of `key`.
    pub(super) fn of(&self, key: &str) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::Development => "default under dev".to_owned(),
            Self::PayWeb => "default of pay-web alone".to_owned(),
            Self::File(path) => format!("file {}", path.display()),
            Self::Nacos => format!("Nacos {DYNAMIC_CONFIG}"),
            Self::Environment => format!("environment variable {}", variable(key)),
            Self::Flags(names) => format!("flag {}", names.get(key).copied().unwrap_or("on the command line")),
        }
    }
}

/// Each kind of layer is there once, so its kind tells it from the others.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::Development => "development",
            Self::PayWeb => "pay-web",
            Self::File(_) => "file",
            Self::Nacos => "nacos",
            Self::Environment => "environment",
            Self::Flags(_) => "flags",
        })
    }
}

fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

/// The values of one source.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) origin: Origin,
    /// The keys it sets, with dots, those too that do not exist.
    pub(super) keys: Vec<String>,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.to_string())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

impl Layer {
    pub(super) fn defaults() -> Result<Self, ConfigError> {
        let values = Toml::from_str(DEFAULTS).map_err(|error| ConfigError(format!("config.default.toml: {error}")))?;
        Ok(Self::of_tables(Origin::Default, values))
    }

    /// Development switches the sandbox platform on, with a secret that everybody knows, and counts no calls.
    pub(super) fn development() -> Self {
        let enabled = ("channels.sandbox.enabled".to_owned(), "true".to_owned());
        let secret = ("channels.sandbox.secret".to_owned(), DEVELOPMENT_SECRET.to_owned());
        let unlimited = RATES.map(|key| (key.to_owned(), String::new()));
        Self::of_texts(Origin::Development, [enabled, secret].into_iter().chain(unlimited))
    }

    /// The original's two doors have a port each, so that both run on one machine.
    pub(super) fn pay_web() -> Self {
        Self::of_texts(Origin::PayWeb, [("listen".to_owned(), "127.0.0.1:9191".to_owned())])
    }

    /// In development an empty secret is as good as none.
    pub(super) fn development_secret() -> Self {
        Self::of_texts(Origin::Development, [("channels.sandbox.secret".to_owned(), DEVELOPMENT_SECRET.to_owned())])
    }

    /// The settings in the file, if there is one.
    pub(super) fn file(sources: &Sources) -> Result<Option<Self>, ConfigError> {
        let from_environment = || sources.environment.iter().find(|(name, _)| name == FILE_VARIABLE).map(|(_, path)| PathBuf::from(path));
        let named = sources.file.clone().or_else(from_environment);
        let path = named.clone().unwrap_or_else(|| PathBuf::from(USUAL_FILE));
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ConfigError(format!("the configuration file {} cannot be read: {error}", path.display()))),
        };
        let values = parsed(&path.display().to_string(), &text)?;
        Ok(Some(Self::of_tables(Origin::File(path), values)))
    }

    /// What the registry has: TOML with keys that may change while a process runs, and no others.
    pub(super) fn nacos(text: &str) -> Result<Self, ConfigError> {
        let values = parsed(&format!("Nacos {DYNAMIC_CONFIG}"), text)?;
        let layer = Self::of_tables(Origin::Nacos, values);
        match layer.keys.iter().find(|key| !DYNAMIC.contains(&key.as_str())) {
            Some(key) => Err(ConfigError(format!(
                "Nacos {DYNAMIC_CONFIG}: {key} is no key that changes while a process runs; those are {}",
                DYNAMIC.join(", ")
            ))),
            None => Ok(layer),
        }
    }

    /// All values are texts, so that a secret of digits stays what it is; each setting reads its text.
    pub(super) fn environment(sources: &Sources) -> Result<Self, ConfigError> {
        let mut texts = Vec::new();
        for (name, value) in &sources.environment {
            let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
            if name == FILE_VARIABLE {
                continue;
            }
            let value = value.to_str().ok_or_else(|| ConfigError(format!("the environment variable {PREFIX}{rest} is not UTF-8 text")))?;
            texts.push((rest.to_lowercase().replace("__", "."), value.to_owned()));
        }
        Ok(Self::of_texts(Origin::Environment, texts))
    }

    pub(super) fn flags(sources: &Sources) -> Self {
        let names = sources.flags.iter().map(|flag| (flag.key.to_owned(), flag.name)).collect();
        Self::of_texts(Origin::Flags(names), sources.flags.iter().map(|flag| (flag.key.to_owned(), flag.value.clone())))
    }

    fn of_tables(origin: Origin, values: Dict) -> Self {
        let mut keys = Vec::new();
        collect_keys("", &values, &mut keys);
        Self { origin, keys, values }
    }

    fn of_texts(origin: Origin, texts: impl IntoIterator<Item = (String, String)>) -> Self {
        let (mut keys, mut values) = (Vec::new(), Dict::new());
        for (key, text) in texts {
            put(&mut values, &key, text.into());
            keys.push(key);
        }
        Self { origin, keys, values }
    }
}

/// The tables of a text that is named so in an error.
fn parsed(name: &str, text: &str) -> Result<Dict, ConfigError> {
    Toml::from_str(text).map_err(|error| {
        // no excerpt of the text: the line may hold a secret
        let line = error.span().map_or(1, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        let why = error.message().replace('\n', "; ");
        ConfigError(format!("{name}, line {line}: {}", if why.is_empty() { "this is no TOML" } else { &why }))
    })
}

fn collect_keys(above: &str, values: &Dict, keys: &mut Vec<String>) {
    for (name, value) in values {
        let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match value {
            Value::Dict(_, inner) => collect_keys(&key, inner, keys),
            _ => keys.push(key),
        }
    }
}

/// Where a key is a table and a value at once, one of the two is lost; it is no known key then, and refused by its name.
fn put(values: &mut Dict, key: &str, value: Value) {
    let Some((table, rest)) = key.split_once('.') else {
        values.insert(key.to_owned(), value);
        return;
    };
    let entry = values.entry(table.to_owned()).or_insert_with(|| Value::from(Dict::new()));
    if !matches!(entry, Value::Dict(..)) {
        *entry = Value::from(Dict::new());
    }
    if let Value::Dict(_, inner) = entry {
        put(inner, rest, value);
    }
}
