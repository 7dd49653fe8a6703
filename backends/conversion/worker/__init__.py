"""What runs in the conversion's child process: the only modules that import TensorFlow and Keras."""
