//! Nacos, as a fleet uses it: each process says where its roles are called, and follows where the others are.
//!
//! A role is a service named `rocketmall-ROLE` in the fleet's group (`nacos.group`). Nothing depends on Nacos being there: a list of processes is kept
//! while it is away, a place in the list comes back with it, and a process starts without it, with the roles that `peers` names.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dubbo_triple::Catalog;
use dubbo_triple::registration::{GROUP, MAPPING_GROUP};
use nacos_registry::{Error, Instance, Login, Nacos, Options, Registration, Standing};
use rocketmall_core::part::Parts;
use tokio::sync::watch;

use crate::config::{Config, Role, Roles};
use crate::fleet::{Place, parts};

/// Between two tries to write into Nacos.
const PAUSE: Duration = Duration::from_secs(2);
/// Copies of the busiest process in a list of weights at most.
const MOST_COPIES: f64 = 10.0;

/// What of a process is in Nacos, to be taken out before it goes.
#[derive(Default)]
pub struct Places(Vec<Registration>);

/// Whether the others find this process in Nacos. Cheap to clone.
#[derive(Clone, Default)]
pub struct Found(Arc<[Standing]>);

impl Found {
    /// Is this process in every list that it is to be in? True where it is to be in none. Until it is, nobody who has heard of it but now can call it, so
    /// whoever restarts processes one after the other waits for this.
    pub fn check(&self) -> Result<(), String> {
        self.0.iter().try_for_each(|place| place.check().map_err(|why| format!("{}: {why}", place.service())))
    }

    /// Is it to be in any list?
    pub fn is_wanted(&self) -> bool {
        !self.0.is_empty()
    }
}

/// Connects, if a registry is configured. A login that is refused ends the start; a Nacos that is away does not.
pub async fn connect(config: &Config) -> Result<Option<Nacos>, String> {
    let Some(servers) = config.registry.strip_prefix("nacos://") else { return Ok(None) };
    let options = options(config, servers).map_err(|error| format!("registry: {error}"))?;
    match Box::pin(Nacos::connect(options.clone())).await {
        Ok(nacos) => Ok(Some(nacos)),
        Err(error @ (Error::Unreachable { .. } | Error::Timeout { .. })) => {
            tracing::warn!(registry = config.registry, %error, "Nacos does not answer; going on without it until it does");
            Nacos::start(options).map(Some).map_err(|error| format!("registry: {error}"))
        }
        Err(error) => Err(format!("registry: {error}; see nacos.user and nacos.password")),
    }
}

fn options(config: &Config, servers: &str) -> Result<Options, Error> {
    let nacos = &config.nacos;
    let mut options = Options::new(servers)?.with_namespace(nacos.namespace.as_str()).with_application("rocketmall");
    if !nacos.user.is_empty() {
        options = options.with_login(Login::new(nacos.user.as_str(), nacos.password.expose()));
    }
    if !nacos.cache.is_empty() {
        options = options.with_cache_folder(nacos.cache.as_str());
    }
    Ok(options)
}

/// Says where this process's roles are called, and where Java's Dubbo finds the contract's interfaces, if they are served here.
pub fn register(nacos: &Nacos, config: &Config, bound: SocketAddr, contract: Option<&Catalog>) -> Result<Places, String> {
    let (ip, port) = config.advertised(bound);
    let here = match &config.roles {
        Roles::All => Role::ALL.to_vec(),
        Roles::Some(roles) => roles.clone(),
    };
    let mut places = Vec::new();
    for role in here.into_iter().filter(|role| parts(*role) != Parts::NONE) {
        let metadata = [("role", role.name()), ("version", env!("CARGO_PKG_VERSION")), ("protocol", "rocketmall")];
        let instance = Instance::new(ip.as_str(), port).with_weight(config.nacos.weight.0).with_metadata(metadata);
        let place = nacos.keep_registered(&service(role), &config.nacos.group, instance).map_err(|error| format!("registry: {error}"))?;
        places.push(place);
    }
    if let Some(catalog) = contract.filter(|catalog| !catalog.interfaces.is_empty()) {
        let instance = Instance::new(ip, port).with_weight(config.nacos.weight.0);
        places.extend(offer(nacos, &instance, catalog).map_err(|error| format!("registry: {error}"))?);
        tokio::spawn(map(nacos.clone(), catalog.clone()));
    }
    Ok(Places(places))
}

/// As Java registers: an instance for each interface, and one for the application.
fn offer(nacos: &Nacos, instance: &Instance, catalog: &Catalog) -> Result<Vec<Registration>, Error> {
    let mut places = Vec::with_capacity(catalog.interfaces.len() + 1);
    for interface in &catalog.interfaces {
        let instance = instance.clone().with_metadata(catalog.interface_metadata(interface));
        places.push(nacos.keep_registered(&interface.service_name(), GROUP, instance)?);
    }
    let application = instance.clone().with_metadata(catalog.application_metadata(instance.port));
    places.push(nacos.keep_registered(&catalog.application, GROUP, application)?);
    Ok(places)
}

/// Says which application provides the interfaces, beside those that do already, as soon as Nacos takes it.
async fn map(nacos: Nacos, catalog: Catalog) {
    for interface in &catalog.interfaces {
        while let Err(error) = nacos.append_to_list_config(&interface.name, MAPPING_GROUP, &catalog.application).await {
            if !error.is_passing() {
                tracing::error!(%error, interface = interface.name, "Java's Dubbo will not find this interface by its application");
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Places {
    /// Takes this process out of all lists, so that nobody new calls it.
    pub async fn leave(self) {
        let leaving = self.0.into_iter().map(|place| tokio::spawn(place.deregister()));
        for left in leaving.collect::<Vec<_>>() {
            match left.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "this process could not be taken out of Nacos; it goes from there by itself"),
                Err(error) => tracing::warn!(%error, "this process could not be taken out of Nacos"),
            }
        }
    }

    /// Whether the others find this process, for whoever asks later.
    pub fn found(&self) -> Found {
        Found(self.0.iter().map(Registration::standing).collect())
    }

    /// Is there anything to leave?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Where a role's processes are, from now on.
pub async fn follow(nacos: &Nacos, config: &Config, role: Role) -> Result<watch::Receiver<Vec<Place>>, String> {
    let mut listed = nacos.watch(&service(role), &config.nacos.group).await.map_err(|error| format!("registry: {error}"))?;
    let (tell, told) = watch::channel(usable(&listed.borrow_and_update()));
    tokio::spawn(async move {
        loop {
            let changed = tokio::select! {
                changed = listed.changed() => changed.is_ok(),
                () = tell.closed() => false,
            };
            if !changed {
                return;
            }
            let places = usable(&listed.borrow_and_update());
            tracing::info!(%role, processes = processes(&places), "the processes of a role, as Nacos has them now");
            tell.send_replace(places);
        }
    });
    Ok(told)
}

fn service(role: Role) -> String {
    format!("rocketmall-{role}")
}

fn processes(places: &[Place]) -> usize {
    places.iter().filter(|place| place.copy == 0).count()
}

/// Those to be called, the heavier ones several times: calls are spread evenly over what is listed here.
fn usable(instances: &[Instance]) -> Vec<Place> {
    let mut addresses: HashMap<String, f64> = HashMap::new();
    for instance in instances.iter().filter(|instance| instance.is_usable()) {
        addresses.insert(instance.address(), instance.weight);
    }
    let lightest = addresses.values().copied().fold(f64::INFINITY, f64::min);
    let mut places: Vec<Place> = addresses
        .into_iter()
        .flat_map(|(address, weight)| {
            let copies = (weight / lightest).round().clamp(1.0, MOST_COPIES);
            let numbers = (0_u8..).take_while(move |copy| f64::from(*copy) < copies);
            numbers.map(move |copy| Place { address: address.clone(), copy }).collect::<Vec<_>>()
        })
        .collect();
    places.sort();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(port: u16, weight: f64) -> Instance {
        Instance::new("10.0.0.7", port).with_weight(weight)
    }

    #[test]
    fn heavier_processes_are_listed_more_often() {
        let count = |instances: &[Instance], port: u16| {
            usable(instances).iter().filter(|place| place.address == format!("10.0.0.7:{port}")).count()
        };
        let three = [listed(1, 0.5), listed(2, 1.0), listed(3, 100.0)];
        assert_eq!([1, 2, 3].map(|port| count(&three, port)), [1, 2, 10]);
        assert_eq!([1, 2].map(|port| count(&[listed(1, 3.0), listed(2, 3.0)], port)), [1, 1]);
    }

    #[test]
    fn who_is_not_to_be_called_is_not_listed() {
        let mut ill = listed(1, 1.0);
        ill.healthy = false;
        assert_eq!(usable(&[ill, listed(2, 0.0)]), []);
    }
}
