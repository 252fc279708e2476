package com.zzp.shop.provider.api;

import com.zzp.shop.provider.domain.TradeGoods;
import com.zzp.shop.provider.domain.TradeGoodsNumberLog;

/** Goods and their stock. */
public interface GoodService {
    TradeGoods findOne(Long goodsId);

    Boolean reduceGoodsNum(TradeGoodsNumberLog log);
}
