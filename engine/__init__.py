"""The engine of CNN Lab: everything that computes, and nothing that draws.

Data flows one way, and imports point left only:

    sources -> models -> experiments -> lab -> pages

- `sources`      where bytes come from: data sets and weights, found on disk or downloaded
- `models`       the networks
- `experiments`  one module an experiment: `run(settings, resources)` yields events
- `worker`       the worker's side of the lab: runs one experiment and streams its events
- `lab`          the page's side: start, watch, stop, call
- `cluster`      the private scheduler and worker that the lab starts when it is given none

Beside them `sliding` (sizes and padding of windows), `receptive_field` (what a unit of a stack sees), `convolution`
(one layer at a time, by TensorFlow), `filtering` and `kernels` (one kernel over a photograph), `demonstration` (the
numbers to step through) and `images`.

`settings`, `events` and `errors` are the words they all share. Only `models.*` networks and `experiments.*` import
TensorFlow, and only worker processes and the command line (`python -m engine`) import those.
"""
