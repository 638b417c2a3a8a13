"""The networks. `layers` is plain arithmetic; the modules with a `build_network` import TensorFlow."""
