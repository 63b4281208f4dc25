"""How a workflow run goes, as values: an agent's plan is a program, and what it asks for becomes events and threads.

::

    the plan's process ──request──┐
                                  ├──decide──▶ entries (committed first) ──▶ effects (done then)
    threads, agents, the clock ───┘      │
                                         └──evolve──▶ run; folding the log gives the same run

A plan is a function of the answers that it was given, in their order. So a run needs no other memory than its events:
after a crash the plan runs again from its beginning and is given the recorded answers again, and what it asks for
again is held against what it asked for before.
"""
