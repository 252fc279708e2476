//! Which of the shop's tables a database holds: all of them, or those of a role that keeps its own.

/// A set of parts of the shop, each with tables that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts(u8);

impl Parts {
    /// None.
    pub const NONE: Self = Self(0);
    /// Orders with their lines, their notes of payment attempts, and refunds.
    pub const ORDERS: Self = Self(1);
    /// Goods and the stock log.
    pub const GOODS: Self = Self(1 << 1);
    /// Coupons.
    pub const COUPONS: Self = Self(1 << 2);
    /// Accounts, the logs of money and score, and sessions.
    pub const ACCOUNTS: Self = Self(1 << 3);
    /// The payment log.
    pub const PAYMENT_LOG: Self = Self(1 << 4);
    /// Payment attempts as they were agreed with the platforms. Beside the orders these are the orders' notes of them.
    pub const PAYMENTS: Self = Self(1 << 5);
    /// The whole shop.
    pub const ALL: Self = Self(0b11_1111);

    /// Each part by itself.
    pub const EACH: [Self; 6] = [Self::ORDERS, Self::GOODS, Self::COUPONS, Self::ACCOUNTS, Self::PAYMENT_LOG, Self::PAYMENTS];

    /// These and those.
    #[must_use]
    pub const fn with(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }

    /// Are all of `wanted` among them?
    pub const fn hold(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// Are payments here without their orders? Then the orders' books, elsewhere, decide, and have their own notes.
    pub const fn hold_payments_alone(self) -> bool {
        self.hold(Self::PAYMENTS) && !self.hold(Self::ORDERS)
    }
}
