"""How a session runs, as values: what happened goes in, what is logged and what has to be done comes out.

::

    happening ──decide──▶ entries (committed first) ──▶ effects (done then) ──▶ the next happening
                             │
                             └──evolve──▶ state; folding the log from its beginning gives the same state
"""
