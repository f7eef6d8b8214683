"""The kernel: what turns a batch of source rows into rows of a standard, and compares them with what was sent before."""
