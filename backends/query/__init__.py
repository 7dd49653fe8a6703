"""Finding operators with a query such as ``type:CONV_2D dtype:int8 time>1ms -fallback:nnapi-1.1``.

One language for the find bar, the table of layers, colour rules and the command line. ``syntax`` turns text into a
tree and names mistakes with their place; ``field`` lists what can be asked; ``facts`` is what is known about a model;
``find`` answers. A query yields a mask over all operators at each node of its tree, so that 20,000 operators are a
few array operations.

Expressions between slashes are matched by RE2, whose time grows with the text and never explodes: a query comes from
a person, or from a file of colour rules that somebody sent, and must not hang the program.
"""
