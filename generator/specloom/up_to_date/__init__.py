"""Up-to-date check: file fingerprints of the last run, and the cache that stores them."""
