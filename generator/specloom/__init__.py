"""Generator of typed Python HTTP clients, their documentation and mocks from YAML endpoint specs."""

__version__ = "0.1.0"
