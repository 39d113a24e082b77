"""Runtime part of `oauth2`."""
