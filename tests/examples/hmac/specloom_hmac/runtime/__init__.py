"""Runtime part of `hmac-sha256`, which is copied into clients."""
