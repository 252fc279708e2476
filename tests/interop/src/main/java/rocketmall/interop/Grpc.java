package rocketmall.interop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.rocketmq.client.apis.ClientConfiguration;
import org.apache.rocketmq.client.apis.ClientServiceProvider;
import org.apache.rocketmq.client.apis.consumer.ConsumeResult;
import org.apache.rocketmq.client.apis.consumer.FilterExpression;
import org.apache.rocketmq.client.apis.consumer.PushConsumer;
import org.apache.rocketmq.client.apis.message.MessageBuilder;
import org.apache.rocketmq.client.apis.message.MessageView;
import org.apache.rocketmq.client.apis.producer.Producer;

/** The gRPC client of RocketMQ 5. */
final class Grpc implements Client {
    private static final ClientServiceProvider PROVIDER = ClientServiceProvider.loadService();

    private final String name;
    private final String prefix;
    private final Producer producer;
    private final PushConsumer consumer;
    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();

    Grpc(String name, String group, String address, String prefix) throws Exception {
        this.name = name;
        this.prefix = prefix;
        ClientConfiguration configuration = ClientConfiguration.newBuilder().setEndpoints(address).enableSsl(false).build();
        String orders = prefix + Contract.ORDER_TOPIC;
        String payments = prefix + Contract.PAY_TOPIC;
        producer = PROVIDER.newProducerBuilder().setClientConfiguration(configuration).setTopics(orders, payments).build();
        consumer = PROVIDER.newPushConsumerBuilder()
                .setClientConfiguration(configuration)
                .setConsumerGroup(group)
                .setSubscriptionExpressions(Map.of(
                        orders, new FilterExpression(Contract.ORDER_CANCEL), payments, new FilterExpression(Contract.PAID)))
                .setMessageListener(message -> {
                    heard.add(read(message));
                    return ConsumeResult.SUCCESS;
                })
                .build();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void send(Outgoing message) throws Exception {
        MessageBuilder builder = PROVIDER.newMessageBuilder()
                .setTopic(prefix + message.topic())
                .setTag(message.tag())
                .setBody(message.body())
                .addProperty("contentType", "application/json");
        if (message.key() != null) {
            builder.setKeys(message.key());
        }
        producer.send(builder.build());
    }

    private static Heard read(MessageView message) {
        ByteBuffer buffer = message.getBody();
        byte[] body = new byte[buffer.remaining()];
        buffer.get(body);
        return new Heard(
                message.getTopic(), message.getTag().orElse(null), String.join(" ", message.getKeys()), body, message.getProperties(),
                message.getMessageId().toString(), OptionalInt.empty());
    }

    @Override
    public Queue<Heard> heard() {
        return heard;
    }

    @Override
    public void close() throws IOException {
        consumer.close();
        producer.close();
    }
}
