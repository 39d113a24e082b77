"""Runtime part of `token-endpoint`."""
