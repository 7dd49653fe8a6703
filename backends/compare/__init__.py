"""What differs between two models or two measurements, and whether a difference is real.

``alignment`` says which operators of two models belong together, ``model_difference`` what changed in them,
``layer_difference`` what that costs, ``judgement`` whether a difference in latency is more than noise, and
``comparison`` puts all of it into one value. Everywhere the first of two is A, the reference, and the second is B: a
positive difference means that B takes more.
"""
