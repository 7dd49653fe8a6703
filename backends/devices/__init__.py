"""Things that can run a model, and the only door to child processes."""
