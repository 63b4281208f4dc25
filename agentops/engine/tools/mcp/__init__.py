"""Tools that servers of others offer, by the Model Context Protocol."""
