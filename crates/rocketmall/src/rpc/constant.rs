//! How the contract calls refusals: the constants of its enum `ShopConstant`, and which of them each of ours is.

use rocketmall_core::rejection::Reason;

/// A constant of the contract's `ShopConstant`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShopConstant {
    /// Its name, which travels.
    pub name: &'static str,
    /// Its number.
    pub code: i32,
    /// Which refusal of ours it is, where a peer refuses with it; `None` where it is none.
    pub reason: Option<Reason>,
}

const fn constant(name: &'static str, code: i32, reason: Reason) -> ShopConstant {
    ShopConstant { name, code, reason: Some(reason) }
}

/// All of them.
pub const ALL: [ShopConstant; 28] = [
    ShopConstant { name: "SHOP_SUCCESS", code: 1, reason: None },
    constant("SHOP_FAIL", 0, Reason::Internal),
    constant("SHOP_REQUEST_PARAMETER_VALID", -1, Reason::BadParameter),
    constant("SHOP_ORDER_INVALID", 3, Reason::OrderUnknown),
    constant("SHOP_ORDER_SHIPPINGFEE_INVALID", 10002, Reason::FreightWrong),
    constant("SHOP_ORDERAMOUNT_INVALID", 10003, Reason::TotalWrong),
    constant("SHOP_ORDER_SAVE_ERROR", 10004, Reason::SaveFailed),
    constant("SHOP_ORDER_CONFIRM_FAIL", 10005, Reason::ConfirmFailed),
    constant("SHOP_GOODS_NO_EXIST", 20001, Reason::GoodsUnknown),
    constant("SHOP_GOODS_PRICE_INVALID", 20002, Reason::PriceWrong),
    constant("SHOP_GOODS_NUM_NOT_ENOUGH", 20003, Reason::StockTooLow),
    constant("SHOP_REDUCE_GOODS_NUM_FAIL", 20004, Reason::DeductFailed),
    constant("SHOP_USER_IS_NULL", 30001, Reason::NoUser),
    constant("SHOP_USER_NO_EXIST", 30002, Reason::UserUnknown),
    constant("SHOP_USER_MONEY_REDUCE_FAIL", 30003, Reason::BalanceDeductFailed),
    constant("SHOP_USER_MONEY_REFUND_ALREADY", 30004, Reason::AlreadyRefunded),
    constant("SHOP_COUPON_NO_EXIST", 40001, Reason::CouponUnknown),
    constant("SHOP_COUPON_INVALIED", 40002, Reason::CouponNotValid),
    constant("SHOP_COUPON_USE_FAIL", 40003, Reason::CouponUseFailed),
    constant("SHOP_COUPON_ISUSED", 1, Reason::CouponNotValid),
    constant("SHOP_MONEY_PAID_LESS_ZERO", 50001, Reason::BalanceNegative),
    constant("SHOP_MONEY_PAID_INVALID", 50002, Reason::BalanceTooLow),
    constant("SHOP_MQ_TOPIC_IS_EMPTY", 60001, Reason::TopicEmpty),
    constant("SHOP_MQ_MESSAGE_BODY_IS_EMPTY", 60002, Reason::BodyEmpty),
    constant("SHOP_MQ_SEND_MESSAGE_FAIL", 60003, Reason::SendFailed),
    constant("SHOP_PAYMENT_NOT_FOUND", 70001, Reason::PaymentUnknown),
    constant("SHOP_PAYMENT_IS_PAID", 70002, Reason::AlreadyPaid),
    constant("SHOP_PAYMENT_PAY_ERROR", 70002, Reason::PaymentRefused),
];

/// The constant of this name.
pub fn named(name: &str) -> Option<&'static ShopConstant> {
    ALL.iter().find(|constant| constant.name == name)
}

/// What a refusal of ours is called there. Where the contract has no name of its own for it, the nearest.
pub fn of(reason: Reason) -> &'static ShopConstant {
    let own = |reason: Reason| ALL.iter().find(|constant| constant.reason == Some(reason)).unwrap_or(&ALL[1]);
    match reason {
        Reason::BadParameter
        | Reason::NoUser
        | Reason::GoodsUnknown
        | Reason::UserUnknown
        | Reason::PriceWrong
        | Reason::StockTooLow
        | Reason::FreightWrong
        | Reason::TotalWrong
        | Reason::BalanceNegative
        | Reason::BalanceTooLow
        | Reason::CouponUnknown
        | Reason::CouponNotValid
        | Reason::PaymentUnknown
        | Reason::AlreadyPaid
        | Reason::PaymentRefused
        | Reason::AlreadyRefunded
        | Reason::TopicEmpty
        | Reason::BodyEmpty
        | Reason::SaveFailed
        | Reason::ConfirmFailed
        | Reason::DeductFailed
        | Reason::CouponUseFailed
        | Reason::BalanceDeductFailed
        | Reason::SendFailed
        | Reason::OrderUnknown => own(reason),
        Reason::KeyReused | Reason::MobileTaken | Reason::MessageUnknown => own(Reason::BadParameter),
        Reason::OrderNotPayable
        | Reason::OrderNotCancellable
        | Reason::OrderNotRefundable
        | Reason::RefundTooLarge
        | Reason::TooManyRefunds
        | Reason::OrderNotShippable
        | Reason::OrderNotReceivable
        | Reason::RefundStateWrong
        | Reason::RefundUnknown => own(Reason::OrderUnknown),
        Reason::TooManyAttempts | Reason::CurrencyWrong | Reason::AmountWrong | Reason::ChannelUnknown | Reason::ChannelUnreachable => {
            own(Reason::PaymentRefused)
        }
        Reason::NotYet
        | Reason::Busy
        | Reason::OutcomeUnknown
        | Reason::StillPlacing
        | Reason::ServiceAway
        | Reason::NotOffered
        | Reason::Internal => own(Reason::Internal),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The contract's numbers end here; ours begin above.
    const OURS: i32 = 80_000;

    #[test]
    fn a_refusal_with_a_number_of_the_contract_is_its_constant() {
        for reason in Reason::ALL.iter().filter(|reason| reason.code() < OURS) {
            let constant = of(*reason);
            assert_eq!((constant.code, constant.reason), (reason.code(), Some(*reason)), "{reason:?}");
        }
    }

    #[test]
    fn a_refusal_without_one_has_the_nearest_and_none_is_called_a_success() {
        for reason in Reason::ALL {
            let constant = of(*reason);
            assert!(constant.name != "SHOP_SUCCESS" && constant.reason.is_some(), "{reason:?}");
        }
        assert_eq!(of(Reason::OrderNotPayable).name, "SHOP_ORDER_INVALID");
        assert_eq!(of(Reason::ChannelUnknown).name, "SHOP_PAYMENT_PAY_ERROR");
        assert_eq!(of(Reason::ServiceAway).name, "SHOP_FAIL");
    }

    #[test]
    fn each_name_is_there_once_and_found() {
        let names: BTreeSet<&str> = ALL.iter().map(|constant| constant.name).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|constant| named(constant.name) == Some(constant)));
        assert_eq!(named("SHOP_NO_SUCH"), None);
    }
}
