package rocketmall.interop;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Meets a shop that {@code cargo xtask interop} has started, by the settings that it gives. */
final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        List<Client> clients = new ArrayList<>();
        Checks checks = new Checks();
        try {
            meet(clients, checks);
        } finally {
            for (Client client : clients) {
                client.close();
            }
        }
        // some of the clients' threads would go on
        System.exit(checks.report() ? 0 : 1);
    }

    private static void meet(List<Client> clients, Checks checks) throws Exception {
        Shop shop = new Shop(setting("SHOP"));
        Program program = new Program(Path.of(setting("PROGRAM")), Path.of(setting("HOME")));
        shop.awaitBus();
        connect(clients);
        FromTheShop from = new FromTheShop(shop, setting("PREFIX"));
        ToTheShop to = new ToTheShop(shop, program);
        Strange strange = new Strange(shop, program);
        from.cancelled(clients, checks);
        JsonObject payment = from.paid(clients, checks);
        Set<String> dead = new TreeSet<>();
        for (Client client : clients) {
            checks.holds(client.name() + " calls an order off, twice", () -> to.cancel(client));
            checks.holds(client.name() + " reports a known payment again", () -> to.paidAgain(client, payment));
            checks.holds(client.name() + " sends under other keys", () -> to.otherKeys(client, payment));
            checks.holds(client.name() + " sends a long body", () -> strange.longBody(client));
            checks.holds(client.name() + " sends without a key", () -> strange.withoutKey(client));
            String key = "nonsense-of-" + client.name().replace(" ", "-");
            checks.holds(client.name() + " sends nonsense", () -> strange.nonsense(client, key));
            dead.add(key);
            checks.holds(client.name() + " reports a payment that never was", () -> strange.forgedPayment(client));
        }
        checks.holds("verify finds the nonsense and nothing else", () -> program.verify(dead, Contract.CANCEL_GROUPS));
    }

    private static void connect(List<Client> clients) throws Exception {
        String prefix = setting("PREFIX");
        String nameServer = setting("NAME_SERVER");
        clients.add(new Grpc("grpc", "java-grpc", setting("GRPC"), prefix));
        clients.add(new Classic("classic 5", "java-classic", nameServer, prefix));
        clients.add(Isolated.classic(Path.of(setting("OLDER_JARS")), "classic 4", "java-classic-4", nameServer, prefix));
        String proxy = setting("PROXY");
        if (proxy.isEmpty()) {
            System.out.println("left out: the classic client by the proxy, since a proxy within a broker does not take it");
        } else {
            clients.add(new Classic("classic 5 by the proxy", "java-classic-proxy", proxy, prefix));
        }
    }

    private static String setting(String name) {
        String value = System.getenv("INTEROP_" + name);
        if (value == null) {
            throw new IllegalStateException("INTEROP_" + name + " is not set; `cargo xtask interop` sets it");
        }
        return value;
    }
}
