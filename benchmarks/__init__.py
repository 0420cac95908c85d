"""How fast the application is, always as a ratio to a yardstick measured in the same run on the same machine.

Each module here measures one thing and its `run()` prints a table. `python -m benchmarks` runs all of them,
`python -m benchmarks accept_findings` the named ones.
"""
