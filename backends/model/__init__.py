"""What a ``.tflite`` file says: values, a bounds-checked reader, and static estimates.

Results never live in these values: times, verdicts and costs are overlays keyed by ``OperatorId``.
"""
