"""Running the backbone, once a scan."""
