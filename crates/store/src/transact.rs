//! One batch, one transaction: load the rows its requests need, decide each in order, write what changed, commit.

use std::collections::BTreeMap;

use rocketmall_core::command::{Command, Request};
use rocketmall_core::decide::{Answer, Context, decide};
use rocketmall_core::id::{CouponId, GoodsId, OrderId, PaymentId, RefundId, Timestamp, UserId};
use rocketmall_core::keys::Keys;
use rocketmall_core::message::Message;
use rocketmall_core::part::Parts;
use rocketmall_core::recall::Named;
use rocketmall_core::refund::Refund;
use rocketmall_core::rejection::Rejection;
use rocketmall_core::shop::Shop;

use crate::claim::MESSAGE_LEASE;
use crate::codes::timer_to_columns;
use crate::connection::{Connection, Statement};
use crate::error::StoreError;
use crate::rows::{self, row};
use crate::statements::Statements;
use crate::value::{Columns, Row};
use crate::worker::BatchMark;

/// What a batch did.
#[derive(Debug)]
pub struct Committed {
    /// The answer to each request, in order.
    pub answers: Vec<Result<Answer, Rejection>>,
    /// Outgoing messages it stored.
    pub messages: Vec<Message>,
    /// When timers that it set are due, earliest first, each moment once.
    pub timers: Vec<Timestamp>,
}

/// How a batch ended.
#[derive(Debug)]
pub enum Transacted {
    /// It is stored.
    Stored(Committed),
    /// COMMIT was sent and its answer is lost: one must look whether this is so.
    Unknown(Committed),
}

/// Runs one batch in one transaction. On `Err` nothing is stored.
pub async fn transact(
    connection: &mut Connection,
    requests: &[Request],
    context: &mut Context<'_>,
    mark: BatchMark,
    manner: Manner,
) -> Result<Transacted, StoreError> {
    let hooks = manner.hooks;
    connection.begin().await?;
    let error = match load_decide_write(connection, requests, context, mark, manner).await {
        Ok(committed) => {
            (hooks.before_commit)();
            match connection.commit().await {
                Ok(()) => {
                    (hooks.after_commit)();
                    return Ok(Transacted::Stored(committed));
                }
                Err(StoreError::CommitUnknown(_)) => return Ok(Transacted::Unknown(committed)),
                Err(error) => error,
            }
        }
        Err(error) => error,
    };
    if !matches!(error, StoreError::Unreachable(_)) {
        connection.rollback().await?;
    }
    Err(error)
}

/// Whose the messages of a batch are to deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handover {
    /// Anybody's, at once: whoever looks into the table takes them.
    Table,
    /// The one's who runs the batch, for as long as a lease: they are taken from its hand. Should it die, they are anybody's then.
    Hand,
}

/// How a transaction goes about its work.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Which of the shop's tables the database has.
    pub parts: Parts,
    /// How it treats the goods.
    pub stock: Stock,
    /// Whose its messages are.
    pub handover: Handover,
    /// Where trials may make the process die.
    pub hooks: Hooks,
}

/// How a batch treats the goods that everybody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    /// Read without a lock; what the batch takes is taken off at its end, if it is still there. Several batches sell the same
    /// goods at once, each holding their rows for a moment only. [`StoreError::Stale`] if too little is left by then.
    Unlocked,
    /// Locked before anything is decided.
    Locked,
}

impl Stock {
    /// What these requests allow: who edits or corrects goods must see them as they are.
    pub(crate) fn fit_for(requests: &[Request]) -> Self {
        let edits = |request: &Request| matches!(request.command, Command::EditGoods(_) | Command::CorrectStock(_));
        if requests.iter().any(edits) { Self::Locked } else { Self::Unlocked }
    }
}

/// Where trials may make the process die.
#[derive(Clone, Copy, Debug)]
pub struct Hooks {
    /// Everything is written, COMMIT is not sent.
    pub before_commit: fn(),
    /// COMMIT is answered, the callers are not.
    pub after_commit: fn(),
}

impl Default for Hooks {
    fn default() -> Self {
        Self { before_commit: || {}, after_commit: || {} }
    }
}

async fn load_decide_write(
    connection: &mut Connection,
    requests: &[Request],
    context: &mut Context<'_>,
    mark: BatchMark,
    manner: Manner,
) -> Result<Committed, StoreError> {
    let mut shop = load(connection, Keys::of(requests).within(manner.parts), manner).await?;
    let loaded: BTreeMap<GoodsId, i64> = shop.goods.iter().map(|(id, goods)| (*id, goods.stock)).collect();
    context.parts = manner.parts;
    let answers = requests.iter().map(|request| decide(&mut shop, request, context)).collect();
    let now = context.now;
    let mut timers: Vec<Timestamp> = shop.timers.values().flatten().copied().collect();
    timers.sort_unstable();
    timers.dedup();
    let messages = shop.outbox.new_entries().to_vec();
    if write(connection, &shop, &loaded, manner.handover, now).await? {
        mark.write(connection).await?;
    }
    Ok(Committed { answers, messages, timers })
}

/// Always in the same order of tables, keys sorted: orders, payments, refunds, accounts, coupons, the rest, and goods last, which
/// is where a batch that does not lock them takes its pieces. Two batches can wait for each other, but not in a circle. Where goods are
/// the only rows that a reservation and its release both lock, they come first: whoever reads logs and marks then has seen the other.
async fn load(connection: &mut Connection, mut keys: Keys, manner: Manner) -> Result<Shop, StoreError> {
    let sql = Statements::of(connection.dialect());
    resolve(connection, &mut keys).await?;
    let mut shop = Shop::default();
    let goods_first = manner.parts != Parts::ALL;
    if goods_first {
        load_goods(connection, sql.goods_load, &keys, &mut shop).await?;
    }
    let alone = manner.parts.hold_payments_alone();
    if !alone {
        for order in load_orders(connection, sql.order_load, &ids(&keys.orders, OrderId::get)).await? {
            shop.orders.load(order.id, order);
        }
    }
    let payment_load = if alone { sql.payment_load_alone } else { sql.payment_load };
    for row in connection.read(payment_load, &ids(&keys.orders, OrderId::get)).await? {
        let payment = rows::payment_from_row(row)?;
        shop.payments.load(payment.id, payment);
    }
    for refund in load_refunds(connection, sql.refund_load, &ids(&keys.refunds_of, OrderId::get)).await? {
        shop.refunds.load(refund.id, refund);
    }
    for row in connection.read(sql.account_load, &ids(&keys.accounts, UserId::get)).await? {
        let account = rows::account_from_row(row)?;
        shop.accounts.load(account.id, account);
    }
    for row in connection.read(sql.coupon_load, &ids(&keys.coupons, CouponId::get)).await? {
        let coupon = rows::coupon_from_row(row)?;
        shop.coupons.load(coupon.id, coupon);
    }
    load_logs(connection, sql, &keys, &mut shop).await?;
    load_marks(connection, sql, &keys, &mut shop).await?;
    if !goods_first {
        let goods_load = if manner.stock == Stock::Locked { sql.goods_load } else { sql.goods_load.unlocked() };
        load_goods(connection, goods_load, &keys, &mut shop).await?;
    }
    Ok(shop)
}

async fn load_goods(connection: &mut Connection, statement: Statement, keys: &Keys, shop: &mut Shop) -> Result<(), StoreError> {
    for row in connection.read(statement, &ids(&keys.goods, GoodsId::get)).await? {
        let goods = rows::goods_from_row(row)?;
        shop.goods.load(goods.id, goods);
    }
    Ok(())
}

/// Which order a payment or a refund belongs to never changes, so it is looked up without a lock, before the order is locked.
async fn resolve(connection: &mut Connection, keys: &mut Keys) -> Result<(), StoreError> {
    let sql = Statements::of(connection.dialect());
    let payments = ids(&keys.orders_of_payments, PaymentId::get);
    let refunds = ids(&keys.refunds, RefundId::get);
    for (statement, wanted) in [(sql.order_of_payment, payments), (sql.order_of_refund, refunds)] {
        for row in connection.read(statement, &wanted).await? {
            let mut columns = Columns::of(statement.name, row);
            let (_, order) = (columns.int()?, OrderId::new(columns.int()?));
            keys.orders.insert(order);
            if statement.name == sql.order_of_refund.name {
                keys.refunds_of.insert(order);
            }
        }
    }
    for row in connection.read(sql.user_of_order, &ids(&keys.accounts_of_orders, OrderId::get)).await? {
        let mut columns = Columns::of("user_of_order", row);
        let (order, user) = (columns.int()?, columns.int()?);
        keys.orders.insert(OrderId::new(order));
        keys.accounts.insert(UserId::new(user));
    }
    Ok(())
}

/// Orders with all their lines, through `statement`: locked for a batch, unlocked for a reader.
pub(crate) async fn load_orders(
    connection: &mut Connection,
    statement: Statement,
    keys: &[Row],
) -> Result<Vec<rocketmall_core::order::Order>, StoreError> {
    let mut orders = Vec::with_capacity(keys.len());
    let mut more_lines = Vec::new();
    for row in connection.read(statement, keys).await? {
        let (order, lines) = rows::order_from_row(row)?;
        if lines > 1 {
            more_lines.push(row![order.id.get()]);
        }
        orders.push(order);
    }
    let sql = Statements::of(connection.dialect());
    for row in connection.read(sql.order_line_load, &more_lines).await? {
        let (id, line) = rows::line_from_row(row)?;
        if let Some(order) = orders.iter_mut().find(|order| order.id == id) {
            order.lines.push(line);
        }
    }
    Ok(orders)
}

/// All refunds of these orders with their lines, through `statement`: locked for a batch, unlocked for a reader.
pub(crate) async fn load_refunds(connection: &mut Connection, statement: Statement, orders: &[Row]) -> Result<Vec<Refund>, StoreError> {
    let mut refunds = Vec::new();
    for row in connection.read(statement, orders).await? {
        refunds.push(rows::refund_from_row(row)?);
    }
    refunds.sort_by_key(|refund| refund.id);
    let sql = Statements::of(connection.dialect());
    for row in connection.read(sql.refund_line_load, &ids(refunds.iter().map(|refund| &refund.id), RefundId::get)).await? {
        let (id, line) = rows::refund_line_from_row(row)?;
        if let Some(refund) = refunds.iter_mut().find(|refund| refund.id == id) {
            refund.lines.push(line);
        }
    }
    Ok(refunds)
}

async fn load_logs(connection: &mut Connection, sql: &Statements, keys: &Keys, shop: &mut Shop) -> Result<(), StoreError> {
    let stock = connection.read(sql.stock_log_load, &ids(&keys.stock_log, OrderId::get)).await?;
    shop.stock_log.load(stock.into_iter().map(rows::stock_entry_from_row).collect::<Result<Vec<_>, _>>()?);
    let money = connection.read(sql.money_log_load, &ids(&keys.money_log, OrderId::get)).await?;
    shop.money_log.load(money.into_iter().map(rows::money_entry_from_row).collect::<Result<Vec<_>, _>>()?);
    let score = connection.read(sql.score_log_load, &ids(&keys.score_log, PaymentId::get)).await?;
    shop.score_log.load(score.into_iter().map(rows::score_entry_from_row).collect::<Result<Vec<_>, _>>()?);
    Ok(())
}

async fn load_marks(connection: &mut Connection, sql: &Statements, keys: &Keys, shop: &mut Shop) -> Result<(), StoreError> {
    let inbox: Vec<Row> = keys.inbox.iter().map(rows::inbox_key_to_row).collect();
    for row in connection.read(sql.inbox_load, &inbox).await? {
        let row = rows::inbox_from_row(row)?;
        shop.inbox.load(row.key.clone(), row);
    }
    let remembered: Vec<Row> = keys.remembered.iter().map(rows::idempotency_key_to_row).collect();
    for row in connection.read(sql.remembered_load, &remembered).await? {
        let (key, remembered) = rows::remembered_from_row(row)?;
        shop.remembered.load(key, remembered);
    }
    load_recalled(connection, sql, shop).await?;
    let mobiles: Vec<Row> = keys.mobiles.iter().map(|mobile| row![mobile.as_str()]).collect();
    for row in connection.read(sql.mobile_load, &mobiles).await? {
        let mut columns = Columns::of("trade_user", row);
        shop.mobiles.insert(columns.text()?, UserId::new(columns.int()?));
    }
    Ok(())
}

/// What remembered answers name. What they tell of it never changes, so it is not locked.
async fn load_recalled(connection: &mut Connection, sql: &Statements, shop: &mut Shop) -> Result<(), StoreError> {
    let (mut orders, mut payments) = (Vec::new(), Vec::new());
    for (_, remembered) in shop.remembered.iter() {
        match remembered.names() {
            Some(Named::Placed { id }) => orders.push(row![id.get()]),
            Some(Named::Started { id }) => payments.push(row![id.get()]),
            None => {}
        }
    }
    for order in load_orders(connection, sql.order_load.unlocked(), &orders).await? {
        shop.recalled_orders.insert(order.id, order);
    }
    let mut paid_orders = Vec::new();
    for row in connection.read(sql.order_of_payment, &payments).await? {
        let mut columns = Columns::of("order_of_payment", row);
        let (_, order) = (columns.int()?, columns.int()?);
        paid_orders.push(row![order]);
    }
    for row in connection.read(sql.payment_load.unlocked(), &paid_orders).await? {
        let payment = rows::payment_from_row(row)?;
        shop.recalled_payments.insert(payment.id, payment);
    }
    Ok(())
}

fn ids<'k, K: Copy + 'k>(keys: impl IntoIterator<Item = &'k K>, number: impl Fn(K) -> i64) -> Vec<Row> {
    keys.into_iter().map(|key| row![number(*key)]).collect()
}

/// Writes what changed. False if nothing did.
async fn write(
    connection: &mut Connection,
    shop: &Shop,
    loaded: &BTreeMap<GoodsId, i64>,
    handover: Handover,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = Statements::of(connection.dialect());
    let inserts = inserts(sql, shop, handover)?;
    let updates = updates(sql, shop, now);
    let (set, cleared) = timers(shop);
    let mut wrote = false;
    for (statement, rows) in inserts {
        wrote |= connection.write(statement, &rows).await? > 0;
    }
    for (statement, rows) in updates {
        let matched = connection.write(statement, &rows).await?;
        if matched != rows.len() as u64 && statement.name == sql.remembered_update.name {
            // a rival's request stands there now
            return Err(StoreError::Stale);
        }
        if matched != rows.len() as u64 {
            let message = format!("{matched} of {} rows were there to be updated", rows.len());
            return Err(StoreError::Refused { statement: statement.name, message });
        }
        wrote |= matched > 0;
    }
    wrote |= connection.write(sql.timer_set, &set).await? > 0;
    wrote |= connection.write(sql.timer_clear, &cleared).await? > 0;
    wrote |= move_stock(connection, shop, loaded).await?;
    Ok(wrote)
}

/// The pieces that came or went, last of all: whoever wants the same goods waits for the commit alone.
async fn move_stock(connection: &mut Connection, shop: &Shop, loaded: &BTreeMap<GoodsId, i64>) -> Result<bool, StoreError> {
    let moved = shop.goods.changed_rows().map(|goods| (goods.id, goods.stock - loaded.get(&goods.id).copied().unwrap_or_default()));
    let moved: Vec<Row> = moved.filter(|(_, delta)| *delta != 0).map(|(id, delta)| row![id.get(), delta]).collect();
    let statement = Statements::of(connection.dialect()).goods_move;
    let matched = connection.write(statement, &moved).await?;
    if matched == moved.len() as u64 { Ok(matched > 0) } else { Err(StoreError::Stale) }
}

type Writes = Vec<(Statement, Vec<Row>)>;

fn inserts(sql: &Statements, shop: &Shop, handover: Handover) -> Result<Writes, StoreError> {
    let due = |message: &Message| if handover == Handover::Hand { message.created_at.after(MESSAGE_LEASE) } else { message.created_at };
    let orders = shop.orders.new_rows().map(rows::order_to_row).collect::<Result<Vec<_>, _>>()?;
    let accounts = shop.accounts.new_rows().map(|account| {
        let credential = shop.credentials.iter().find(|credential| credential.user_id == account.id);
        rows::account_to_row(account, credential.map_or("", |credential| credential.password_hash.as_str()))
    });
    let remembered = shop.remembered.new_keyed().map(|(key, remembered)| rows::remembered_to_row(key, remembered));
    Ok(vec![
        (sql.order_insert, orders),
        (sql.order_line_insert, shop.orders.new_rows().flat_map(rows::lines_to_rows).collect()),
        (sql.payment_insert, shop.payments.new_rows().map(rows::payment_to_row).collect()),
        (sql.refund_insert, shop.refunds.new_rows().map(rows::refund_to_row).collect()),
        (sql.refund_line_insert, shop.refunds.new_rows().flat_map(rows::refund_lines_to_rows).collect()),
        (sql.goods_insert, shop.goods.new_rows().map(rows::goods_to_row).collect()),
        (sql.account_insert, accounts.collect()),
        (sql.coupon_insert, shop.coupons.new_rows().map(rows::coupon_to_row).collect()),
        (sql.stock_log_insert, shop.stock_log.new_entries().iter().map(rows::stock_entry_to_row).collect()),
        (sql.money_log_insert, shop.money_log.new_entries().iter().map(rows::money_entry_to_row).collect()),
        (sql.score_log_insert, shop.score_log.new_entries().iter().map(rows::score_entry_to_row).collect()),
        (sql.payment_log_insert, shop.payment_log.new_entries().iter().map(rows::payment_log_to_row).collect()),
        (sql.outbox_insert, shop.outbox.new_entries().iter().map(|message| rows::message_to_row(message, due(message))).collect()),
        (sql.inbox_insert, shop.inbox.new_rows().map(rows::inbox_to_row).collect()),
        (sql.remembered_insert, remembered.collect()),
    ])
}

fn updates(sql: &Statements, shop: &Shop, now: Timestamp) -> Writes {
    let edited = |goods: &&rocketmall_core::goods::Goods| shop.edited_goods.contains(&goods.id);
    let words = |goods: &rocketmall_core::goods::Goods| row![goods.id.get(), goods.name.as_str(), goods.desc.as_str(), goods.price.get()];
    let sent = shop.sent.iter().map(|id| row![id.get(), now.millis()]);
    vec![
        (sql.order_update, shop.orders.changed_rows().map(rows::order_update_row).collect()),
        (sql.payment_update, shop.payments.changed_rows().map(rows::payment_update_row).collect()),
        (sql.refund_update, shop.refunds.changed_rows().map(rows::refund_update_row).collect()),
        (sql.goods_edit, shop.goods.changed_rows().filter(edited).map(words).collect()),
        (sql.account_update, shop.accounts.changed_rows().map(|a| row![a.id.get(), a.balance.get(), a.score]).collect()),
        (sql.coupon_update, shop.coupons.changed_rows().map(rows::coupon_use_row).collect()),
        (sql.inbox_update, shop.inbox.changed_rows().map(rows::inbox_update_row).collect()),
        (sql.outbox_sent, sent.collect()),
        (sql.remembered_update, shop.remembered.changed_keyed().map(|(key, row)| rows::remembered_update_row(key, row)).collect()),
    ]
}

fn timers(shop: &Shop) -> (Vec<Row>, Vec<Row>) {
    let (mut set, mut cleared) = (Vec::new(), Vec::new());
    for (timer, due) in &shop.timers {
        let (kind, subject) = timer_to_columns(*timer);
        match due {
            Some(due) => {
                let mut row = row![kind, subject, due.millis()];
                row.extend(rows::trace_to_row(shop.timer_traces.get(timer).copied()));
                set.push(row);
            }
            None => cleared.push(row![kind, subject]),
        }
    }
    (set, cleared)
}
