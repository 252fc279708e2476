//! RocketMall: an order and payment system that keeps money and stock right.
