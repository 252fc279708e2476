package rocketmall.interop.dubbo;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Java's side of {@link Values}. */
final class ValuesOfJava implements Values {
    @Override
    public Object echo(Object value) {
        return value;
    }

    @Override
    public Object make(String name) {
        return Samples.ALL.get(name).get();
    }

    /** The name of the sample that it is the same as. */
    @Override
    public String describe(Object value) {
        StringBuilder otherwise = new StringBuilder("none");
        for (String name : Samples.ALL.keySet()) {
            try {
                Same.check(name, Samples.ALL.get(name).get(), value);
                return name;
            } catch (AssertionError error) {
                otherwise.append("; ").append(error.getMessage());
            }
        }
        return otherwise.toString();
    }

    @Override
    public void fail(String name) throws Exception {
        throw Failures.named(name);
    }

    @Override
    public String all(boolean a, byte b, short c, int d, long e, float f, double g, char h, byte[] i, int[] j, String[] k, Date l,
            BigDecimal m, List<Long> n, Map<String, Long> o, State p) {
        // the classes that come out of generic lists and maps are looked at as well
        long sum = 0;
        for (Long each : n) {
            sum += each;
        }
        for (Long each : o.values()) {
            sum += each;
        }
        List<String> all = List.of(String.valueOf(a), "" + b, "" + c, "" + d, "" + e, "" + f, "" + g, "" + h, Arrays.toString(i),
                Arrays.toString(j), Arrays.toString(k), "" + l.getTime(), m.toPlainString(), n.toString(), new TreeMap<>(o).toString(),
                p.name(), "" + sum);
        return String.join(" ", all);
    }

    /** Nobody waits so long. */
    @Override
    public void hang() {
        try {
            TimeUnit.SECONDS.sleep(20);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
