"""What to change in a model, in order of what it can gain.

Suggestions come from two places: the lint (patterns of whole models) and a target's findings on single operators. Each
names its source and its operators; the gain is a share of a run's time where there is one, else of the work, and is an
upper limit unless the pattern says how much work goes away.
"""
