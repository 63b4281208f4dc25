"""The API's request shapes and documented limits: one definition for manifests and engine."""
