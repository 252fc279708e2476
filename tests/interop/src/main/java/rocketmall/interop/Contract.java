package rocketmall.interop;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** What the messages are called, and how the original wrote their bodies. */
final class Contract {
    static final String ORDER_TOPIC = "order-out";
    static final String ORDER_CANCEL = "order_cancel";
    static final String PAY_TOPIC = "payTopic";
    static final String PAID = "paid";

    /** Who hears that an order is called off. */
    static final Set<String> CANCEL_GROUPS = Set.of("order-out-group1", "order-out-group2", "order-out-group3", "order-out-group4");
    /** Who hears that money has come. */
    static final Set<String> PAID_GROUPS = Set.of("pay_payTopic_group", "pay_payTopic_user_group", "pay_payTopic_log_group");

    private Contract() {}

    /** The original's body: one kind of goods, no lines. */
    static String cancel(String order, String coupon, String user, String userMoney, String goods, int number) {
        return "{\"orderId\":%s,\"couponId\":%s,\"userId\":%s,\"userMoney\":%s,\"goodsId\":%s,\"goodsNum\":%d}"
                .formatted(order, coupon, user, userMoney, goods, number);
    }

    /** The original's body: it does not say whose order. */
    static String paid(String payment, String order, String amount) {
        return "{\"payId\":%s,\"orderId\":%s,\"payAmount\":%s,\"isPaid\":2}".formatted(payment, order, amount);
    }

    /** A body that is an object with just these fields. */
    static JsonObject read(byte[] body, Set<String> fields) {
        JsonObject object = JsonParser.parseString(new String(body, StandardCharsets.UTF_8)).getAsJsonObject();
        Expect.equal("the body's fields", fields, object.keySet());
        return object;
    }

    /** The number as it is written, which must be no string. */
    static String number(JsonObject object, String field) {
        JsonElement element = object.get(field);
        boolean number = element.isJsonPrimitive() && element.getAsJsonPrimitive().isNumber();
        Expect.that(number, () -> field + " is no JSON number: " + element);
        return element.getAsString();
    }

    /** Compares an amount with the JSON number that says it. */
    static void amount(JsonObject object, String field, String expected) {
        BigDecimal said = new BigDecimal(number(object, field));
        Expect.that(said.compareTo(new BigDecimal(expected)) == 0, () -> field + " is " + said + ", not " + expected);
    }
}
