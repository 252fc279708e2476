//! A batch decides as its requests would one by one, and from no more rows than its keys name.

use proptest::prelude::*;
use rocketmall_core::command::Request;
use rocketmall_core::decide::{Answer, Context, decide};
use rocketmall_core::keys::Keys;
use rocketmall_core::recall::Named;
use rocketmall_core::rejection::Rejection;
use rocketmall_core::shop::Shop;

use crate::history::{config, events, shop};
use crate::world::World;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_batch_of_n_is_n_batches_of_one(histories in prop::collection::vec(events(12), 1..12)) {
        let mut one_by_one = shop();
        let mut database = one_by_one.shop.clone();
        let mut last_id = 1_000_000;
        let mut last_id_of_batch = 1_000_000;
        for events in &histories {
            let batch: Vec<Request> = events.iter().filter_map(|event| event.request(&mut one_by_one)).collect();
            let alone: Vec<_> = batch.iter().map(|request| step(&mut one_by_one, request, &mut last_id)).collect();
            let together = transact(&mut database, &batch, &one_by_one, &mut last_id_of_batch);
            prop_assert_eq!(alone, together);
            prop_assert_eq!(&one_by_one.shop, &database);
        }
    }
}

fn step(world: &mut World, request: &Request, last_id: &mut i64) -> Result<Answer, Rejection> {
    let answer = decide(&mut world.shop, request, &mut Context::new(world.now, &world.terms, &mut numbers(last_id)));
    tidy(&mut world.shop);
    answer
}

/// As the store does it: load what the keys name, decide all, write what changed.
fn transact(database: &mut Shop, batch: &[Request], world: &World, last_id: &mut i64) -> Vec<Result<Answer, Rejection>> {
    let mut rows = load(database, &Keys::of(batch));
    let mut next_id = numbers(last_id);
    let mut context = Context::new(world.now, &world.terms, &mut next_id);
    let answers = batch.iter().map(|request| decide(&mut rows, request, &mut context)).collect();
    write(database, &rows);
    answers
}

fn numbers(last: &mut i64) -> impl FnMut() -> i64 {
    move || {
        *last += 1;
        *last
    }
}

fn tidy(shop: &mut Shop) {
    shop.mark_saved();
    shop.timers.retain(|_, due| due.is_some());
}

fn load(database: &Shop, keys: &Keys) -> Shop {
    let mut rows = Shop::default();
    let mut orders = keys.orders.clone();
    orders.extend(keys.orders_of_payments.iter().filter_map(|id| database.payments.get(id)).map(|payment| payment.order_id));
    orders.extend(keys.refunds.iter().filter_map(|id| database.refunds.get(id)).map(|refund| refund.order_id));
    orders.extend(keys.accounts_of_orders.iter().copied());
    let mut accounts = keys.accounts.clone();
    accounts.extend(keys.accounts_of_orders.iter().filter_map(|id| database.orders.get(id)).map(|order| order.user_id));

    load_named(&orders, &database.orders, &mut rows.orders);
    load_named(&accounts, &database.accounts, &mut rows.accounts);
    load_named(&keys.goods, &database.goods, &mut rows.goods);
    load_named(&keys.coupons, &database.coupons, &mut rows.coupons);
    let mut refunds_of = keys.refunds_of.clone();
    refunds_of.extend(keys.refunds.iter().filter_map(|id| database.refunds.get(id)).map(|refund| refund.order_id));
    for (id, refund) in database.refunds.iter().filter(|(_, refund)| refunds_of.contains(&refund.order_id)) {
        rows.refunds.load(*id, refund.clone());
    }
    load_named(&keys.inbox, &database.inbox, &mut rows.inbox);
    load_named(&keys.remembered, &database.remembered, &mut rows.remembered);
    for (id, payment) in database.payments.iter().filter(|(_, payment)| orders.contains(&payment.order_id)) {
        rows.payments.load(*id, payment.clone());
    }
    for named in rows.remembered.iter().filter_map(|(_, remembered)| remembered.names()).collect::<Vec<_>>() {
        match named {
            Named::Placed { id } => drop(rows.recalled_orders.insert(id, database.orders.get(&id).expect("an order").clone())),
            Named::Started { id } => drop(rows.recalled_payments.insert(id, database.payments.get(&id).expect("an attempt").clone())),
        }
    }
    let named = |order: &Option<_>, wanted: &std::collections::BTreeSet<_>| order.is_some_and(|order| wanted.contains(&order));
    rows.stock_log.load(database.stock_log.iter().filter(|entry| named(&entry.order_id, &keys.stock_log)).cloned());
    rows.money_log.load(database.money_log.iter().filter(|entry| named(&entry.order_id, &keys.money_log)).cloned());
    rows.score_log.load(database.score_log.iter().filter(|entry| keys.score_log.contains(&entry.payment_id)).cloned());
    rows.mobiles = keys.mobiles.iter().filter_map(|mobile| Some((mobile.clone(), *database.mobiles.get(mobile)?))).collect();
    rows
}

fn load_named<K: Ord + Clone, V: Clone>(
    wanted: &std::collections::BTreeSet<K>,
    from: &rocketmall_core::shop::Table<K, V>,
    to: &mut rocketmall_core::shop::Table<K, V>,
) {
    for key in wanted {
        if let Some(row) = from.get(key) {
            to.load(key.clone(), row.clone());
        }
    }
}

/// Only what the rows say is new or changed reaches the database.
fn write(database: &mut Shop, rows: &Shop) {
    macro_rules! write_table {
        ($($table:ident by $key:expr;)*) => {$(
            for row in rows.$table.new_rows().chain(rows.$table.changed_rows()) {
                database.$table.load($key(row), row.clone());
            }
        )*};
    }
    write_table! {
        goods by |row: &rocketmall_core::goods::Goods| row.id;
        coupons by |row: &rocketmall_core::coupon::Coupon| row.id;
        accounts by |row: &rocketmall_core::account::Account| row.id;
        orders by |row: &rocketmall_core::order::Order| row.id;
        payments by |row: &rocketmall_core::payment::Payment| row.id;
        refunds by |row: &rocketmall_core::refund::Refund| row.id;
        inbox by |row: &rocketmall_core::message::InboxRow| row.key.clone();
    }
    for (key, row) in rows.remembered.iter() {
        database.remembered.load(key.clone(), row.clone());
    }
    macro_rules! write_journals {
        ($($journal:ident)*) => {$(
            for entry in rows.$journal.new_entries() {
                database.$journal.append(entry.clone());
            }
        )*};
    }
    write_journals!(stock_log money_log score_log payment_log outbox);
    database.sent.extend(rows.sent.iter().copied());
    database.timers.extend(rows.timers.iter().map(|(timer, due)| (*timer, *due)));
    database.mobiles.extend(rows.mobiles.iter().map(|(mobile, user)| (mobile.clone(), *user)));
    tidy(database);
}
