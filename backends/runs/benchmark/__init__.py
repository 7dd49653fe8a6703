"""Measuring on a device with TFLite's own benchmark tool: what it takes, what it prints and writes, what that means.

What a tool on a device says is as untrusted as a file: sizes are limited, and nothing raises but ``RunError``.
"""
