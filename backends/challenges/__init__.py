"""Score cards: what a challenge asks of a model, what its formula gives, and where an own entry would stand.

Challenges are data in ``resources/challenges``; their tables are those of ``backends.published``.
"""
