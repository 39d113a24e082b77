"""Up-to-date check: fingerprints of all files that took part in the last run, and the cache that stores them."""
