"""The data dictionary as a static site: what the files say, as pages that open without a network.

``notes`` reads the remarks that the model leaves out, ``uses``, ``lineage`` and ``sharing`` put together what stands in
different files, ``pages`` lists the pages, ``render`` makes them HTML, ``search`` what the search looks through, ``site``
writes the folder.
"""
