//! Payment platforms as seen from the shop: prepay, query, close, refund, notifications.
