"""`python -m agentops`."""

from agentops.cli.main import main

if __name__ == "__main__":
    main()
