"""The demonstration: an invented team in real places of Ostrava, the same on every machine.

The year 2021 is fixed to the day. The current project reaches from three months back to two weeks ahead of today,
so that every home page is alive; each of its days depends on its date alone.
"""
