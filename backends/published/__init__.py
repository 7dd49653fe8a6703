"""Numbers that others published, beside which own runs are set.

The tables are data in ``resources/published``; every one names its source. Nothing here says that a published number
was measured on the same model: ``beside`` tells what fits and what may differ.
"""
