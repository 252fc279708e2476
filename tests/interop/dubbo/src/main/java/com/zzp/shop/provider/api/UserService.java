package com.zzp.shop.provider.api;

import com.zzp.shop.provider.domain.TradeUser;
import com.zzp.shop.provider.domain.TradeUserMoneyLog;

/** Users and their balances. */
public interface UserService {
    TradeUser findOne(Long userId);

    Boolean updateMoneyPaid(TradeUserMoneyLog log);
}
