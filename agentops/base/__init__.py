"""What both halves need: names, errors, diagnostics, canonical values, time, ids, secrets."""
