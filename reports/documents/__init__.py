"""The documents of a month: a summary in, a file's bytes out; the same bytes whenever the summary is the same."""
