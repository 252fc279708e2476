//! A role that Java's provider has: our commands and questions as calls of the contract's interface, as far as it has them
//! (docs/decisions/0019-java-peers.md).

use std::time::Duration;

use rocketmall_core::account::Account;
use rocketmall_core::basket::BasketLine;
use rocketmall_core::command::{Command, Receipt, Request};
use rocketmall_core::coupon::{Coupon, CouponUse};
use rocketmall_core::decide::Answer;
use rocketmall_core::goods::Goods;
use rocketmall_core::id::{CouponId, GoodsId, OrderId, Timestamp, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_core::saga::{DebitBalance, RedeemCoupon};
use rocketmall_store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;
use tonic::transport::Channel;

use super::lines::endpoint;
use super::reads::Question;
use super::{Decided, Trouble};
use crate::clock::Clock;
use crate::config::Role;
use crate::current::Current;
use crate::rpc::amount::amount;
use crate::rpc::messages::{PAID, Plain, TradeCoupon, TradeGoods, TradeGoodsNumberLog, TradeUser, TradeUserMoneyLog, USED};
use crate::rpc::peer::{JavaPeer, Turn, Why};

/// A role that Java's provider has. Cheap to clone.
#[derive(Clone)]
pub struct JavaRole {
    role: Role,
    peer: JavaPeer,
    clock: Clock,
}

impl JavaRole {
    /// The role at these addresses, which stay; a call takes so long at most.
    pub fn at(role: Role, addresses: &[&str], patience: Current<Duration>, clock: Clock) -> Result<Self, String> {
        let endpoints = addresses.iter().map(|address| endpoint(address, None)).collect::<Result<Vec<_>, _>>()?;
        let channel = Channel::balance_list(endpoints.into_iter());
        Ok(Self { role, peer: JavaPeer::new(role, channel, patience), clock })
    }

    /// Takes for each order, many at once; the answers in the same order.
    pub(super) async fn take_all(&self, requests: Vec<Request>) -> Vec<Result<Decided, Trouble>> {
        let commands = requests.into_iter().map(|request| request.command);
        self.many(commands, |java, command| async move { java.take(&command).await }).await
    }

    /// Takes for one order, by one call, whatever becomes of it.
    pub(super) async fn take(&self, command: &Command) -> Result<Decided, Trouble> {
        let taken = match command {
            Command::ReserveStock(reserve) => match &reserve.lines[..] {
                [line] => self.reduce(reserve.order_id, line).await,
                lines => Err(Why::Refused(self.not_offered(&format!("taking {} kinds of goods for one order", lines.len())))),
            },
            Command::RedeemCoupon(redeem) => self.redeem(redeem).await,
            Command::DebitBalance(debit) => self.debit(debit).await,
            _ => Err(Why::Refused(self.not_offered("this"))),
        };
        match taken {
            Ok(()) => Ok(Ok(Answer { receipt: Receipt::Done, replayed: false })),
            Err(Why::Refused(rejection)) => Ok(Err(rejection)),
            Err(why) => Err(self.trouble(&why)),
        }
    }

    async fn reduce(&self, order: OrderId, line: &BasketLine) -> Result<(), Why> {
        let number = i32::try_from(line.number).map_err(|_| Why::NotAsked("so many pieces cannot be said there".to_owned()))?;
        let turn = self.peer.turn(line.goods_id.get()).await?;
        let log = TradeGoodsNumberLog {
            goods_id: Some(line.goods_id.get()),
            order_id: Some(order.get()),
            goods_number: Some(number),
            log_time: Some((self.clock)().millis()),
        };
        self.peer.take(&turn, "reduceGoodsNum", &log, Reason::DeductFailed).await
    }

    /// The original stores the coupon as it is sent, so it is looked up first, as its own order service does.
    async fn redeem(&self, redeem: &RedeemCoupon) -> Result<(), Why> {
        let (id, now) = (redeem.coupon_id, (self.clock)());
        let turn = self.peer.turn(id.get()).await?;
        let found: Option<TradeCoupon> = self.peer.find(&turn, id.get()).await.map_err(|why| match why {
            // so far nothing was to be taken
            Why::Unknown(why) => Why::NotAsked(why),
            why => why,
        })?;
        let found = found.ok_or_else(|| Why::Refused(Coupon::unknown(id)))?;
        let coupon = Coupon::try_from(found.clone()).map_err(Why::NotAsked)?;
        match redeem.reckoned {
            None => coupon.check_free(redeem.user_id, now).map_err(Why::Refused)?,
            Some(reckoned) => {
                let pays = coupon.pays(redeem.user_id, reckoned.goods_amount, reckoned.order_amount, now).map_err(Why::Refused)?;
                if pays != reckoned.pays {
                    let detail = format!("coupon {id} pays {pays} now, not {}", reckoned.pays);
                    return Err(Why::Refused(Rejection::of_field(Reason::CouponNotValid, "coupon_id", detail)));
                }
            }
        }
        let used = TradeCoupon { order_id: Some(redeem.order_id.get()), is_used: Some(USED), used_time: Some(now.millis()), ..found };
        self.peer.take(&turn, "updateCouponStatus", &used, Reason::CouponUseFailed).await
    }

    async fn debit(&self, debit: &DebitBalance) -> Result<(), Why> {
        let turn = self.peer.turn(debit.user_id.get()).await?;
        let log = TradeUserMoneyLog {
            user_id: Some(debit.user_id.get()),
            order_id: Some(debit.order_id.get()),
            money_log_type: Some(PAID),
            user_money: Some(debit.amount.to_string()),
            create_time: Some((self.clock)().millis()),
        };
        self.peer.take(&turn, "updateMoneyPaid", &log, Reason::BalanceDeductFailed).await
    }

    /// Looks something up. What Java keeps for itself looks empty; what was heard there is taken for heard.
    pub(super) async fn ask<T: DeserializeOwned>(&self, question: Question) -> Result<T, StoreError> {
        match (self.role, question) {
            (Role::Goods, Question::Goods { ids }) => same(&self.found::<TradeGoods, Goods>(ids.into_iter().map(GoodsId::get)).await?),
            (Role::Coupon, Question::Coupons { ids }) => {
                same(&self.found::<TradeCoupon, Coupon>(ids.into_iter().map(CouponId::get)).await?)
            }
            (Role::User, Question::Accounts { ids }) => same(&self.found::<TradeUser, Account>(ids.into_iter().map(UserId::get)).await?),
            (_, Question::StockLog { .. } | Question::MoneyLog { .. } | Question::Messages { .. }) => same::<[(); 0], T>(&[]),
            (_, Question::Heard { keys }) => same(&keys),
            (_, question) => Err(StoreError::NotOffered(self.not_offered(question.name()).detail)),
        }
    }

    /// Those of these ids that are there, in their order: one call each, many at once.
    async fn found<M, R>(&self, ids: impl Iterator<Item = i64>) -> Result<Vec<R>, StoreError>
    where
        M: Plain + Send + 'static,
        R: TryFrom<M, Error = String> + Send + 'static,
    {
        let find = |java: Self, id: i64| async move {
            match java.peer.find::<M>(&Turn::LOOK, id).await {
                Ok(found) => found.map(R::try_from).transpose().map_err(|why| java.trouble(&Why::Unknown(why))),
                Err(why) => Err(java.trouble(&why)),
            }
        };
        let found = self.many(ids, find).await;
        found.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>().map_err(StoreError::from)
    }

    /// Does the same for each, all at once as far as the peer has seats; the answers in the order of what was given.
    async fn many<Q, A, W>(&self, given: impl Iterator<Item = Q>, work: impl Fn(Self, Q) -> W) -> Vec<Result<A, Trouble>>
    where
        A: Send + 'static,
        W: Future<Output = Result<A, Trouble>> + Send + 'static,
    {
        let mut running = JoinSet::new();
        let mut answers = Vec::new();
        for (at, one) in given.enumerate() {
            let work = work(self.clone(), one);
            answers.push(Err(self.trouble(&Why::Unknown("the call broke off here".to_owned()))));
            running.spawn(async move { (at, work.await) });
        }
        while let Some(done) = running.join_next().await {
            if let Ok((at, answer)) = done {
                answers[at] = answer;
            }
        }
        answers
    }

    fn trouble(&self, why: &Why) -> Trouble {
        Trouble::at_java(self.role, why.to_string(), !matches!(why, Why::NotAsked(_)))
    }

    fn not_offered(&self, what: &str) -> Rejection {
        let role = self.role;
        Rejection::new(Reason::NotOffered, format!("the {role} service is Java's (peers.{role}), whose interface has no call for {what}"))
    }
}

/// The answer in the type of whoever asked, which is its own.
fn same<Q: Serialize + ?Sized, T: DeserializeOwned>(answer: &Q) -> Result<T, StoreError> {
    let json = serde_json::to_string(answer).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    serde_json::from_str(&json).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn id(id: Option<i64>, field: &str) -> Result<i64, String> {
    id.ok_or_else(|| format!("its answer has no {field}"))
}

fn price(digits: Option<&str>, field: &str) -> Result<Cents, String> {
    digits.and_then(amount).ok_or_else(|| format!("its answer has {digits:?} as {field}, which is no amount"))
}

impl TryFrom<TradeGoods> for Goods {
    type Error = String;

    fn try_from(goods: TradeGoods) -> Result<Self, String> {
        Ok(Self {
            id: GoodsId::new(id(goods.goods_id, "goodsId")?),
            name: goods.goods_name.unwrap_or_default(),
            desc: goods.goods_desc.unwrap_or_default(),
            price: price(goods.goods_price.as_deref(), "goodsPrice")?,
            stock: goods.goods_number.unwrap_or_default().into(),
            created_at: Timestamp::from_millis(goods.add_time.unwrap_or_default()),
        })
    }
}

impl TryFrom<TradeCoupon> for Coupon {
    type Error = String;

    fn try_from(coupon: TradeCoupon) -> Result<Self, String> {
        let at = Timestamp::from_millis(coupon.used_time.unwrap_or_default());
        let used = CouponUse { order_id: coupon.order_id.map(OrderId::new), at };
        Ok(Self {
            id: CouponId::new(id(coupon.coupon_id, "couponId")?),
            user_id: UserId::new(id(coupon.user_id, "userId")?),
            price: price(coupon.coupon_price.as_deref(), "couponPrice")?,
            min_spend: Cents::ZERO,
            expires_at: None,
            used: (coupon.is_used == Some(USED)).then_some(used),
            created_at: Timestamp::from_millis(0),
        })
    }
}

/// Whole units are all that is told of a balance.
impl TryFrom<TradeUser> for Account {
    type Error = String;

    fn try_from(user: TradeUser) -> Result<Self, String> {
        Ok(Self {
            id: UserId::new(id(user.user_id, "userId")?),
            name: user.user_name.unwrap_or_default(),
            mobile: user.user_mobile.unwrap_or_default(),
            balance: price(user.user_money.as_deref().or(Some("0")), "userMoney")?,
            score: user.user_score.unwrap_or_default().into(),
            created_at: Timestamp::from_millis(user.user_reg_time.unwrap_or_default()),
        })
    }
}
