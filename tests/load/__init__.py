"""Many visitors at once: the app under load, with figures. `python -m tests.load` runs it."""
