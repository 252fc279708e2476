package com.zzp.shop.provider.api;

import com.zzp.shop.common.vo.ResultVo;
import com.zzp.shop.provider.domain.TradeOrder;

/** Places orders. */
public interface OrderService {
    ResultVo confirmOrder(TradeOrder order);
}
