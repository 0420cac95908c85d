"""Documents: figures in, a file's bytes out; the same bytes whenever the figures are the same.

Pure: the builders know neither the database nor the settings, the clock nor the language of the machine. Which there
are is said in `reports.papers`.
"""
