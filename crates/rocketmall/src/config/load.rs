//! Merges the sources: flag > environment > Nacos > file > default.

use std::collections::{BTreeMap, BTreeSet};

use figment::Figment;
use figment::error::Kind;

use super::sources::{Layer, Origin, Sources};
use super::{Config, check};

/// A configuration that cannot be used, in sentences for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// The configuration in effect, and where each value came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    pub(super) origins: BTreeMap<String, String>,
    defaults: BTreeSet<String>,
    lasting: BTreeSet<String>,
}

impl Loaded {
    /// Nobody set this key.
    pub fn is_default(&self, key: &str) -> bool {
        self.defaults.contains(key)
    }

    /// Somebody set this key by the environment or a flag, not in a file.
    pub fn is_set_for_this_run(&self, key: &str) -> bool {
        !self.lasting.contains(key)
    }
}

/// Reads and checks the configuration.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
    load_with(sources, None)
}

/// Reads and checks the configuration, with what the registry has of it.
pub fn load_with(sources: &Sources, pushed: Option<&str>) -> Result<Loaded, ConfigError> {
    let defaults = Layer::defaults()?;
    let known = defaults.keys.clone();
    // from the weakest to the strongest
    let mut layers = vec![defaults];
    layers.extend(Layer::file(sources)?);
    layers.extend(pushed.map(Layer::nacos).transpose()?);
    layers.push(Layer::environment(sources)?);
    layers.push(Layer::flags(sources));
    refuse_unknown(&layers, &known)?;
    if is_set(&layers, "dev", "true") {
        layers.insert(1, Layer::development());
        if is_set(&layers, "channels.sandbox.secret", "") {
            layers.push(Layer::development_secret());
        }
    }
    if is_set(&layers, "roles", "pay-web") {
        layers.insert(1, Layer::pay_web());
    }
    let figment = merge(&layers);
    let origins: BTreeMap<String, String> = known.iter().map(|key| (key.clone(), origin(&figment, &layers, key).of(key))).collect();
    let config: Config = figment.extract().map_err(|error| explain(&error, &origins))?;
    let complaints = check::all(&config);
    if complaints.is_empty() {
        let keys = |wanted: fn(&Origin) -> bool| known.iter().filter(|key| wanted(origin(&figment, &layers, key))).cloned().collect();
        let defaults = keys(|origin| *origin == Origin::Default);
        let lasting = keys(|origin| matches!(origin, Origin::Default | Origin::Development | Origin::PayWeb | Origin::File(_)));
        return Ok(Loaded { config, origins, defaults, lasting });
    }
    let sentences: Vec<String> = complaints.iter().map(|complaint| sentence(complaint.key, &complaint.text, &origins)).collect();
    Err(ConfigError(sentences.join("\n")))
}

fn merge(layers: &[Layer]) -> Figment {
    layers.iter().cloned().fold(Figment::new(), Figment::merge)
}

fn origin<'l>(figment: &Figment, layers: &'l [Layer], key: &str) -> &'l Origin {
    let name = figment.find_metadata(key).map(|metadata| metadata.name.as_ref());
    // the strongest of a name: development comes twice where its secret stands in for an empty one
    layers.iter().rev().map(|layer| &layer.origin).find(|origin| Some(origin.to_string().as_str()) == name).unwrap_or(&Origin::Default)
}

fn is_set(layers: &[Layer], key: &str, wanted: &str) -> bool {
    let value = merge(layers).find_value(key).ok();
    let text = value
        .as_ref()
        .and_then(|value| value.as_str().map(|text| text.trim().to_owned()).or_else(|| value.to_bool().map(|b| b.to_string())));
    text.as_deref() == Some(wanted)
}

fn refuse_unknown(layers: &[Layer], known: &[String]) -> Result<(), ConfigError> {
    let mut sentences = Vec::new();
    for layer in layers {
        for key in layer.keys.iter().filter(|key| !known.contains(key)) {
            sentences.push(format!("unknown key {key} in {}{}", layer.origin.of(key), hint(key, known)));
        }
    }
    if sentences.is_empty() { Ok(()) } else { Err(ConfigError(sentences.join("\n"))) }
}

/// What may have been meant.
fn hint(key: &str, known: &[String]) -> String {
    let below: Vec<&str> = known.iter().filter_map(|other| other.strip_prefix(key)?.strip_prefix('.')).collect();
    if !below.is_empty() {
        return format!("; {key} is a table with the keys {}", below.join(", "));
    }
    let table = key.rsplit_once('.').map_or("", |(table, _)| table);
    let beside: Vec<&str> =
        known.iter().filter(|other| other.rsplit_once('.').map_or("", |(table, _)| table) == table).map(String::as_str).collect();
    if beside.is_empty() { "; rocketmall config lists all keys".to_owned() } else { format!("; there are {}", beside.join(", ")) }
}

fn explain(error: &figment::Error, origins: &BTreeMap<String, String>) -> ConfigError {
    let key = error.path.join(".");
    let text = match &error.kind {
        Kind::Message(text) => text.clone(),
        Kind::InvalidType(found, wanted) => format!("is {wanted}, not {found}"),
        other => other.to_string(),
    };
    ConfigError(sentence(&key, &text, origins))
}

fn sentence(key: &str, text: &str, origins: &BTreeMap<String, String>) -> String {
    let origin = origins.get(key).map(|origin| format!(" ({origin})")).unwrap_or_default();
    format!("{key}{origin} {text}")
}

#[cfg(test)]
mod tests {
    use rocketmall_core::basket::Terms;

    use super::super::DEFAULTS;
    use super::*;
    use crate::engine::Limits;

    #[test]
    fn the_defaults_are_those_of_the_rules() {
        let config = load(&Sources::default()).expect("the defaults are valid").config;
        assert_eq!(config.terms(), Terms::default());
        let (ours, limits) = (config.limits(), Limits::default());
        assert_eq!((ours.queue, ours.batch, ours.lanes), (limits.queue, limits.batch, limits.lanes));
        config.check_served().expect("the defaults can be served");
    }

    #[test]
    fn every_key_has_its_comment() {
        let lines: Vec<&str> = DEFAULTS.lines().collect();
        let bare = lines.windows(2).filter(|pair| pair[1].contains(" = ") && !pair[1].starts_with('#') && !pair[0].starts_with("# "));
        assert_eq!(bare.map(|pair| pair[1]).collect::<Vec<_>>(), Vec::<&str>::new());
    }

    #[test]
    fn a_name_that_is_a_table_and_a_value_at_once_is_refused() {
        for names in [["ROCKETMALL_ORDER", "ROCKETMALL_ORDER__FREIGHT"], ["ROCKETMALL_ORDER__FREIGHT", "ROCKETMALL_ORDER"]] {
            let environment = names.iter().map(|name| (name.into(), "1.00".into())).collect();
            let error = load(&Sources { environment, ..Sources::default() }).expect_err("order is a table");
            assert!(error.0.starts_with("unknown key order in environment variable ROCKETMALL_ORDER"), "{error}");
        }
    }
}
