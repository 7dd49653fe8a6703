"""Facts of the ``.tflite`` file format, generated from LiteRT's ``schema.fbs``; never edited by hand.

``tables.py`` is written by ``python -m backends.model.schema.generate PATH_TO_FBS COMMIT``. Only the reader imports it.
"""
