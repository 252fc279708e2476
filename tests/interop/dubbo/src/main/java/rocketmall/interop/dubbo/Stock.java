package rocketmall.interop.dubbo;

import com.zzp.shop.common.constant.ShopConstant;
import com.zzp.shop.common.exception.CustomerException;
import com.zzp.shop.provider.api.GoodService;
import com.zzp.shop.provider.domain.TradeGoods;
import com.zzp.shop.provider.domain.TradeGoodsNumberLog;
import java.math.BigDecimal;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Goods with a stock, kept as the original keeps them: read, reckoned, overwritten. Says in a line who asked for what, and what is left. */
final class Stock implements GoodService {
    /** Sold as long as there are any. */
    static final long SOLD = 345959443973935104L;
    /** Shown, and gone when somebody takes them. */
    static final long GONE = 345959443973935105L;
    /** Taken so slowly that nobody waits for it. */
    static final long SLOW = 345959443973935106L;

    private static final int PIECES = 5;
    private static final long MILLISECONDS = 8000;

    private final Map<Long, Integer> numbers = new ConcurrentHashMap<>(Map.of(SOLD, PIECES, GONE, PIECES, SLOW, PIECES));

    @Override
    public TradeGoods findOne(Long goodsId) {
        Integer number = numbers.get(goodsId);
        if (number == null) {
            return null;
        }
        TradeGoods goods = new TradeGoods();
        goods.setGoodsId(goodsId);
        goods.setGoodsName("龙井茶");
        goods.setGoodsNumber(number);
        goods.setGoodsPrice(new BigDecimal("5000"));
        goods.setAddTime(new Date());
        return goods;
    }

    @Override
    public Boolean reduceGoodsNum(TradeGoodsNumberLog log) {
        System.out.println("asked " + log.getGoodsId() + " " + log.getGoodsNumber() + " for " + (log.getOrderId() > 0 ? "an order" : "none"));
        if (log.getGoodsId() == GONE) {
            throw new CustomerException(ShopConstant.SHOP_GOODS_NUM_NOT_ENOUGH);
        }
        if (log.getGoodsId() == SLOW) {
            rest();
        }
        int number = numbers.get(log.getGoodsId());
        numbers.put(log.getGoodsId(), number - log.getGoodsNumber());
        System.out.println("left " + log.getGoodsId() + " " + numbers.get(log.getGoodsId()));
        return true;
    }

    private static void rest() {
        try {
            Thread.sleep(MILLISECONDS);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
