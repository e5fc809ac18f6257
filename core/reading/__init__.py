"""From a Scan to a Reading."""
