"""Measuring on this computer through LiteRT's C API, always in a child process.

``worker`` and ``litert_api`` run in the child and import the standard library only, so that the child's memory is the
runtime's. Everything else runs in the parent: ``child`` talks to the worker, ``isolate`` rewrites a model so that
every operator can be timed alone, ``nodes`` and ``events`` turn profiler events into spans of operators, ``alignment``
and ``attribution`` say which operator each span belongs to, ``phases`` puts the measurement together.
"""
