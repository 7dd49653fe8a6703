"""From what networks are trained in to ``.tflite``, in every kind of quantisation at once.

TensorFlow takes seconds to import, prints a lot and can crash or eat all memory, so it lives in a child process only:
``worker`` is what runs there, and nothing else may import it. The child first *stages* a source of any format as one
SavedModel with fixed shapes and frozen weights in a temporary folder; each kind is then converted from that, so that a
child that dies while it makes one kind is replaced and the other kinds go on (measured: TensorFlow 2.21 crashes with
SIGSEGV where a recurrent layer's loop is calibrated).

``source`` looks at files before anything else does: archives that unpack to too much or out of their folder, layers
that hold code. ``conversion`` is the whole, ``siblings`` what is known about the results: size, verdicts, work,
latency and accuracy, the matrix of kinds and targets.
"""
