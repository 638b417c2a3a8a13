"""Speed, measured side by side in one run: `python -m tests.benchmarks`. Nothing here passes or fails."""
