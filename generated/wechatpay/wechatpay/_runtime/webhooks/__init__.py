"""Webhook events: verification, decryption and decoding of deliveries."""
