//! A server that runs already: it is called as a shop's back end calls it, with data made through its own API.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rocketmall_core::goods::MAX_STOCK;
use rocketmall_core::id::{GoodsId, UserId};
use url::Url;

use super::data::{Data, PRICE};
use super::http_client::{HttpClient, Target};
use super::load::{self, Pace, Phase};
use super::machine::Process;
use super::play::Plan;
use super::round::Measured;
use super::scenario::Scenario;
use super::stage::BenchError;
use crate::cli::progress;
use crate::ids::random;

/// Users to register: each costs the server a password's hash.
const USERS: usize = 50;
/// Kinds of goods.
const GOODS: usize = 100;

/// The server, and the bench's own users and goods on it.
pub struct Remote {
    target: Target,
    data: Arc<Data>,
}

impl Remote {
    /// Finds the server and makes users and goods there, as an administrator.
    pub async fn prepare(url: &str, token: Option<&str>) -> Result<Self, BenchError> {
        let target = Target { token: token.map(|token| format!("Bearer {token}")), ..find(url).await? };
        let mut administrator = HttpClient::new(target.clone());
        let bar = progress::bar("data", USERS + GOODS);
        // digits alone, as mobile numbers are
        let name = format!("{:010}", u32::from_le_bytes(random()));
        let (mut users, mut goods) = (Vec::new(), Vec::new());
        for number in 0..USERS {
            let user = format!(r#"{{"name":"bench","mobile":"{name}{number:03}","password":"{name}{name}"}}"#);
            let id = create(&mut administrator, "/v1/users", user).await?;
            let money = r#"{"delta":"1000000.00","reason":"bench"}"#.to_owned();
            administrator.create(&format!("/v1/users/{id}/money"), money).await.map_err(BenchError::Machine)?;
            users.push(UserId::new(id));
            bar.inc(1);
        }
        for number in 0..GOODS {
            goods.push(GoodsId::new(create(&mut administrator, "/v1/goods", new_goods(number, MAX_STOCK)).await?));
            bar.inc(1);
        }
        let sold_out = GoodsId::new(create(&mut administrator, "/v1/goods", new_goods(GOODS, 0)).await?);
        bar.finish_and_clear();
        Ok(Self { target, data: Arc::new(Data::without_coupons(users, goods, sold_out)) })
    }

    /// One round, on the threads of `load`.
    pub async fn round(
        &self,
        scenario: Scenario,
        clients: usize,
        pace: Pace,
        plan: Plan,
        load: &tokio::runtime::Handle,
    ) -> Result<Measured, BenchError> {
        let clients: Vec<HttpClient> = (0..clients).map(|_| HttpClient::new(self.target.clone())).collect();
        let (data, phase) = (Arc::clone(&self.data), Arc::new(Phase::default()));
        let (of_clients, seed) = (Arc::clone(&phase), u64::from_le_bytes(random()));
        let clients = load.spawn(async move { load::run(clients, scenario, pace, &data, &of_clients, seed).await });
        tokio::time::sleep(plan.measured / 4).await;
        phase.measure();
        let (began, before) = (Instant::now(), Process::own().cpu());
        tokio::time::sleep(plan.measured).await;
        let (took, after) = (began.elapsed(), Process::own().cpu());
        phase.end();
        let tally = clients.await.map_err(|error| BenchError::Machine(error.to_string()))?;
        let load_cpu = after.zip(before).map(|(after, before): (Duration, Duration)| after.saturating_sub(before));
        Ok(Measured { tally, took, server_cpu: None, database_cpu: None, load_cpu, counted: None, resident: None })
    }
}

fn new_goods(number: usize, stock: i64) -> String {
    format!(r#"{{"name":"Bench goods {number}","price":"{PRICE}","number":{stock}}}"#)
}

async fn create(client: &mut HttpClient, path: &str, body: String) -> Result<i64, BenchError> {
    let id = client.create(path, body).await.map_err(BenchError::Machine)?;
    id.parse().map_err(|_| BenchError::Machine(format!("{path} answered with the id {id:?}")))
}

async fn find(url: &str) -> Result<Target, BenchError> {
    let wrong = |why: &dyn std::fmt::Display| BenchError::Usage(format!("--url {url}: {why}; wanted http://HOST:PORT"));
    let parsed = Url::parse(url).map_err(|error| wrong(&error))?;
    let (Some(host), Some(port), "http") = (parsed.host_str(), parsed.port_or_known_default(), parsed.scheme()) else {
        return Err(wrong(&"is no plain http address"));
    };
    let found = tokio::net::lookup_host((host.trim_start_matches('[').trim_end_matches(']'), port)).await;
    let address: Option<SocketAddr> = found.map_err(|error| wrong(&error))?.next();
    let address = address.ok_or_else(|| wrong(&"the host has no address"))?;
    Ok(Target { address, host: format!("{host}:{port}"), token: None, secret: String::new() })
}
