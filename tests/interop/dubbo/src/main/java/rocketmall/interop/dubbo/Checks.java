package rocketmall.interop.dubbo;

import com.zzp.shop.common.constant.ShopConstant;
import com.zzp.shop.common.exception.CustomerException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.dubbo.rpc.RpcException;

/** What must hold of a provider of {@link Values}, whoever it is. */
final class Checks {
    private final Values values;
    private static final int LONGEST = 600;
    private int failed;

    Checks(Values values) {
        this.values = values;
    }

    /** Whether all hold. */
    boolean run() {
        for (String name : Samples.ALL.keySet()) {
            holds("makes " + name, () -> Same.check(name, Samples.ALL.get(name).get(), values.make(name)));
            holds("echoes " + name, () -> Same.check(name, Samples.ALL.get(name).get(), values.echo(Samples.ALL.get(name).get())));
            holds("knows " + name, () -> Same.check(name, name, values.describe(Samples.ALL.get(name).get())));
        }
        holds("takes all kinds", () -> Same.check("all", Checks.EVERYTHING, everything()));
        holds("throws the shop's exception", this::shop);
        holds("throws a checked exception", () -> Same.check("message", "没有 😀", thrown(IOException.class, "checked").getMessage()));
        holds("throws with a cause", this::caused);
        holds("throws without a message", () -> Same.check("message", null, thrown(NullPointerException.class, "silent").getMessage()));
        holds("is given up when it hangs", this::hangs);
        return failed == 0;
    }

    static final String EVERYTHING = "true -1 -300 70000 5000000000 1.5 0.1 中 [1, -2] [3, 4] [x, null] 1700000000000 19.90 [1, 2] {k=5} SHUT 8";

    private String everything() {
        return values.all(true, (byte) -1, (short) -300, 70000, 5000000000L, 1.5f, 0.1, '中', new byte[] {1, -2}, new int[] {3, 4},
                new String[] {"x", null}, new Date(1700000000000L), new BigDecimal("19.90"), List.of(1L, 2L), Map.of("k", 5L), State.SHUT);
    }

    private void shop() {
        CustomerException thrown = thrown(CustomerException.class, "shop");
        Same.check("constant", ShopConstant.SHOP_GOODS_NO_EXIST, thrown.getShopCode());
        Same.check("message", ShopConstant.SHOP_GOODS_NO_EXIST.getMessage(), thrown.getMessage());
        // who logs it must be able to
        Same.that(thrown.getStackTrace() != null && thrown.getSuppressed().length == 0, "stack", "one", null);
        thrown.printStackTrace(new java.io.PrintStream(java.io.OutputStream.nullOutputStream(), true, java.nio.charset.StandardCharsets.UTF_8));
    }

    private void caused() {
        IllegalStateException thrown = thrown(IllegalStateException.class, "caused");
        Same.check("message", "outer", thrown.getMessage());
        Same.check("cause", IllegalArgumentException.class, thrown.getCause().getClass());
        Same.check("cause's message", "inner", thrown.getCause().getMessage());
    }

    private void hangs() {
        try {
            values.hang();
        } catch (RpcException late) {
            // as Dubbo's own clock says it, or as gRPC's status of whichever end was first
            Same.that(late.isTimeout() || late.getMessage().contains("DEADLINE_EXCEEDED"), "code", "a timeout", late);
            return;
        }
        throw new AssertionError("it came back");
    }

    private <T extends Exception> T thrown(Class<T> wanted, String name) {
        Callable<Object> call = () -> {
            values.fail(name);
            return null;
        };
        try {
            call.call();
        } catch (Exception thrown) {
            Same.that(thrown.getClass() == wanted, "class", wanted, thrown);
            return wanted.cast(thrown);
        }
        throw new AssertionError("nothing was thrown");
    }

    private void holds(String what, Runnable check) {
        try {
            check.run();
            System.out.println("ok    " + what);
        } catch (Exception | AssertionError error) {
            failed++;
            System.out.println("FAIL  " + what + ": " + text(error));
        }
    }

    private static String text(Throwable error) {
        String text = error instanceof AssertionError ? error.getMessage() : error.toString();
        return text.replaceAll("\\s+", " ").substring(0, Math.min(LONGEST, text.replaceAll("\\s+", " ").length()));
    }
}
