"""What people are told of followed repositories: which sentence, to whom, once, and never at anybody's expense."""
