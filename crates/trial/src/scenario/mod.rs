//! Scenarios: what the shop must do, as text, run through every door alike (core, `SQLite`, `MariaDB`, HTTP).
//!
//! A file of `scenarios/` is one story. A line is one step; `#` begins a comment. Goods, users, coupons, orders and
//! payments go by labels of the file's own choice; a label that was never given out stands for what does not exist.
//! Every command says after `->` what it must answer: `ok`, perhaps with figures, or the slug of a refusal.
//!
//! ```text
//! goods 1 price 9.99 stock 1                      what there is; these steps are not what is tried
//! user 8 [balance 50.00]
//! coupon 5 user 8 price 20.00 [min 30.00] [expires 2h]
//!
//! place A user 8 goods 1x1,2x3@9.99 [coupon 5] [money 10.00] [key K] -> ok [pay 0.00] [same B]
//!                                                 @9.99: the price the customer saw; so are [freight 10.00]
//!                                                 [total 19.99] [pay-amount 9.99]
//! quote user 8 goods 1x1 … -> ok [pay 19.99]      the same, nothing stored
//! cancel A [user 9] -> ok                         by the order's user, or another
//! pay P order A channel sandbox [method card] [user 9] -> ok [amount 9.99] [same Q]
//! notify P paid|failed|closed [amount 1.00] [currency USD] [times 3] -> ok
//! platform P paid|failed|closed                   there it happens, and no notification comes
//! sync P -> ok                                    the platform is asked
//! platform P refuses 2                            the next refunds of this payment fail there
//! ship A -> ok
//! receive A [user 9] -> ok
//! refund R order A [lines 1x1,2x3 | amount 9.99] [return] [user 9] -> ok [amount 9.99]
//! approve|reject|goods-received|retry|abandon R -> ok
//! stock 1 by -3 -> ok                             a correction
//! balance 8 by 50.00 -> ok
//! price 1 now 9.99 -> ok
//!
//! advance 31m                                     time passes; what is due by then is done
//! settle                                          messages, due timers and refunds run to their end
//! hold                                            messages wait until the next of these two
//!
//! expect goods 1 stock 0 [price 9.99]
//! expect user 8 [balance 40.00] [score 12]
//! expect order A [status cancelled] [pay unpaid] [shipping shipped] [pay 9.99] …
//! expect coupon 5 free
//! expect coupon 5 used by A
//! expect payment P refunded
//! expect refund R succeeded [amount 9.99] [balance 1.00]
//! expect verify clean
//! ```
//!
//! Figures of an order are `goods`, `freight`, `total`, `coupon`, `money`, `pay` and `refunded`. Every file ends as if with
//! `settle` and `expect verify clean`.
//!
//! [`parse()`] reads a file into [`Step`]s, [`run()`] takes them through a [`Door`]: [`CoreDoor`] and [`StoreDoor`]
//! stand here, the HTTP door beside the server that it needs. Messages run by themselves behind some doors: a file looks at their effects only after
//! `settle`, and says `hold` where something has to come before them.

mod command_door;
mod core_door;
mod door;
mod labels;
mod parse;
mod platform;
mod run;
mod step;
mod store_door;
mod words;
mod workers;

pub use command_door::{CommandDoor, TakesCommands};
pub use core_door::{CoreDoor, Memory};
pub use door::{Answer, CouponView, Door, Figures, GoodsView, OrderView, Placed, RefundView, Started, UserView};
pub use labels::{Kind, Labels};
pub use parse::{files, parse};
pub use platform::Platform;
pub use run::{run, run_all};
pub use step::{Action, Asked, AskedLine, Claim, Expectation, Figure, Label, NewCoupon, Notice, Pay, RefundAsk, Scenario, Step, Wanted};
pub use store_door::{StoreDoor, Stored, found, going_on};
pub use words::{ORDER_STATUS, PAY_STATUS, PAYMENT_STATE, REFUND_STATE, SHIPPING_STATUS, one_of, reason};
pub use workers::{Workers, advance, settle};
