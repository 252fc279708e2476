package rocketmall.interop;

import java.util.Objects;
import java.util.function.Supplier;

/** What must be so. */
final class Expect {
    private Expect() {}

    static void that(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }

    static void equal(String what, Object expected, Object found) {
        that(Objects.equals(expected, found), () -> what + ": expected " + expected + ", found " + found);
    }
}
