"""specloom weaves YAML endpoint specs into typed Python clients and their documentation."""

__version__ = "0.1.0"
