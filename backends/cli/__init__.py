"""Headless commands, one module for each verb; no Qt."""
