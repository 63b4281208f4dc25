"""Runs a command and tells on standard error what it used: status, CPU seconds, peak memory in KiB.

A process of its own, and a small one: Linux counts what a process held before it became another program, which for a
child of the benchmarks would be all that these have loaded.
"""

import json
import os
import sys

tell = os.dup(2)
os.dup2(1, 2)  # whatever the command says goes to one file
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
told = [os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss]
os.write(tell, json.dumps(told).encode())
