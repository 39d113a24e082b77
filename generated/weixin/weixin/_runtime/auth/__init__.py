"""Ways to authenticate, one module each; a package has those that its API uses."""
