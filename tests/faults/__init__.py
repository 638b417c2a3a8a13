"""Faults at random in a running lab and app: `python -m tests.faults --count 200 --seed 1`.

`host` is a lab in a process of its own that does what it is told by lines of JSON; `driver` starts and kills it, and
remembers what it said to be saved; `faults` are what may happen; `web` is the app itself, with browsers that come and
go. After each fault the lab must answer, compute the next run, have every run that it said to be saved, and leave
neither processes nor files behind.
"""
