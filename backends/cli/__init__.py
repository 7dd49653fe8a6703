"""Headless commands, one module for each verb; no Qt.

``main`` is the entry. A verb's module declares its arguments, does the work and hands one ``Content`` to ``output``.
Results go to the standard output, progress and errors to the error stream.
"""

from backends.cli.command_line import PROGRAM, VERBS, is_headless, main

__all__ = ["PROGRAM", "VERBS", "is_headless", "main"]
