package rocketmall.interop;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import rocketmall.interop.Client.Outgoing;
import rocketmall.interop.Shop.Books;
import rocketmall.interop.Shop.Placed;

/** What a client sends as the original did, and what the shop does: once, however often it comes. */
final class ToTheShop {
    private final Shop shop;
    private final Program program;

    ToTheShop(Shop shop, Program program) {
        this.shop = shop;
        this.program = program;
    }

    /** An order is called off by a message in the original's form, sent twice. */
    void cancel(Client client) throws Exception {
        Books before = shop.books();
        Placed placed = shop.place(1);
        Map<String, Long> repeats = shop.repeats(Contract.CANCEL_GROUPS);
        Outgoing message = cancelOf(placed, placed.order(), "");
        client.send(message);
        client.send(message);
        shop.awaitOrder(placed.order(), "status", "cancelled");
        // the second one, and the shop's own, which the cancelling group sends
        shop.awaitRepeats(repeats, 2);
        Expect.equal("the books", before, shop.books());
    }

    /** That an order is called off, in the original's form, with a field more that it did not have. */
    static Outgoing cancelOf(Placed placed, String key, String more) {
        String body = Contract.cancel(placed.order(), placed.coupon(), Shop.USER, "100", Shop.GOODS, 1);
        String longer = more.isEmpty() ? body : body.replace("}", ",\"more\":\"" + more + "\"}");
        return new Outgoing(Contract.ORDER_TOPIC, Contract.ORDER_CANCEL, key, longer.getBytes(StandardCharsets.UTF_8));
    }

    /** A payment that the shop knows of is reported again in the original's form, twice under its key and once without any. */
    void paidAgain(Client client, JsonObject payment) throws Exception {
        String order = Shop.text(payment, "order_id");
        JsonObject orderBefore = shop.order(order);
        Books before = shop.books();
        Map<String, Long> repeats = shop.repeats(Contract.PAID_GROUPS);
        String pay = Shop.text(payment, "id");
        client.send(paidOf(payment, pay));
        client.send(paidOf(payment, pay));
        client.send(paidOf(payment, null));
        shop.awaitRepeats(repeats, 3);
        Expect.equal("the order", orderBefore, shop.order(order));
        Expect.equal("the books", before, shop.books());
    }

    /** Messages under keys of somebody's own making are heard, and take no second effect either. */
    void otherKeys(Client client, JsonObject payment) throws Exception {
        Books before = shop.books();
        JsonObject orderBefore = shop.order(Shop.text(payment, "order_id"));
        Placed placed = shop.place(1);
        for (String key : List.of("first-of-" + placed.order(), "second-of-" + placed.order())) {
            client.send(cancelOf(placed, key, ""));
            program.awaitDone(key, Contract.CANCEL_GROUPS);
            client.send(paidOf(payment, key + "-paid"));
            program.awaitDone(key + "-paid", Contract.PAID_GROUPS);
        }
        Expect.equal("status", "cancelled", Shop.text(shop.order(placed.order()), "status"));
        Expect.equal("the order", orderBefore, shop.order(Shop.text(payment, "order_id")));
        Expect.equal("the books", before, shop.books());
    }

    /** That a payment has come, in the original's form. */
    static Outgoing paidOf(JsonObject payment, String key) {
        String body = Contract.paid(Shop.text(payment, "id"), Shop.text(payment, "order_id"), Shop.text(payment, "amount"));
        return new Outgoing(Contract.PAY_TOPIC, Contract.PAID, key, body.getBytes(StandardCharsets.UTF_8));
    }
}
