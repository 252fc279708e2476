package rocketmall.interop.dubbo;

import com.alibaba.fastjson2.JSON;
import com.zzp.shop.common.vo.ResultVo;
import com.zzp.shop.provider.domain.TradeGoods;
import java.lang.reflect.Array;
import java.util.Collection;
import java.util.Iterator;

/** Whether two values are the same, class by class. */
final class Same {
    private Same() {}

    static void check(String where, Object expected, Object found) {
        if (expected == null || found == null) {
            that(expected == found, where, expected, found);
            return;
        }
        that(expected.getClass() == found.getClass(), where + " class", expected.getClass(), found.getClass());
        if (expected instanceof Node node) {
            that(node.isRing() == ((Node) found).isRing() && node.isShared() == ((Node) found).isShared(), where, "that node", "another");
        } else if (expected instanceof TradeGoods || expected instanceof ResultVo) {
            String wanted = JSON.toJSONString(expected, "millis");
            that(wanted.equals(JSON.toJSONString(found, "millis")), where, wanted, JSON.toJSONString(found, "millis"));
        } else if (expected.getClass().isArray()) {
            int length = Array.getLength(expected);
            that(length == Array.getLength(found), where + " length", length, Array.getLength(found));
            for (int at = 0; at < length; at++) {
                check(where + "[" + at + "]", Array.get(expected, at), Array.get(found, at));
            }
        } else if (expected instanceof Collection<?> items) {
            that(items.size() == ((Collection<?>) found).size(), where + " size", expected, found);
            Iterator<?> other = ((Collection<?>) found).iterator();
            int at = 0;
            for (Object item : items) {
                check(where + "[" + at++ + "]", item, other.next());
            }
        } else {
            that(expected.equals(found), where, expected, found);
        }
    }

    static void that(boolean holds, String where, Object expected, Object found) {
        if (!holds) {
            throw new AssertionError(where + ": expected " + expected + ", found " + found);
        }
    }
}
