"""Runtime part of `wechatpay-v3`."""
