"""The drawing of an operator graph: an own widget that paints from arrays, with no item per node.

``picture`` turns a subgraph into a ``GraphPicture`` (off the main thread); ``canvas`` shows it. What is drawn depends
on the zoom (``detail``): coloured boxes, then titles, then every line. Times and verdicts come from outside as an
``Overlay`` of plain values.
"""
