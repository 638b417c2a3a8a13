"""The networks. `layers` and the `*_layers` functions are plain arithmetic; only `build_*` modules import TensorFlow."""
