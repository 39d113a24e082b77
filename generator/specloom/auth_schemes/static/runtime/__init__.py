"""Runtime part of the schemes with static credentials."""
