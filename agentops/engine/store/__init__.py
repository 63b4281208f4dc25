"""What the engine remembers: one port, two databases, one repository for each aggregate."""
