"""The reading of the scan on the screen: how it is asked for, and how it is said."""
