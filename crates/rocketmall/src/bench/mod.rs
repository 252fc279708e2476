//! `rocketmall bench`: how fast the shop is, beside what others do, in one program and one run.
//!
//! In reading order: [`scenario`] is what clients do, [`data`] what they do it with, [`load`] how they call; [`engine_client`] and
//! [`http_client`] call RocketMall ([`remote`]: a server that runs already), [`baseline`] does what others do; [`stage`] is where a [`round`] takes place, [`play`] has them take
//! turns, [`machine`] tells what it took; [`report`] makes the table, [`goals`] hold the ratios against what was aimed at.
//! [`growth`] fills in the past of a shop that is not new any more.

pub mod baseline;
pub mod bus;
pub mod data;
pub mod engine_client;
pub mod goals;
pub mod growth;
pub mod http_client;
pub mod load;
pub mod machine;
pub mod platform;
pub mod play;
pub mod remote;
pub mod report;
pub mod round;
pub mod scenario;
pub mod server;
pub mod stage;
