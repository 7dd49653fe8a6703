"""Data of the program; reached through importlib.resources."""
