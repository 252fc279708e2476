//! A scenario as it was read: steps with what they must answer.

use rocketmall_core::command::{Outcome, RefundStep};
use rocketmall_core::money::Cents;
use rocketmall_core::order::{OrderStatus, PayStatus, ShippingStatus};
use rocketmall_core::payment::PaymentState;
use rocketmall_core::refund::RefundState;
use rocketmall_core::rejection::Reason;

/// A name within one scenario: `1`, `A`, `P`.
pub type Label = String;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The file's name.
    pub name: String,
    /// Its steps in order.
    pub steps: Vec<Step>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number, from 1 on.
    pub line: usize,
    /// As it stands there.
    pub text: String,
    /// What it says.
    pub action: Action,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// There are these goods.
    Goods {
        /// Their label.
        goods: Label,
        /// The price of one piece.
        price: Cents,
        /// Pieces.
        stock: i64,
    },
    /// There is this user.
    User {
        /// Their label.
        user: Label,
        /// What the account holds.
        balance: Cents,
    },
    /// There is this coupon.
    Coupon(NewCoupon),
    /// Somebody places an order.
    Place {
        /// The new order's label.
        order: Label,
        /// What is asked for.
        asked: Asked,
        /// The idempotency key.
        key: Option<String>,
        /// The answer.
        wanted: Wanted,
    },
    /// Somebody asks what an order would cost.
    Quote {
        /// What is asked for.
        asked: Asked,
        /// The answer.
        wanted: Wanted,
    },
    /// Somebody calls an order off.
    Cancel {
        /// The order.
        order: Label,
        /// Who; the order's user if not said.
        user: Option<Label>,
        /// The answer.
        wanted: Wanted,
    },
    /// Somebody begins to pay.
    Pay {
        /// The attempt.
        pay: Pay,
        /// The answer.
        wanted: Wanted,
    },
    /// The platform notifies.
    Notify {
        /// What it says.
        notice: Notice,
        /// The answer, each time.
        wanted: Wanted,
    },
    /// At the platform this happens, and no notification comes.
    Platform {
        /// The attempt.
        payment: Label,
        /// What happens to it.
        outcome: Outcome,
    },
    /// The platform will refuse the next refunds of an attempt.
    Refuse {
        /// The attempt.
        payment: Label,
        /// How many.
        times: usize,
    },
    /// The goods leave.
    Ship {
        /// The order.
        order: Label,
        /// The answer.
        wanted: Wanted,
    },
    /// The goods arrive.
    Receive {
        /// The order.
        order: Label,
        /// Who says so; the order's user if not said.
        user: Option<Label>,
        /// The answer.
        wanted: Wanted,
    },
    /// Somebody asks for money back.
    Refund {
        /// What is asked for.
        ask: RefundAsk,
        /// The answer.
        wanted: Wanted,
    },
    /// The shop decides on a refund.
    Handle {
        /// The refund.
        refund: Label,
        /// What it decides.
        step: RefundStep,
        /// The answer.
        wanted: Wanted,
    },
    /// The platform is asked about an attempt.
    Sync {
        /// The attempt.
        payment: Label,
        /// The answer.
        wanted: Wanted,
    },
    /// A stock correction.
    Stock {
        /// The goods.
        goods: Label,
        /// Pieces that come or go.
        delta: i64,
        /// The answer.
        wanted: Wanted,
    },
    /// A balance correction.
    Balance {
        /// Whose.
        user: Label,
        /// Money that comes or goes.
        delta: Cents,
        /// The answer.
        wanted: Wanted,
    },
    /// Another price.
    Price {
        /// The goods.
        goods: Label,
        /// The price from now on.
        price: Cents,
        /// The answer.
        wanted: Wanted,
    },
    /// So many milliseconds pass.
    Advance(i64),
    /// Everything under way runs to its end.
    Settle,
    /// Messages wait until the shop settles or time passes.
    Hold,
    /// Something must be so.
    Expect(Expectation),
}

/// A coupon to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCoupon {
    /// Its label.
    pub coupon: Label,
    /// Whose it is.
    pub user: Label,
    /// What it pays.
    pub price: Cents,
    /// From which goods amount on.
    pub min_spend: Cents,
    /// After how many milliseconds it expires.
    pub expires_after: Option<i64>,
}

/// What somebody wants to order, and what they saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Who.
    pub user: Label,
    /// Which goods.
    pub lines: Vec<AskedLine>,
    /// With which coupon.
    pub coupon: Option<Label>,
    /// How much of the balance.
    pub money: Cents,
    /// The freight seen.
    pub freight: Option<Cents>,
    /// The total seen.
    pub total: Option<Cents>,
    /// The amount to pay seen.
    pub pay_amount: Option<Cents>,
}

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedLine {
    /// The goods.
    pub goods: Label,
    /// Pieces.
    pub number: i64,
    /// The price seen.
    pub price: Option<Cents>,
}

/// An attempt to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pay {
    /// The new attempt's label.
    pub payment: Label,
    /// The order.
    pub order: Label,
    /// Who; the order's user if not said.
    pub user: Option<Label>,
    /// The channel.
    pub channel: String,
    /// The way to pay within it.
    pub method: Option<String>,
}

/// What somebody wants back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundAsk {
    /// The new refund's label.
    pub refund: Label,
    /// The order.
    pub order: Label,
    /// Who; the order's user if not said.
    pub user: Option<Label>,
    /// Which pieces.
    pub lines: Option<Vec<AskedLine>>,
    /// How much money.
    pub amount: Option<Cents>,
    /// Are shipped goods sent back?
    pub return_goods: bool,
}

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The attempt.
    pub payment: Label,
    /// What happened there.
    pub outcome: Outcome,
    /// The amount it speaks of; the attempt's if not said.
    pub amount: Option<Cents>,
    /// The currency it speaks of; the shop's if not said.
    pub currency: Option<String>,
    /// How often it comes.
    pub times: usize,
}

/// What a command must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// It is done, and this holds of the answer.
    Ok(Vec<Claim>),
    /// It is refused.
    Refused(Reason),
}

/// What must hold of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is the order or attempt that has this label already.
    Same(Label),
    /// A figure of the order.
    Figure(Figure, Cents),
}

/// An amount of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Sum of the lines.
    Goods,
    /// Freight.
    Freight,
    /// Goods and freight.
    Total,
    /// What the coupon pays.
    Coupon,
    /// What the balance pays.
    Money,
    /// What is left to pay; the amount of an attempt or a refund.
    Pay,
    /// What went back.
    Refunded,
}

/// What must be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Of goods.
    Goods {
        /// Which.
        goods: Label,
        /// Their stock.
        stock: Option<i64>,
        /// Their price.
        price: Option<Cents>,
    },
    /// Of a user.
    User {
        /// Which.
        user: Label,
        /// The balance.
        balance: Option<Cents>,
        /// The score.
        score: Option<i64>,
    },
    /// Of an order.
    Order {
        /// Which.
        order: Label,
        /// Its status.
        status: Option<OrderStatus>,
        /// Whether it is paid.
        pay_status: Option<PayStatus>,
        /// Whether it is shipped.
        shipping: Option<ShippingStatus>,
        /// Its amounts.
        figures: Vec<(Figure, Cents)>,
    },
    /// Of a coupon.
    Coupon {
        /// Which.
        coupon: Label,
        /// The order that holds it; free if none.
        used_by: Option<Label>,
    },
    /// Of an attempt.
    Payment {
        /// Which.
        payment: Label,
        /// Where it stands.
        state: PaymentState,
    },
    /// Of a refund.
    Refund {
        /// Which.
        refund: Label,
        /// Where it stands.
        state: RefundState,
        /// All that goes back.
        amount: Option<Cents>,
        /// The balance's part of it.
        balance: Option<Cents>,
    },
    /// The audit finds nothing.
    VerifyClean,
}
