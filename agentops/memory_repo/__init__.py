"""Memory under git: a folder for each store, kept in step with live stores, changed by pull request."""
