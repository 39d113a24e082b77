"""Runtime part of `weixin-access-token`."""
