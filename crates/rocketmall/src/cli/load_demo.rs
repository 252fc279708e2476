//! `rocketmall load-demo`: the contract's demo rows, and more of each, through the engine like all others.

use std::fmt::Write as _;
use std::process::ExitCode;

use argon2::password_hash::{self, PasswordHasher as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use rocketmall_core::account::Account;
use rocketmall_core::command::{Command, RegisterUser};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::goods::{Goods, MAX_STOCK};
use rocketmall_core::id::{CouponId, GoodsId, Timestamp, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::StoreError;
use serde::Serialize;

use super::failure::Failure;
use super::open::Counter;
use super::options::LoadOptions;
use super::output::{self, Format};
use super::progress;
use crate::config::Config;
use crate::demo_data as demo;
use crate::runtime::Runtime;

/// Rows handed to the engine at once; it makes batches of them.
const PORTION: usize = 1_000;

/// Whether the contract's rows were made, or there before.
#[derive(Clone, Copy, Debug)]
pub struct DemoRows {
    /// The user with the balance was made.
    pub user: bool,
    /// The goods with the stock were made.
    pub goods: bool,
    /// The coupon was made.
    pub coupon: bool,
}

/// The first and the last id of what was made.
#[derive(Clone, Debug, Default, Serialize)]
struct Made {
    count: usize,
    first: Option<String>,
    last: Option<String>,
}

/// One of the contract's rows.
#[derive(Debug, Serialize)]
struct DemoRow {
    id: String,
    /// False: it was there before.
    made: bool,
    #[serde(skip)]
    what: String,
}

#[derive(Debug, Serialize)]
struct Loaded {
    demo_user: DemoRow,
    demo_goods: DemoRow,
    demo_coupon: DemoRow,
    users: Made,
    goods: Made,
    coupons: Made,
}

pub(super) async fn run(config: &Config, wanted: &LoadOptions) -> Result<ExitCode, Failure> {
    if !(0..=MAX_STOCK).contains(&wanted.stock) {
        return Err(Failure::Usage(format!("--stock is from 0 to {MAX_STOCK}")));
    }
    let counter = Counter::open(config).await?;
    let loaded = load(&counter.runtime, wanted).await;
    counter.close().await;
    let loaded = loaded?;
    match wanted.json.format() {
        Format::Json => output::print_json(&loaded)?,
        Format::Text => output::print(&text(&loaded))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn load(runtime: &Runtime, wanted: &LoadOptions) -> Result<Loaded, Failure> {
    let rows = demo_rows(runtime).await?;
    let now = (runtime.clock)();
    let password_hash = nobodys_password()?;
    let mut owners = vec![demo::USER];
    let users = make("users", runtime, wanted.users, |number, id| {
        owners.push(UserId::new(id));
        register(UserId::new(id), format!("demo {number}"), id.to_string(), &password_hash, now)
    })
    .await?;
    let goods = make("goods", runtime, wanted.goods, |number, id| {
        Command::CreateGoods(goods(GoodsId::new(id), format!("Demo goods {number}"), wanted.stock, now))
    })
    .await?;
    // the demo user has a coupon already; without new users it gets these too
    let owners = if owners.len() > 1 { &owners[1..] } else { &owners };
    let coupons = make("coupons", runtime, wanted.coupons, |number, id| {
        Command::CreateCoupon(coupon(CouponId::new(id), owners[(number - 1) % owners.len()], now))
    })
    .await?;
    let row = |id: i64, made, what| DemoRow { id: id.to_string(), made, what };
    Ok(Loaded {
        demo_user: row(demo::USER.get(), rows.user, format!("user {} with {}", demo::USER, demo::BALANCE)),
        demo_goods: row(demo::GOODS.get(), rows.goods, format!("goods {} at {}, {} in stock", demo::GOODS, demo::PRICE, demo::STOCK)),
        demo_coupon: row(demo::COUPON.get(), rows.coupon, format!("coupon {} of {}", demo::COUPON, demo::COUPON_PRICE)),
        users,
        goods,
        coupons,
    })
}

/// Makes sure of the contract's demo user, goods and coupon. What is there stays as it is.
pub async fn demo_rows(runtime: &Runtime) -> Result<DemoRows, Rejection> {
    let (database, now) = (&runtime.database, (runtime.clock)());
    let user = register(demo::USER, "demo".to_owned(), demo::MOBILE.to_owned(), &nobodys_password()?, now);
    let user = ensure(runtime, user, async || Ok(database.account(demo::USER).await?.is_some())).await?;
    let goods = Command::CreateGoods(goods(demo::GOODS, "Demo goods".to_owned(), demo::STOCK, now));
    let goods = ensure(runtime, goods, async || Ok(!database.goods(&[demo::GOODS]).await?.is_empty())).await?;
    let coupon = Command::CreateCoupon(coupon(demo::COUPON, demo::USER, now));
    let coupon = ensure(runtime, coupon, async || Ok(database.coupon(demo::COUPON).await?.is_some())).await?;
    Ok(DemoRows { user, goods, coupon })
}

/// Carries the command out unless what it makes is there. True if this call made it.
async fn ensure(runtime: &Runtime, command: Command, is_there: impl AsyncFn() -> Result<bool, StoreError>) -> Result<bool, Rejection> {
    let is_there = async || is_there().await.map_err(|error| Rejection::new(Reason::Busy, error.to_string()));
    if is_there().await? {
        return Ok(false);
    }
    match runtime.engine.submit(command).await {
        Ok(_) => Ok(true),
        // another process made it in the same moment
        Err(_) if is_there().await? => Ok(false),
        Err(rejection) => Err(rejection),
    }
}

/// Makes `count` of a kind; `command` gets each one's number, from 1 on, and its fresh id.
async fn make(
    what: &'static str,
    runtime: &Runtime,
    count: usize,
    mut command: impl FnMut(usize, i64) -> Command,
) -> Result<Made, Failure> {
    let mut made = Made::default();
    if count == 0 {
        return Ok(made);
    }
    let bar = progress::bar(what, count);
    while made.count < count {
        let portion = PORTION.min(count - made.count);
        let ids: Vec<i64> = (0..portion).map(|_| runtime.ids.next()).collect();
        let requests = ids.iter().enumerate().map(|(index, id)| command(made.count + index + 1, *id).into()).collect();
        for (answer, id) in runtime.engine.submit_all(requests).await.into_iter().zip(ids) {
            if let Err(rejection) = answer {
                bar.abandon();
                output::note(&format!("{} of {count} {what} are made, up to {}", made.count, made.last.as_deref().unwrap_or("none")));
                return Err(rejection.into());
            }
            made.count += 1;
            made.first.get_or_insert_with(|| id.to_string());
            made.last = Some(id.to_string());
        }
        bar.set_position(u64::try_from(made.count).unwrap_or(u64::MAX));
    }
    bar.finish_and_clear();
    Ok(made)
}

fn register(id: UserId, name: String, mobile: String, password_hash: &str, now: Timestamp) -> Command {
    let account = Account { id, name, mobile, balance: demo::BALANCE, score: 0, created_at: now };
    Command::RegisterUser(RegisterUser { account, password_hash: password_hash.to_owned() })
}

fn goods(id: GoodsId, name: String, stock: i64, now: Timestamp) -> Goods {
    Goods { id, name, desc: "To try things with".to_owned(), price: demo::PRICE, stock, created_at: now }
}

fn coupon(id: CouponId, user_id: UserId, now: Timestamp) -> Coupon {
    Coupon { id, user_id, price: demo::COUPON_PRICE, min_spend: Cents::ZERO, expires_at: None, used: None, created_at: now }
}

/// The hash of 256 random bits that are forgotten at once: nobody can log in with a password that stands in a manual.
///
/// Nothing is gained by guessing slowly against that many bits, so it takes the cheapest parameters.
fn nobodys_password() -> Result<String, Rejection> {
    let hash = || {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(Params::MIN_M_COST, 1, 1, None)?);
        let salt = SaltString::encode_b64(&crate::ids::random::<16>())?;
        Ok::<_, password_hash::Error>(argon2.hash_password(&crate::ids::random::<32>(), &salt)?.to_string())
    };
    hash().map_err(|error| Rejection::new(Reason::Internal, format!("the password could not be hashed: {error}")))
}

fn text(loaded: &Loaded) -> String {
    let mut text = String::new();
    for row in [&loaded.demo_user, &loaded.demo_goods, &loaded.demo_coupon] {
        let _ = writeln!(text, "{}: {}", row.what, if row.made { "made" } else { "there already, unchanged" });
    }
    for (made, what) in [(&loaded.users, "users"), (&loaded.goods, "goods"), (&loaded.coupons, "coupons")] {
        if let (Some(first), Some(last)) = (&made.first, &made.last) {
            let _ = writeln!(text, "{} more {what}: {first} to {last}", made.count);
        }
    }
    text
}
