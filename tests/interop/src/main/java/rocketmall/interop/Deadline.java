package rocketmall.interop;

import java.time.Duration;
import java.time.Instant;

/** Waiting for something with an end. */
final class Deadline {
    /** Nothing takes longer here, even on a busy machine, unless it is broken. */
    static final Duration LIMIT = Duration.ofSeconds(90);

    private static final Duration POLL = Duration.ofMillis(50);

    private Deadline() {}

    /** Looks until a look passes; its last complaint tells why it never did. */
    static <T> T until(String what, Look<T> look) throws Exception {
        Instant end = Instant.now().plus(LIMIT);
        while (true) {
            try {
                return look.look();
            } catch (AssertionError notYet) {
                if (Instant.now().isAfter(end)) {
                    throw new AssertionError("after %d s %s is still not there: %s".formatted(LIMIT.toSeconds(), what, notYet.getMessage()));
                }
            }
            // the one place that looks again and again
            Thread.sleep(POLL.toMillis());
        }
    }

    /** Finds something, or complains by an {@link AssertionError}. */
    interface Look<T> {
        T look() throws Exception;
    }
}
