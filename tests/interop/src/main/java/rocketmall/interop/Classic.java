package rocketmall.interop;

import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** The remoting client, which the original used. It takes a proxy's remoting port for a name server. */
final class Classic implements Client {
    /** As the original's. */
    private static final String PRODUCER_GROUP = "payProducerGroup";

    private final String name;
    private final String prefix;
    private final DefaultMQProducer producer;
    private final DefaultMQPushConsumer consumer;
    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();

    Classic(String name, String group, String address, String prefix) throws Exception {
        this.name = name;
        this.prefix = prefix;
        producer = new DefaultMQProducer(PRODUCER_GROUP);
        producer.setNamesrvAddr(address);
        // Clients of one process share a connection, and so one address, unless they are told apart.
        producer.setInstanceName(group);
        consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(address);
        consumer.setInstanceName(group);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(prefix + Contract.ORDER_TOPIC, Contract.ORDER_CANCEL);
        consumer.subscribe(prefix + Contract.PAY_TOPIC, Contract.PAID);
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            messages.forEach(message -> heard.add(read(message)));
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        producer.start();
        consumer.start();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void send(Outgoing message) throws Exception {
        Message sent = new Message(prefix + message.topic(), message.tag(), message.body());
        if (message.key() != null) {
            sent.setKeys(message.key());
        }
        sent.putUserProperty("contentType", "application/json");
        SendResult result = producer.send(sent);
        if (result.getSendStatus() != SendStatus.SEND_OK) {
            throw new IllegalStateException("the broker says " + result);
        }
    }

    private static Heard read(MessageExt message) {
        return new Heard(
                message.getTopic(), message.getTags(), message.getKeys(), message.getBody(), Map.copyOf(message.getProperties()),
                message.getMsgId(), OptionalInt.of(message.getStoreSize()));
    }

    @Override
    public Queue<Heard> heard() {
        return heard;
    }

    @Override
    public void close() {
        consumer.shutdown();
        producer.shutdown();
    }
}
