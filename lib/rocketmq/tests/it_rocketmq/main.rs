//! Against a real RocketMQ: set `ROCKETMALL_TEST_ROCKETMQ` to the gRPC endpoint of its proxy.
