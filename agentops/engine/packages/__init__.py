"""The packages of environments: installed once behind walls, found in every session's sandbox."""
