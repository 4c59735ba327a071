"""The join: what every thing came from and what was made with it, each edge with who says so."""
