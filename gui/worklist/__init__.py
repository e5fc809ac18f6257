"""The scans in the window, as a list."""
