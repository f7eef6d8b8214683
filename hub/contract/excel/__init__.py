"""Excel data dictionaries: read into the files of a release, and written from one. Alone may import openpyxl."""
