"""What a sandbox is built of: the arguments of bubblewrap, the filter of system calls, and the first program inside."""
