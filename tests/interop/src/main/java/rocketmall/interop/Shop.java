package rocketmall.interop;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The shop over HTTP, under {@code --dev} with its demo rows: a customer's calls, and an administrator's looks. */
final class Shop {
    static final String USER = "345963634385633280";
    static final String GOODS = "345959443973935104";

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build();
    private final String url;

    Shop(String url) {
        this.url = url;
    }

    /** What a customer sees of the shop: nothing of it may change by a message that comes twice. */
    record Books(String stock, String money, String score, Set<String> couponsInUse) {}

    /** An order and the coupon that it holds. */
    record Placed(String order, String coupon) {}

    Books books() throws Exception {
        JsonObject goods = get("/v1/goods/" + GOODS);
        JsonObject user = get("/v1/users/me");
        Set<String> inUse = new TreeSet<>();
        for (JsonElement element : get("/v1/coupons?limit=100").getAsJsonArray("items")) {
            JsonObject coupon = element.getAsJsonObject();
            if (coupon.get("used").getAsBoolean()) {
                inUse.add(text(coupon, "id"));
            }
        }
        return new Books(text(goods, "number"), text(user, "money"), text(user, "score"), inUse);
    }

    /** Waits until the books are as they were. */
    void awaitBooks(Books before) throws Exception {
        Deadline.until("stock, balance and coupons as before", () -> {
            Expect.equal("the books", before, books());
            return null;
        });
    }

    /** Places an order over these pieces, 100.00 of it from the balance, 20.00 by a coupon of its own. */
    Placed place(int pieces) throws Exception {
        String coupon = text(post("/v1/coupons", "{\"user_id\":\"%s\",\"price\":\"20.00\"}".formatted(USER)).body(), "id");
        String body = "{\"lines\":[{\"goods_id\":\"%s\",\"number\":%d}],\"coupon_id\":\"%s\",\"money_paid\":\"100.00\","
                + "\"address\":\"新西兰\",\"consignee\":\"小明\"}";
        return new Placed(text(post("/v1/orders", body.formatted(GOODS, pieces, coupon)).body(), "id"), coupon);
    }

    /** Cancels an order; the trace id of the answer. */
    String cancel(String order) throws Exception {
        return post("/v1/orders/" + order + "/cancel", "{}").traceId();
    }

    JsonObject order(String id) throws Exception {
        return get("/v1/orders/" + id);
    }

    /** Waits until an order's field says this. */
    void awaitOrder(String id, String field, String value) throws Exception {
        Deadline.until("order " + id + " with " + field + " " + value, () -> {
            Expect.equal(field, value, text(order(id), field));
            return null;
        });
    }

    /** Asks for a payment. */
    JsonObject startPayment(String order) throws Exception {
        return post("/v1/orders/" + order + "/payments", "{\"channel\":\"sandbox\"}").body();
    }

    /** The customer pays on the sandbox platform's page. */
    void payOnThePage(JsonObject payment) throws Exception {
        String page = text(payment.getAsJsonObject("action"), "url");
        send(HttpRequest.newBuilder(URI.create(page)).POST(HttpRequest.BodyPublishers.ofString("{\"result\":\"paid\"}")));
    }

    /** The one message that the shop stored about this. */
    JsonObject outgoing(String topic, String key) throws Exception {
        JsonArray items = get("/v1/messages?topic=" + topic + "&key=" + key).getAsJsonArray("items");
        Expect.equal("messages of " + topic + " about " + key, 1, items.size());
        return items.get(0).getAsJsonObject();
    }

    /** How often each of these groups met a message whose effect it had already. */
    Map<String, Long> repeats(Set<String> groups) throws Exception {
        Map<String, Long> counts = new TreeMap<>();
        groups.forEach(group -> counts.put(group, 0L));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/metrics")).timeout(LIMIT);
        String metrics = http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
        for (String line : metrics.split("\n")) {
            if (line.startsWith("rocketmall_messages_consumed_total{") && line.contains("outcome=\"already\"")) {
                String group = line.replaceAll(".*group=\"([^\"]*)\".*", "$1");
                counts.computeIfPresent(group, (name, none) -> Long.valueOf(line.substring(line.lastIndexOf(' ') + 1)));
            }
        }
        return counts;
    }

    /** Waits until each of these groups has met so many repeats more than there were. */
    void awaitRepeats(Map<String, Long> before, int more) throws Exception {
        Deadline.until(more + " repeats in each group", () -> {
            Map<String, Long> now = repeats(before.keySet());
            Expect.that(before.keySet().stream().allMatch(group -> now.get(group) - before.get(group) >= more), () -> before + " is now " + now);
            return null;
        });
    }

    /** Waits until the server has its connection to RocketMQ. */
    void awaitBus() throws Exception {
        Deadline.until("the bus", () -> {
            String bus = text(get("/readyz"), "bus");
            Expect.that(bus.startsWith("rocketmq://") && !bus.contains(" "), () -> "the bus is " + bus);
            return null;
        });
    }

    static String text(JsonObject object, String field) {
        JsonElement element = object.get(field);
        Expect.that(element != null && element.isJsonPrimitive(), () -> "no " + field + " in " + object);
        return element.getAsString();
    }

    private record Answer(JsonObject body, String traceId) {}

    private JsonObject get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url + path)).header("X-User-Id", USER).GET()).body();
    }

    private Answer post(String path, String json) throws Exception {
        var body = HttpRequest.BodyPublishers.ofString(json);
        return send(HttpRequest.newBuilder(URI.create(url + path)).header("X-User-Id", USER).POST(body));
    }

    private Answer send(HttpRequest.Builder builder) throws Exception {
        HttpRequest request = builder.header("Content-Type", "application/json").timeout(LIMIT).build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        Expect.that(answer.statusCode() / 100 == 2, () -> request.method() + " " + request.uri() + " says " + answer.statusCode() + " " + answer.body());
        return new Answer(JsonParser.parseString(answer.body()).getAsJsonObject(), answer.headers().firstValue("X-Trace-Id").orElse(""));
    }
}
