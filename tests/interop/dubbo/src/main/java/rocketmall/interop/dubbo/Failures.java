package rocketmall.interop.dubbo;

import com.zzp.shop.common.constant.ShopConstant;
import com.zzp.shop.common.exception.CustomerException;
import java.io.IOException;

/** Exceptions by name; Rust throws the same. */
final class Failures {
    private Failures() {}

    static Exception named(String name) {
        return switch (name) {
            case "shop" -> new CustomerException(ShopConstant.SHOP_GOODS_NO_EXIST);
            case "checked" -> new IOException("没有 😀");
            case "caused" -> new IllegalStateException("outer", new IllegalArgumentException("inner"));
            case "silent" -> new NullPointerException();
            default -> new IllegalArgumentException("no failure named " + name);
        };
    }
}
