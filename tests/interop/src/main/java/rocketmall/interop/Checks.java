package rocketmall.interop;

import java.util.ArrayList;
import java.util.List;

/** Runs checks one after the other and says of each how it went. */
final class Checks {
    private final List<String> failed = new ArrayList<>();
    private int passed;

    /** One thing that must hold. */
    interface Check {
        void run() throws Exception;
    }

    void holds(String what, Check check) {
        long began = System.nanoTime();
        try {
            check.run();
            passed++;
            System.out.printf("ok    %s (%.1f s)%n", what, (System.nanoTime() - began) / 1e9);
        } catch (Exception | AssertionError error) {
            failed.add(what);
            System.out.printf("FAIL  %s: %s%n", what, error instanceof AssertionError ? error.getMessage() : error);
        }
    }

    /** The result of all; whether everything held. */
    boolean report() {
        System.out.printf("%d checks hold, %d do not%n", passed, failed.size());
        failed.forEach(what -> System.out.println("      " + what));
        return failed.isEmpty();
    }
}
