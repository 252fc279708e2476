//! The wire between the process that places orders and the one that has the goods is cut under load: before a request has arrived,
//! after it was carried out and before its answer, and for a while in which nothing moves. Who orders is told which service does not
//! answer, or has an order; what was taken for an order that was dropped comes back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rocketmall_store::{Database, Statement, Value};
use serde_json::Value as Json;

use crate::client::{Call, Client, basket, below, key};
use crate::deaths::number;
use crate::relay::{Relay, Wire};
use crate::server::{Server, free_port};
use crate::settle::holds;
use crate::target;

const STOCK: i64 = 1_000_000;
const CUSTOMERS: usize = 12;
/// What is cut, how often in a round, and for how long each time in milliseconds. One that hangs does so for longer than a call has.
const CUTS: [(Wire, u64); 4] = [(Wire::Away, 700), (Wire::BreaksBefore, 700), (Wire::BreaksAfter, 700), (Wire::Hangs, 2_500)];
/// The calls of the one that places orders have so long.
const PATIENCE: &str = "2s";

/// What a customer was told.
#[derive(Default)]
struct Told {
    /// Orders, with the pieces of each.
    placed: BTreeMap<String, i64>,
    /// How often the goods were away, and how often they said nothing.
    away: usize,
    silent: usize,
}

pub(crate) async fn between_order_and_goods() {
    let target = target::fresh().await;
    let fleet = target.fleet();
    let relay = Relay::to(fleet.called_at("goods"));
    fleet.tell("order", "peers.goods", relay.address());
    fleet.tell("order", "rpc.timeout", PATIENCE.to_owned());
    let port = free_port();
    let server = Server::start(&target.url(), port, &[]).await;
    let client = Client::of(&[port]);
    let (goods, user) = (client.goods("10.00", STOCK).await, client.user("0.00").await);
    let stop = Arc::new(AtomicBool::new(false));
    let customers: Vec<_> = (0..CUSTOMERS)
        .map(|turn| tokio::spawn(customer(client.clone(), user.clone(), goods.clone(), turn % 2 == 0, Arc::clone(&stop))))
        .collect();
    let mut broken: BTreeMap<Wire, usize> = BTreeMap::new();
    for _ in 0..number("TRIAL_ROUNDS", 2) {
        for (wire, millis) in CUTS {
            tokio::time::sleep(Duration::from_millis(500 + below(500))).await;
            let before = relay.broken();
            relay.is(wire);
            tokio::time::sleep(Duration::from_millis(millis)).await;
            relay.is(Wire::Whole);
            *broken.entry(wire).or_default() += relay.broken() - before;
        }
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::SeqCst);
    let mut told = Told::default();
    for customer in customers {
        let one = customer.await.expect("a customer ends");
        told.placed.extend(one.placed);
        told.away += one.away;
        told.silent += one.silent;
    }
    holds(&target.url()).await;

    let count = async |sql: &'static str| {
        let database = Database::open(&target.url()).await.expect("the orders");
        let rows = database.query(Statement { name: "trial", sql }, Vec::new()).await.expect(sql);
        let [Value::Int(count)] = rows[0][..] else { panic!("{rows:?}") };
        count
    };
    let there = count("select count(*) from trade_order where order_status = 1").await;
    let dropped = count("select count(*) from trade_order where order_status = 2").await;
    let line = format!(
        "{} orders, {dropped} dropped; the goods were away {} times and silent {} times; broken: {broken:?}",
        told.placed.len(),
        told.away,
        told.silent
    );
    rocketmall_trial::say(&line);
    assert_eq!(usize::try_from(there).expect("a count"), told.placed.len(), "each order that is there was told of, once");
    for order in told.placed.keys() {
        assert_eq!(client.get(&format!("/v1/orders/{order}")).await["status"], "confirmed");
    }
    let sold: i64 = told.placed.values().sum();
    assert_eq!(client.get(&format!("/v1/goods/{goods}")).await["number"], STOCK - sold, "what was taken for nothing is back");
    assert!(told.away > 0 && told.silent > 0 && dropped > 0, "the cuts must be felt: {line}");
    for wire in [Wire::Away, Wire::BreaksBefore, Wire::BreaksAfter] {
        assert!(broken[&wire] > 0, "{wire:?} never happened: {line}");
    }
    assert!(server.terminate().await.0.success());
}

/// One who is patient asks with the same key until there is an order; another gives up and orders something else.
async fn customer(client: Client, user: String, goods: String, patient: bool, stop: Arc<AtomicBool>) -> Told {
    let mut told = Told::default();
    let mut key = key();
    while !stop.load(Ordering::SeqCst) {
        let number = i64::try_from(1 + below(3)).expect("small");
        loop {
            let call = Call { path: "/v1/orders", user: &user, key: &key, body: Some(basket(&goods, number)) };
            let (_, text, status) = client.once(0, &call).await.expect("an answer");
            let answer: Json = serde_json::from_str(&text).expect("JSON");
            if status == 201 {
                let before = told.placed.insert(answer["id"].as_str().expect("an id").to_owned(), number);
                assert_eq!(before, None, "an order for each key");
                break;
            }
            assert_eq!(status, 503, "{text}");
            assert!(text.contains("the goods service does not answer"), "{text}");
            if text.contains("it did not answer in time") {
                told.silent += 1;
            } else {
                told.away += 1;
            }
            if !patient {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        key = crate::client::key();
    }
    told
}
