//! The sandbox payment platform: a third party for development, apart from the shop.
