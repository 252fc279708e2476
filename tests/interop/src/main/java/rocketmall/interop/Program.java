package rocketmall.interop;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** The shop's command line, beside the running server. */
final class Program {
    private final Path binary;
    private final Path home;

    Program(Path binary, Path home) {
        this.binary = binary;
        this.home = home;
    }

    /** What a group did with a message, or why it could not. */
    private record Taken(String group, String key, String state, int tries, String remark) {}

    /** Waits until just these groups have given up the message with this key. */
    void awaitDead(String key, Set<String> groups) throws Exception {
        Deadline.until("the dead message " + key, () -> {
            Set<String> dead = new TreeSet<>();
            for (Taken one : taken()) {
                if (one.key().equals(key)) {
                    Expect.equal("its state with " + one.group(), "dead", one.state());
                    Expect.that(!one.remark().isEmpty(), () -> one + " does not say why");
                    dead.add(one.group());
                }
            }
            Expect.equal("groups that gave it up", new TreeSet<>(groups), dead);
            return null;
        });
    }

    /** Waits until these groups are done with what came under this key. */
    void awaitDone(String key, Set<String> groups) throws Exception {
        Deadline.until("the end of " + key, () -> {
            Set<String> done = new TreeSet<>();
            for (Taken one : taken("--key", key)) {
                Expect.equal("its state with " + one.group() + ", " + one.remark(), "done", one.state());
                done.add(one.group());
            }
            Expect.equal("groups that are done", new TreeSet<>(groups), done);
            return null;
        });
    }

    /** Waits until this group, and no other, is to try what came under this key again, a second time at least. */
    void awaitRetrying(String key, String group) throws Exception {
        Deadline.until("the waiting message " + key, () -> {
            List<Taken> waiting = new ArrayList<>(taken());
            waiting.removeIf(one -> !one.key().equals(key));
            Expect.equal("groups with it", 1, waiting.size());
            Taken one = waiting.get(0);
            Expect.that(one.group().equals(group) && one.state().equals("retrying") && one.tries() >= 2, () -> "it is " + one);
            return null;
        });
    }

    /** Waits until nothing is under way; then groups have given up these messages, each of these groups each of them, and all else holds. */
    void verify(Set<String> dead, Set<String> groups) throws Exception {
        JsonObject report = Deadline.until("the end of what is under way", () -> {
            JsonObject now = json("verify");
            for (JsonElement count : now.getAsJsonArray("under_way")) {
                Expect.equal(Shop.text(count.getAsJsonObject(), "what"), "0", Shop.text(count.getAsJsonObject(), "count"));
            }
            return now;
        });
        Map<String, Integer> broken = new TreeMap<>();
        for (JsonElement element : report.getAsJsonArray("checks")) {
            JsonObject check = element.getAsJsonObject();
            if (check.get("total").getAsInt() > 0) {
                broken.put(Shop.text(check, "name"), check.get("total").getAsInt());
            }
        }
        Expect.equal("checks that are broken", Map.of("inbox_dead", dead.size() * groups.size()), broken);
        for (String key : dead) {
            awaitDead(key, groups);
        }
    }

    /** With a key all that groups did; without, what they could not do. */
    private List<Taken> taken(String... filter) throws Exception {
        List<Taken> taken = new ArrayList<>();
        List<String> words = new ArrayList<>(List.of("messages", "list", "--limit", "1000"));
        words.addAll(List.of(filter));
        for (JsonElement element : json(words.toArray(String[]::new)).getAsJsonArray("incoming")) {
            JsonObject one = element.getAsJsonObject();
            String remark = one.get("remark").isJsonNull() ? "" : Shop.text(one, "remark");
            int tries = one.get("tries").getAsInt();
            taken.add(new Taken(Shop.text(one, "group"), Shop.text(one, "key"), Shop.text(one, "state"), tries, remark));
        }
        return taken;
    }

    private JsonObject json(String... words) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(words));
        line.add("--json");
        return JsonParser.parseString(run(line.toArray(String[]::new))).getAsJsonObject();
    }

    private String run(String... words) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(binary.toString()));
        line.addAll(List.of(words));
        line.addAll(List.of("--database", "sqlite:shop.db"));
        ProcessBuilder builder = new ProcessBuilder(line).directory(home.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Expect.that(process.waitFor(Deadline.LIMIT.toSeconds(), TimeUnit.SECONDS), () -> line + " does not end");
        // verify says by 1 that it found something
        Expect.that(process.exitValue() <= 1, () -> line + " ends with " + process.exitValue());
        return said;
    }
}
