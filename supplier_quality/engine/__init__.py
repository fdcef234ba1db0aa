"""The workflow engine: definitions, rules, state, time, children, policies. Knows no feature.

Two functions decide everything: :func:`supplier_quality.engine.fire.fire` applies an action or says why not,
:func:`supplier_quality.engine.explain.explain` says it before. Import from the modules: rule files and expressions are read
by the command line without a database, so this package imports nothing by itself.
"""
