"""Measuring: what shall be measured (Plan), how (runner), and what came of it (Run)."""
