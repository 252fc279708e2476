//! What the shop itself enters: users, goods, coupons, corrections.

use super::{Context, check_length, check_text};
use crate::account::{Account, MoneyCause, MoneyEntry};
use crate::command::{CorrectBalance, CorrectStock, EditGoods, Receipt, RegisterUser};
use crate::coupon::Coupon;
use crate::goods::{Goods, MAX_STOCK, StockCause, StockEntry};
use crate::id::UserId;
use crate::limit;
use crate::money::Cents;
use crate::rejection::{Reason, Rejection};
use crate::shop::{Credential, Shop};

pub(super) fn register(shop: &mut Shop, register: &RegisterUser) -> Result<Receipt, Rejection> {
    let account = &register.account;
    check_text("name", &account.name, limit::USER_NAME)?;
    check_mobile(&account.mobile)?;
    if shop.mobiles.contains_key(&account.mobile) {
        return Err(Rejection::of_field(Reason::MobileTaken, "mobile", "log in, or take another number"));
    }
    shop.mobiles.insert(account.mobile.clone(), account.id);
    shop.credentials.push(Credential { user_id: account.id, password_hash: register.password_hash.clone() });
    if account.balance != Cents::ZERO {
        shop.money_log.append(MoneyEntry {
            user_id: account.id,
            order_id: None,
            amount: account.balance,
            cause: MoneyCause::Opening,
            reason: None,
            at: account.created_at,
        });
    }
    shop.accounts.insert(account.id, account.clone());
    Ok(Receipt::Account(Box::new(account.clone())))
}

/// Digits, with an optional plus.
fn check_mobile(mobile: &str) -> Result<(), Rejection> {
    let digits = mobile.strip_prefix('+').unwrap_or(mobile);
    if (limit::MOBILE_LEAST..=limit::MOBILE).contains(&mobile.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(Rejection::of_field(Reason::BadParameter, "mobile", "a number of 5 to 20 digits, with an optional + before it"))
}

pub(super) fn create_goods(shop: &mut Shop, goods: &Goods) -> Result<Receipt, Rejection> {
    check_goods(&goods.name, &goods.desc, goods.price)?;
    if !(0..=MAX_STOCK).contains(&goods.stock) {
        return Err(Rejection::of_field(Reason::BadParameter, "number", format!("a number from 0 to {MAX_STOCK}")));
    }
    shop.stock_log.append(StockEntry {
        goods_id: goods.id,
        order_id: None,
        number: goods.stock,
        cause: StockCause::Opening,
        reason: None,
        at: goods.created_at,
    });
    shop.goods.insert(goods.id, goods.clone());
    Ok(Receipt::Goods(Box::new(goods.clone())))
}

fn check_goods(name: &str, desc: &str, price: Cents) -> Result<(), Rejection> {
    check_text("name", name, limit::GOODS_NAME)?;
    check_length("desc", desc.chars().count(), limit::GOODS_DESC)?;
    if price <= Cents::ZERO {
        return Err(Rejection::of_field(Reason::BadParameter, "price", "an amount above 0.00"));
    }
    Ok(())
}

pub(super) fn edit_goods(shop: &mut Shop, edit: &EditGoods) -> Result<Receipt, Rejection> {
    let unknown = || Rejection::new(Reason::GoodsUnknown, "there are no such goods");
    let id = edit.goods_id.ok_or_else(unknown)?;
    let mut goods = shop.goods.get(&id).ok_or_else(unknown)?.clone();
    goods.name = edit.name.clone().unwrap_or(goods.name);
    goods.price = edit.price.unwrap_or(goods.price);
    goods.desc = edit.desc.clone().unwrap_or(goods.desc);
    check_goods(&goods.name, &goods.desc, goods.price)?;
    shop.edited_goods.insert(id);
    shop.goods.put(id, goods.clone());
    Ok(Receipt::Goods(Box::new(goods)))
}

pub(super) fn correct_stock(shop: &mut Shop, correct: &CorrectStock, context: &Context<'_>) -> Result<Receipt, Rejection> {
    let id = correct.goods_id;
    check_text("reason", &correct.reason, limit::REASON)?;
    if correct.delta == 0 {
        return Err(Rejection::of_field(Reason::BadParameter, "delta", "a number other than 0"));
    }
    let known = shop.goods.get(&id).ok_or_else(|| Rejection::new(Reason::GoodsUnknown, format!("there are no goods {id}")))?;
    let stock = known.stock_after(correct.delta)?;
    let mut goods = known.clone();
    goods.stock = stock;
    shop.goods.put(id, goods.clone());
    shop.stock_log.append(StockEntry {
        goods_id: id,
        order_id: None,
        number: correct.delta,
        cause: StockCause::Correction,
        reason: Some(correct.reason.clone()),
        at: context.now,
    });
    Ok(Receipt::Goods(Box::new(goods)))
}

pub(super) fn create_coupon(shop: &mut Shop, coupon: &Coupon) -> Result<Receipt, Rejection> {
    if coupon.price <= Cents::ZERO {
        return Err(Rejection::of_field(Reason::BadParameter, "price", "an amount above 0.00"));
    }
    if coupon.min_spend.is_negative() {
        return Err(Rejection::of_field(Reason::BadParameter, "min_spend", "an amount of 0.00 or more"));
    }
    find_account(shop, coupon.user_id)?;
    shop.coupons.insert(coupon.id, coupon.clone());
    Ok(Receipt::Coupon(Box::new(coupon.clone())))
}

pub(super) fn correct_balance(shop: &mut Shop, correct: &CorrectBalance, context: &Context<'_>) -> Result<Receipt, Rejection> {
    check_text("reason", &correct.reason, limit::REASON)?;
    if correct.delta == Cents::ZERO {
        return Err(Rejection::of_field(Reason::BadParameter, "delta", "an amount other than 0.00"));
    }
    let mut account = find_account(shop, correct.user_id)?.clone();
    account.balance = account.balance_after(correct.delta)?;
    shop.accounts.put(account.id, account.clone());
    shop.money_log.append(MoneyEntry {
        user_id: account.id,
        order_id: None,
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
