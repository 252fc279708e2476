/**
 * The official Java clients of Apache RocketMQ beside the shop: what it sends they read, what they send it reads. In reading order: {@link
 * rocketmall.interop.Client} and its two kinds, {@link rocketmall.interop.Shop} and {@link rocketmall.interop.Program} through which
 * everything is looked at, then what holds in {@link rocketmall.interop.FromTheShop}, {@link rocketmall.interop.ToTheShop} and {@link
 * rocketmall.interop.Strange}.
 */
package rocketmall.interop;
