//! What an operator may change while the process runs, from one place for the whole fleet: the configuration in Nacos.
//!
//! A configuration that cannot be used is refused as a whole: the log says why, and the last good one stays. Keys that need a restart
//! are no keys of it.

use nacos_registry::Nacos;

use crate::app::Running;
use crate::config::{self, Config, ConfigError, DYNAMIC_CONFIG, Loaded, Sources};
use crate::http::rates::Rates;
use crate::shutdown::Shutdown;

/// The configuration with what Nacos has of it now. A Nacos that is away, or has something that cannot be used, changes nothing.
pub async fn with_pushed(nacos: Option<&Nacos>, sources: &Sources, loaded: Loaded) -> Loaded {
    let Some(nacos) = nacos else { return loaded };
    let pushed = match Box::pin(nacos.config(DYNAMIC_CONFIG, &loaded.config.nacos.group)).await {
        Ok(Some(pushed)) => pushed,
        Ok(None) => return loaded,
        Err(error) => {
            tracing::warn!(%error, "the configuration in Nacos cannot be read; going on without it until it can");
            return loaded;
        }
    };
    config::load_with(sources, Some(&pushed)).unwrap_or_else(|error| {
        refuse(&error);
        loaded
    })
}

fn refuse(error: &ConfigError) {
    tracing::error!(%error, data_id = DYNAMIC_CONFIG, "the configuration in Nacos is refused; what was in effect stays");
}

/// Applies what is pushed until told to stop.
pub async fn follow(nacos: Nacos, sources: Sources, first: Config, running: Handles, mut told: Shutdown) {
    let mut pushed = match nacos.watch_config(DYNAMIC_CONFIG, &first.nacos.group).await {
        Ok(pushed) => pushed,
        Err(error) => {
            tracing::error!(%error, "the configuration in Nacos cannot be followed");
            return;
        }
    };
    let mut in_effect = first;
    loop {
        let content = pushed.borrow_and_update().clone();
        match config::load_with(&sources, content.as_deref()) {
            Ok(loaded) => {
                running.apply(&loaded.config, &in_effect);
                in_effect = loaded.config;
            }
            Err(error) => refuse(&error),
        }
        tokio::select! {
            changed = pushed.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            () = told.told() => return,
        }
    }
}

type SetLogLevel = Box<dyn Fn(&Config) -> Result<(), String> + Send + Sync>;

/// What changes with the configuration.
pub struct Handles {
    fleet: crate::fleet::Fleet,
    manners: std::sync::Arc<crate::http::Manners>,
    log_level: SetLogLevel,
}

impl Handles {
    /// Those of a process that runs; `log_level` sets what is logged.
    pub fn of(running: &Running, log_level: impl Fn(&Config) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self { fleet: running.fleet.clone(), manners: std::sync::Arc::clone(&running.manners), log_level: Box::new(log_level) }
    }

    fn apply(&self, new: &Config, old: &Config) {
        let changed: Vec<String> = new.differences(old);
        if changed.is_empty() {
            return;
        }
        let process = self.fleet.process();
        if new.terms() != old.terms() {
            process.terms.set(new.terms());
        }
        if new.rpc.timeout != old.rpc.timeout {
            self.fleet.set_patience(new.rpc.timeout);
        }
        if changed.iter().any(|key| key.starts_with("limits.")) {
            self.manners.rates.set(Rates::new(&new.limits));
        }
        if new.log_level != old.log_level
            && let Err(error) = (self.log_level)(new)
        {
            tracing::error!(error, "the level of the log cannot be changed");
        }
        tracing::info!(target: "audit", changed = changed.join(", "), "configuration changed from Nacos");
    }
}
