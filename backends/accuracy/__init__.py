"""How well a converted or delegated model computes what the original does.

``dataset`` reads samples from a folder, arrays or a random source. ``comparison`` runs two models on them in one child
process, which keeps sums and not outputs: pictures, classes and plain numbers get the measures that mean something for
them. ``layers`` finds where the error enters, ``channels`` counts dead and clipped channels, ``traps`` names the
mistakes that super-resolution networks are known for. Nothing here needs TensorFlow: both models are TFLite files.
"""
