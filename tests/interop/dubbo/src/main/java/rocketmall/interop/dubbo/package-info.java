/**
 * Java's Dubbo at the other end of ours: {@link rocketmall.interop.dubbo.Main} provides, checks, or calls what it reads.
 * The original's interfaces and classes beside it are written anew; their names are the wire format.
 */
package rocketmall.interop.dubbo;
