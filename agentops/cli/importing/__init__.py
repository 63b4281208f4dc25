"""Taking over what exists: live objects, or an `ant apply` tree, become manifests and marks."""
