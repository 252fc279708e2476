package rocketmall.interop;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;

/** One of RocketMQ's clients for Java, with a connection of one kind: it sends to topics, and hears what the shop and others send. */
public interface Client extends AutoCloseable {
    /** What it is called in reports. */
    String name();

    /** Sends a message and waits for the broker's word. */
    void send(Outgoing message) throws Exception;

    /** All that it has heard so far. */
    Queue<Heard> heard();

    @Override
    void close() throws IOException;

    /** A message to be sent; without a key if that is null. */
    record Outgoing(String topic, String tag, String key, byte[] body) {}

    /** A message that was received, as the client shows it; {@code stored} bytes of the broker's, if it tells. */
    record Heard(String topic, String tag, String keys, byte[] body, Map<String, String> properties, String id, OptionalInt stored) {}
}
