package com.zzp.shop.common.vo;

import java.io.Serializable;

/** What became of a request. */
public class ResultVo implements Serializable {
    private static final long serialVersionUID = 1L;

    private int code;
    private String msg;
    // whatever the caller may read
    @SuppressWarnings("serial")
    private Object data;

    public ResultVo(int code, String msg, Object data) {
        this.code = code;
        this.msg = msg;
        this.data = data;
    }

    public int getCode() {
        return code;
    }

    public String getMsg() {
        return msg;
    }

    public Object getData() {
        return data;
    }
}
