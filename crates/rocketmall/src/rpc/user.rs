//! `UserService`: accounts, and what orders take from balances. No password ever leaves.

use rocketmall_core::account::Account;
use rocketmall_core::command::Command;
use rocketmall_core::id::{OrderId, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::rejection::Reason;
use rocketmall_core::saga::{DebitBalance, ReturnBalance};

use super::messages::{GIVEN_BACK, PAID, TradeUser, TradeUserMoneyLog, money};
use super::refusal::{self, Refusal, bad};
use super::{Shop, needed};

impl Shop {
    /// One user, if there is such a one.
    pub(super) async fn find_user(&self, id: Option<i64>) -> Result<Option<TradeUser>, Refusal> {
        let id = UserId::new(needed(id, "userId")?);
        Ok(self.fleet.account(id).await?.map(TradeUser::from))
    }

    /// The balance pays for the order, once, or gets back what the log says it paid, once.
    pub(super) async fn change_balance(&self, log: TradeUserMoneyLog) -> Result<bool, Refusal> {
        let (user_id, order_id) = (UserId::new(needed(log.user_id, "userId")?), OrderId::new(needed(log.order_id, "orderId")?));
        let amount = money(log.user_money.as_deref(), "userMoney")?;
        if amount <= Cents::ZERO {
            return Err(bad("userMoney", "an amount above 0").into());
        }
        let command = match log.money_log_type {
            Some(PAID) => Command::DebitBalance(DebitBalance { order_id, user_id, amount }),
            Some(GIVEN_BACK) => Command::ReturnBalance(ReturnBalance { order_id, user_id }),
            _ => return Err(bad("moneyLogType", format!("{PAID} (paid) or {GIVEN_BACK} (given back)")).into()),
        };
        refusal::taken(self.submit(command).await, Reason::BalanceDeductFailed)
    }
}

impl From<Account> for TradeUser {
    fn from(account: Account) -> Self {
        Self {
            user_id: Some(account.id.get()),
            user_name: Some(account.name),
            user_mobile: Some(account.mobile),
            user_score: Some(i32::try_from(account.score).unwrap_or(i32::MAX)),
            user_reg_time: Some(account.created_at.millis()),
            user_money: Some(account.balance.to_string()),
        }
    }
}
