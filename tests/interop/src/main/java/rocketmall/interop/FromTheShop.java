package rocketmall.interop;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import rocketmall.interop.Client.Heard;
import rocketmall.interop.Shop.Placed;

/** What the shop sends, and each client reads. */
final class FromTheShop {
    private static final Set<String> CANCEL_FIELDS = Set.of("orderId", "couponId", "userId", "userMoney", "goodsId", "goodsNum", "lines");
    private static final Set<String> PAID_FIELDS = Set.of("payId", "orderId", "payAmount", "isPaid", "userId");

    private final Shop shop;
    private final String prefix;

    FromTheShop(Shop shop, String prefix) {
        this.shop = shop;
        this.prefix = prefix;
    }

    /** An order is placed and called off. */
    void cancelled(List<Client> clients, Checks checks) throws Exception {
        Shop.Books before = shop.books();
        Placed placed = shop.place(2);
        String order = placed.order();
        String traceId = shop.cancel(order);
        String id = Shop.text(shop.outgoing(Contract.ORDER_TOPIC, order), "id");
        for (Client client : clients) {
            checks.holds(client.name() + " hears order_cancel of the shop", () -> {
                Heard heard = await(client, Contract.ORDER_CANCEL, order);
                wrapping(heard, Contract.ORDER_TOPIC, order, id);
                Expect.equal("traceId", traceId, heard.properties().get("traceId"));
                JsonObject body = Contract.read(heard.body(), CANCEL_FIELDS);
                numbers(body, Map.of("orderId", order, "couponId", placed.coupon(), "userId", Shop.USER));
                numbers(body, Map.of("goodsId", Shop.GOODS, "goodsNum", "2"));
                Contract.amount(body, "userMoney", "100");
                Expect.equal("lines", 1, body.getAsJsonArray("lines").size());
                JsonObject line = body.getAsJsonArray("lines").get(0).getAsJsonObject();
                Expect.equal("a line's fields", Set.of("goodsId", "goodsNum"), line.keySet());
                numbers(line, Map.of("goodsId", Shop.GOODS, "goodsNum", "2"));
            });
        }
        checks.holds("the shop hears its own order_cancel", () -> shop.awaitBooks(before));
    }

    /** An order is placed and paid; its payment. */
    JsonObject paid(List<Client> clients, Checks checks) throws Exception {
        String order = shop.place(1).order();
        JsonObject payment = shop.startPayment(order);
        String pay = Shop.text(payment, "id");
        shop.payOnThePage(payment);
        checks.holds("the shop hears its own paid", () -> shop.awaitOrder(order, "pay_status", "paid"));
        String id = Shop.text(shop.outgoing(Contract.PAY_TOPIC, pay), "id");
        for (Client client : clients) {
            checks.holds(client.name() + " hears paid of the shop", () -> {
                Heard heard = await(client, Contract.PAID, pay);
                wrapping(heard, Contract.PAY_TOPIC, order, id);
                JsonObject body = Contract.read(heard.body(), PAID_FIELDS);
                numbers(body, Map.of("payId", pay, "orderId", order, "isPaid", "2", "userId", Shop.USER));
                Contract.amount(body, "payAmount", "4880");
            });
        }
        return payment;
    }

    /** The first that comes with this tag and key. */
    private static Heard await(Client client, String tag, String key) throws Exception {
        return Deadline.until(tag + " of " + key, () -> {
            var found = client.heard().stream().filter(heard -> tag.equals(heard.tag()) && key.equals(heard.keys())).findFirst();
            return found.orElseThrow(() -> new AssertionError("it is not among the " + client.heard().size() + " that came"));
        });
    }

    /** Everything round the body. */
    private void wrapping(Heard heard, String topic, String order, String id) {
        Expect.equal("topic", prefix + topic, heard.topic());
        Expect.equal("message id", id, heard.id());
        Map<String, String> properties = heard.properties();
        Expect.equal("contentType", "application/json", properties.get("contentType"));
        Expect.equal("orderId", order, properties.get("orderId"));
        String traceId = properties.getOrDefault("traceId", "");
        Expect.that(traceId.matches("[0-9a-f]{32}"), () -> "traceId is " + traceId);
        String parent = properties.getOrDefault("traceparent", "");
        Expect.that(parent.matches("00-" + traceId + "-[0-9a-f]{16}-0[01]"), () -> "traceparent is " + parent + ", traceId " + traceId);
    }

    private static void numbers(JsonObject object, Map<String, String> expected) {
        expected.forEach((field, value) -> Expect.equal(field, value, Contract.number(object, field)));
    }
}
