"""From a file to the numbers that a network reads."""
