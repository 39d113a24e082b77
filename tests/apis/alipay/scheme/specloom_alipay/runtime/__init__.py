"""Runtime part of `alipay-rsa2`, which is copied into clients."""
