"""Dreams by map and reduce over any endpoint of the Messages API: models propose, code decides and writes."""
