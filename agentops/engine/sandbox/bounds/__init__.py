"""How much a sandbox may take: groups of processes, a watch where the kernel keeps none, and users of their own."""
