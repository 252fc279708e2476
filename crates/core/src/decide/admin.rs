//! What the shop itself enters: users, goods, coupons, corrections.

use super::Context;
use crate::account::{Account, MoneyCause, MoneyEntry};
use crate::command::{CorrectBalance, CorrectStock, EditGoods, Receipt, RegisterUser};
use crate::coupon::Coupon;
use crate::faults;
use crate::goods::{Goods, StockCause, StockEntry};
use crate::id::UserId;
use crate::money::Cents;
use crate::part::Parts;
use crate::rejection::{Reason, Rejection};
use crate::shop::{Credential, Shop};

pub(super) fn register(shop: &mut Shop, register: &RegisterUser) -> Result<Receipt, Rejection> {
    let account = &register.account;
    faults::none(faults::of_user(register))?;
    if shop.mobiles.contains_key(&account.mobile) {
        return Err(Rejection::of_field(Reason::MobileTaken, "mobile", "log in, or take another number"));
    }
    shop.mobiles.insert(account.mobile.clone(), account.id);
    shop.credentials.push(Credential { user_id: account.id, password_hash: register.password_hash.clone() });
    if account.balance != Cents::ZERO {
        shop.money_log.append(MoneyEntry {
            user_id: account.id,
            order_id: None,
            refund_id: None,
            amount: account.balance,
            cause: MoneyCause::Opening,
            reason: None,
            at: account.created_at,
        });
    }
    shop.accounts.insert(account.id, account.clone());
    Ok(Receipt::Account(Box::new(account.clone())))
}

pub(super) fn create_goods(shop: &mut Shop, goods: &Goods) -> Result<Receipt, Rejection> {
    faults::none(faults::of_goods(goods))?;
    shop.stock_log.append(StockEntry {
        goods_id: goods.id,
        order_id: None,
        refund_id: None,
        number: goods.stock,
        cause: StockCause::Opening,
        reason: None,
        at: goods.created_at,
    });
    shop.goods.insert(goods.id, goods.clone());
    Ok(Receipt::Goods(Box::new(goods.clone())))
}

pub(super) fn edit_goods(shop: &mut Shop, edit: &EditGoods) -> Result<Receipt, Rejection> {
    let unknown = || Rejection::new(Reason::GoodsUnknown, "there are no such goods");
    let id = edit.goods_id.ok_or_else(unknown)?;
    let mut goods = shop.goods.get(&id).ok_or_else(unknown)?.clone();
    goods.name = edit.name.clone().unwrap_or(goods.name);
    goods.price = edit.price.unwrap_or(goods.price);
    goods.desc = edit.desc.clone().unwrap_or(goods.desc);
    faults::none(faults::of_description(&goods))?;
    shop.edited_goods.insert(id);
    shop.goods.put(id, goods.clone());
    Ok(Receipt::Goods(Box::new(goods)))
}

pub(super) fn correct_stock(shop: &mut Shop, correct: &CorrectStock, context: &Context<'_>) -> Result<Receipt, Rejection> {
    let id = correct.goods_id;
    faults::none(faults::of_stock(correct))?;
    let known = shop.goods.get(&id).ok_or_else(|| Rejection::new(Reason::GoodsUnknown, format!("there are no goods {id}")))?;
    let stock = known.stock_after(correct.delta)?;
    let mut goods = known.clone();
    goods.stock = stock;
    shop.goods.put(id, goods.clone());
    shop.stock_log.append(StockEntry {
        goods_id: id,
        order_id: None,
        refund_id: None,
        number: correct.delta,
        cause: StockCause::Correction,
        reason: Some(correct.reason.clone()),
        at: context.now,
    });
    Ok(Receipt::Goods(Box::new(goods)))
}

pub(super) fn create_coupon(shop: &mut Shop, coupon: &Coupon, context: &Context<'_>) -> Result<Receipt, Rejection> {
    faults::none(faults::of_coupon(coupon))?;
    // where accounts are another process's, the door has asked there
    if context.parts.hold(Parts::ACCOUNTS) {
        find_account(shop, coupon.user_id)?;
    }
    shop.coupons.insert(coupon.id, coupon.clone());
    Ok(Receipt::Coupon(Box::new(coupon.clone())))
}

pub(super) fn correct_balance(shop: &mut Shop, correct: &CorrectBalance, context: &Context<'_>) -> Result<Receipt, Rejection> {
    faults::none(faults::of_balance(correct))?;
    let mut account = find_account(shop, correct.user_id)?.clone();
    account.balance = account.balance_after(correct.delta)?;
    shop.accounts.put(account.id, account.clone());
    shop.money_log.append(MoneyEntry {
        user_id: account.id,
        order_id: None,
        refund_id: None,
        amount: correct.delta,
        cause: MoneyCause::Correction,
        reason: Some(correct.reason.clone()),
        at: context.now,
    });
    Ok(Receipt::Account(Box::new(account)))
}

fn find_account(shop: &Shop, id: UserId) -> Result<&Account, Rejection> {
    shop.accounts.get(&id).ok_or_else(|| Rejection::new(Reason::UserUnknown, format!("there is no user {id}")))
}
