//! How much text from outside is kept, in characters: what the checks refuse beyond, and what the API document promises.

/// A message's key, id, topic, tag or group.
pub const MESSAGE_KEY: usize = 64;
/// A message's body, in bytes.
pub const MESSAGE_BODY: usize = 60_000;
/// A user's name.
pub const USER_NAME: usize = 100;
/// The name of goods.
pub const GOODS_NAME: usize = 255;
/// What goods are.
pub const GOODS_DESC: usize = 2000;
/// Where an order goes.
pub const ADDRESS: usize = 255;
/// For whom an order is.
pub const CONSIGNEE: usize = 64;
/// Who carries an order.
pub const CARRIER: usize = 64;
/// The carrier's number for an order.
pub const TRACKING_NO: usize = 64;
/// Why something was done, in the caller's words.
pub const REASON: usize = 255;
/// The way to pay within a channel.
pub const METHOD: usize = 32;
/// A mobile number at least, its plus included.
pub const MOBILE_LEAST: usize = 5;
/// A mobile number at most.
pub const MOBILE: usize = 20;
/// A password at least.
pub const PASSWORD_LEAST: usize = 8;
/// A password at most.
pub const PASSWORD: usize = 128;
