"""Programs that others use for the same, run side by side with mltui; one that is not installed is named."""
