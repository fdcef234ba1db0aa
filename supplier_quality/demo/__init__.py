"""A company to try the product on: its people, suppliers and weeks of history, made through the real operations.

``data`` holds what happened as files to read and change; :mod:`story` reads them, :mod:`passing` lets time pass between
their steps with a real worker, :mod:`staff` and :mod:`visits` do what people do.
"""
