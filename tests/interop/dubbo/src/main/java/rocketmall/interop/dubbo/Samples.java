package rocketmall.interop.dubbo;

import com.zzp.shop.common.constant.ShopConstant;
import com.zzp.shop.common.vo.ResultVo;
import com.zzp.shop.provider.domain.TradeGoods;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Values by name; Rust has the same in {@code it_dubbo/samples.rs}. */
final class Samples {
    private Samples() {}

    static final Map<String, Supplier<Object>> ALL = all();

    private static Map<String, Supplier<Object>> all() {
        Map<String, Supplier<Object>> all = new LinkedHashMap<>();
        all.put("null", () -> null);
        all.put("booleans", () -> list(true, false));
        all.put("ints", () -> list(0, -16, 47, -17, 48, -2048, 2047, -2049, 2048, -262144, 262143, -262145, 262144, Integer.MIN_VALUE, Integer.MAX_VALUE));
        all.put("longs", () -> list(0L, -8L, 15L, -9L, 16L, 42L, -2048L, 2047L, -2049L, 2048L, -262144L, 262143L, -262145L, 262144L,
                (long) Integer.MIN_VALUE, (long) Integer.MAX_VALUE, 1L << 31, Long.MIN_VALUE, Long.MAX_VALUE));
        all.put("doubles", () -> list(0.0, 1.0, -1.0, 127.0, -128.0, 128.0, 32767.0, -32768.0, 32768.0, 12.25, -0.001, 0.1, Math.PI,
                1e300, Double.MIN_VALUE, Double.POSITIVE_INFINITY));
        all.put("dates", () -> list(new Date(0), new Date(894621091000L), new Date(894621060000L), new Date(-1), new Date(-60000)));
        all.put("strings", () -> list("", "a", "ÿ", "中文", "😀", "a😀中", "\0\n\"", "x".repeat(31), "中".repeat(32), "y".repeat(1024)));
        all.put("long string", () -> "上海😀".repeat(20000));
        all.put("bytes", () -> list(new byte[0], new byte[] {-128, 127}, new byte[15], new byte[16], new byte[1023], bytes(100000)));
        all.put("decimals", () -> list(new BigDecimal("19.90"), new BigDecimal("-0.00"), new BigDecimal("1E+3"),
                new BigDecimal("123456789012345678901234567890.123")));
        all.put("lists", () -> list(list(), list(1, list(2L, null)), new LinkedList<>(list("a")), new HashSet<>(list(7))));
        all.put("maps", () -> list(new HashMap<>(), new HashMap<>(Map.of("k", 1L)), new TreeMap<>(Map.of("b", "x", "a", "y"))));
        all.put("arrays", () -> list(new int[] {1, -1}, new long[] {2L}, new double[] {0.5}, new boolean[] {true}, new String[] {"s", null},
                new Object[] {1, "o"}, new short[] {3}));
        all.put("enums", () -> list(State.OPEN, State.SHUT, ShopConstant.SHOP_GOODS_NO_EXIST, State.OPEN));
        all.put("goods", Samples::goods);
        all.put("result", () -> new ResultVo(0, "正确", true));
        all.put("many", () -> list(goods(), goods(), goods()));
        all.put("shared", Node::shared);
        all.put("ring", Node::ring);
        return all;
    }

    static TradeGoods goods() {
        TradeGoods goods = new TradeGoods();
        goods.setGoodsId(42L);
        goods.setGoodsName("龙井茶 🍵");
        goods.setGoodsNumber(7);
        goods.setGoodsPrice(new BigDecimal("19.90"));
        goods.setAddTime(new Date(1700000000000L));
        return goods;
    }

    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at++) {
            bytes[at] = (byte) at;
        }
        return bytes;
    }

    private static List<Object> list(Object... items) {
        return new ArrayList<>(Arrays.asList(items));
    }
}
