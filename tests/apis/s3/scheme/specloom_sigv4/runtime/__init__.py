"""Runtime part of `aws-sigv4`, which is copied into clients."""
