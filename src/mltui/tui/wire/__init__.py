"""What goes over the line: only the cells that changed, and the next frame when the last one has come."""
