"""HTTP: headers, bodies, queries and cursors in, the vendor's envelope out; no decisions."""
