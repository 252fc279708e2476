package rocketmall.interop;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import rocketmall.interop.Client.Heard;
import rocketmall.interop.Client.Outgoing;
import rocketmall.interop.Shop.Books;
import rocketmall.interop.Shop.Placed;

/** Messages that one would rather not get. */
final class Strange {
    /** The classic client compresses what is longer than 4 kB. */
    private static final int LONG = 12_000;

    private final Shop shop;
    private final Program program;

    Strange(Shop shop, Program program) {
        this.shop = shop;
        this.program = program;
    }

    /** A long body, which the classic client compresses. */
    void longBody(Client client) throws Exception {
        Books before = shop.books();
        Placed placed = shop.place(1);
        client.send(ToTheShop.cancelOf(placed, placed.order(), "x".repeat(LONG)));
        awaitCancelled(placed, before);
        Heard heard = Deadline.until("the long message", () -> client.heard().stream()
                .filter(one -> placed.order().equals(one.keys()) && one.body().length > LONG)
                .findFirst()
                .orElseThrow(() -> new AssertionError("it has not come back to who sent it")));
        heard.stored().ifPresent(stored -> Expect.that(stored < LONG, () -> "it was not compressed: the broker has " + stored + " bytes"));
    }

    /** Without a key the body says which order is meant. */
    void withoutKey(Client client) throws Exception {
        Books before = shop.books();
        Placed placed = shop.place(1);
        client.send(ToTheShop.cancelOf(placed, null, ""));
        awaitCancelled(placed, before);
    }

    /** Nonsense ends as dead and visible, and what comes after it goes its way, even under the same key. */
    void nonsense(Client client, String key) throws Exception {
        byte[] nonsense = "{\"orderId\": nonsense".getBytes(StandardCharsets.UTF_8);
        client.send(new Outgoing(Contract.ORDER_TOPIC, Contract.ORDER_CANCEL, key, nonsense));
        Books before = shop.books();
        Placed placed = shop.place(1);
        client.send(new Outgoing(Contract.ORDER_TOPIC, Contract.ORDER_CANCEL, placed.order(), nonsense));
        client.send(ToTheShop.cancelOf(placed, placed.order(), ""));
        awaitCancelled(placed, before);
        program.awaitDead(key, Contract.CANCEL_GROUPS);
    }

    /**
     * Whoever says that an order is paid for which no money has come does not pay it: the message waits, visibly. When money comes after
     * all, the order is paid.
     */
    void forgedPayment(Client client) throws Exception {
        Placed placed = shop.place(1);
        JsonObject payment = shop.startPayment(placed.order());
        String pay = Shop.text(payment, "id");
        client.send(ToTheShop.paidOf(payment, pay));
        program.awaitRetrying(pay, "pay_payTopic_group");
        Expect.equal("pay_status", "paying", Shop.text(shop.order(placed.order()), "pay_status"));
        shop.payOnThePage(payment);
        shop.awaitOrder(placed.order(), "pay_status", "paid");
    }

    private void awaitCancelled(Placed placed, Books before) throws Exception {
        shop.awaitOrder(placed.order(), "status", "cancelled");
        shop.awaitBooks(before);
    }
}
