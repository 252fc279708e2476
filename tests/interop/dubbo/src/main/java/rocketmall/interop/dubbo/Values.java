package rocketmall.interop.dubbo;

import java.math.BigDecimal;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** Every kind of value, provided by Java and by Rust alike. */
public interface Values {
    /** The version of this interface; its group is none. */
    String VERSION = "1.0.0";

    /** The same. */
    Object echo(Object value);

    /** The value that {@link Samples} has under this name. */
    Object make(String name);

    /** What the provider takes it for, in words of its own. */
    String describe(Object value);

    /** Throws what {@link Failures} has under this name. */
    void fail(String name) throws Exception;

    /** Each of them as text, with spaces between. */
    String all(boolean a, byte b, short c, int d, long e, float f, double g, char h, byte[] i, int[] j, String[] k, Date l,
            BigDecimal m, List<Long> n, Map<String, Long> o, State p);

    /** Answers too late. */
    void hang();
}
