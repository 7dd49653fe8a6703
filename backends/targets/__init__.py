"""What a target would do with a model, from rules that are data (``resources/targets/*.toml``)."""
