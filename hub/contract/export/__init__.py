"""A release in the formats of others, one module a format: ``write(standard, out, options)`` gives the files that it wrote."""
