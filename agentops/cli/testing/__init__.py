"""Tests of a user's own agents: kept beside the manifests, played by a script or a recording, judged offline."""
