"""Builders and fixtures shared by tests."""
