"""Downloads: files in responses, streamed and verified."""
